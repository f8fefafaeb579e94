import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";
import { element, objectIdentifier, octetString, sequence } from "../../../src/trial/x509/der.ts";
import { editDer } from "../../helpers/editDer.ts";
import * as scene from "../../helpers/signedImage.ts";
import { issueTestCertificate, keyUsage, extendedKeyUsage, timeStampingPurpose } from "../../helpers/notary.ts";
import { createStampChain } from "../../helpers/timestamp.ts";

const { image, now } = scene;
const parts = sigstore.createSigstoreScene();
const slsa = "https://slsa.dev/provenance/v0.2";
const simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
const dsse = "application/vnd.dsse.envelope.v1+json";

function judged(
  attached: ReturnType<typeof scene.attach>,
  authority: Authority = scene.keylessAuthority(),
  material = parts.material,
): Verdict {
  return judge(scene.evidenceOf([attached]), scene.policyOf(scene.rule([authority])), material, now);
}

/** A signature in cosign's first format. */
function firstFormat(kind: sigstore.EntryKind, stamped: boolean, payload = sigstore.simpleSigningPayload()) {
  const signed = sigstore.signParts(parts, { payload, envelope: false, keyless: true });
  const entry = sigstore.logEntryOf(parts, kind, signed);
  const stamp = stamped ? { stamp: sigstore.stampResponse(parts, signed.signature) } : {};
  const annotations = sigstore.cosignAnnotationsOf(signed, { entry, ...stamp });
  return { signed, annotations, attached: attachLayer(payload, annotations) };
}

function attachLayer(payload: Uint8Array, annotations: object) {
  return scene.attach([{ mediaType: simpleSigning, bytes: payload, annotations }], {}, "signature-tag");
}

/** An attestation in cosign's first format. */
function firstAttestation(
  kind: sigstore.EntryKind,
  stamps: "envelope" | "signature" | "none" = "none",
  predicate = slsa,
) {
  const signed = sigstore.signParts(parts, { payload: sigstore.statementOf(predicate), envelope: true, keyless: true });
  const envelope = sigstore.envelopeOf(signed);
  const entry = sigstore.logEntryOf(parts, kind, signed);
  const stamp =
    stamps === "none"
      ? {}
      : { stamp: sigstore.stampResponse(parts, stamps === "envelope" ? envelope : signed.signature) };
  const annotations = sigstore.cosignAnnotationsOf(signed, { entry, ...stamp, inEnvelope: true });
  return { signed, envelope, annotations, attached: attachEnvelope(envelope, annotations) };
}

function attachEnvelope(envelope: Uint8Array, annotations: object) {
  const all = { ...annotations, predicateType: "something else" };
  return scene.attach([{ mediaType: dsse, bytes: envelope, annotations: all }], {}, "attestation-tag");
}

const attesting = scene.keylessAuthority({ attestations: [slsa] });

describe("log entries of cosign's first format", () => {
  for (const kind of ["hashedrekord 0.0.1", "rekord 0.0.1"] as const) {
    it(`${kind} proves a signature`, () => {
      const verdict = judged(firstFormat(kind, false).attached);
      assert.equal(verdict.state, "verified", verdict.reason.message);
      assert.equal(verdict.signatures[0]?.provenBy, "transparency-log");
    });

    const other = firstFormat(kind, false);
    const swapped = (change: (own: Record<string, string>) => Record<string, string>): Verdict => {
      const own = firstFormat(kind, false);
      return judged(attachLayer(own.signed.payload, change(own.annotations)));
    };
    const bundle = "dev.sigstore.cosign/bundle";
    it(`${kind} of another signature proves nothing (CVE-2022-23649)`, () =>
      assert.deepEqual(
        swapped((own) => ({ ...own, [bundle]: other.annotations[bundle] ?? "" })).reason.code,
        "log-entry-mismatch",
      ));

    it(`${kind} that the log did not promise proves nothing`, () =>
      assert.equal(
        swapped((own) => ({
          ...own,
          [bundle]: (own[bundle] ?? "").replace(/"logIndex":(\d+)/, '"logIndex":1$1'),
        })).reason.code,
        "log-inclusion",
      ));
  }

  for (const kind of ["dsse 0.0.1", "intoto 0.0.1", "intoto 0.0.2"] as const) {
    it(`${kind} proves an attestation`, () => {
      const verdict = judged(firstAttestation(kind).attached, attesting);
      assert.equal(verdict.state, "verified", verdict.reason.message);
      const [{ purpose, predicateType, format } = assert.fail()] = verdict.signatures;
      assert.deepEqual([format, purpose, predicateType], ["cosign", "attestation", slsa]);
    });

    it(`${kind} of another attestation proves nothing`, () => {
      const own = firstAttestation(kind);
      const verdict = judged(
        attachEnvelope(own.envelope, { ...own.annotations, ...pick(firstAttestation(kind).annotations) }),
        attesting,
      );
      assert.equal(verdict.signatures[0]?.reasons[0]?.code, "log-entry-mismatch");
      assert.notEqual(verdict.state, "verified");
    });
  }

  it("an entry for data proves no envelope", () => {
    const verdict = judged(firstAttestation("rekord 0.0.1").attached, attesting);
    assert.equal(verdict.signatures[0]?.reasons[0]?.code, "log-entry-mismatch");
  });

  it("an entry over another encoding of the same envelope proves nothing", () => {
    const own = firstAttestation("intoto 0.0.1");
    const other = Buffer.from(own.envelope.toString().replace('"keyid":"",', ""));
    assert.notEqual(judged(attachEnvelope(other, own.annotations), attesting).state, "verified");
  });

  it("a key in a format of another kind proves nothing", () => {
    const payload = sigstore.simpleSigningPayload();
    const signed = sigstore.signParts(parts, { payload, envelope: false, keyless: true });
    const body = sigstore.entryBody("rekord 0.0.1", signed);
    const pgp = { ...body, spec: JSON.parse(JSON.stringify(body.spec).replace('"x509"', '"pgp"')) };
    const entry = parts.sigstore.transparencyLog.add(pgp, now);
    const verdict = judged(attachLayer(payload, sigstore.cosignAnnotationsOf(signed, { entry })));
    assert.equal(verdict.reason.code, "log-entry-mismatch");
  });
});

function pick(annotations: Record<string, string>): Record<string, string> {
  return { "dev.sigstore.cosign/bundle": annotations["dev.sigstore.cosign/bundle"] ?? "" };
}

describe("attestations of cosign's first format", () => {
  it("are no signature, whatever their predicate type", () => {
    const verdict = judged(firstAttestation("dsse 0.0.1").attached);
    assert.deepEqual([verdict.state, verdict.signatures[0]?.purpose], ["unsigned", "attestation"]);
  });

  it("count by the statement's predicate type, not by the one beside it (CVE-2022-35929)", () => {
    const other = scene.keylessAuthority({ attestations: ["something else"] });
    assert.notEqual(judged(firstAttestation("dsse 0.0.1").attached, other).state, "verified");
  });

  it("have their time stamp over the whole envelope, not over the signature", () => {
    const stamped = { ...attesting, requiresTimestamp: {} };
    assert.equal(judged(firstAttestation("none", "envelope").attached, stamped).state, "verified");
    const wrong = judged(firstAttestation("none", "signature").attached, stamped);
    assert.equal(wrong.signatures[0]?.reasons[0]?.code, "timestamp-mismatch");
  });

  it("are looked for as referrers too, and only for the image that these name", () => {
    const { envelope, annotations } = firstAttestation("dsse 0.0.1");
    const attachAs = (subject: object) =>
      scene.attach([{ mediaType: dsse, bytes: envelope, annotations }], {
        artifactType: "application/vnd.in-toto+json",
        subject,
      });
    assert.equal(judged(attachAs(image), attesting).state, "verified");
    assert.notEqual(judged(attachAs({ ...image, digest: `sha256:${"0".repeat(64)}` }), attesting).state, "verified");
  });

  it("for another image are not valid", () => {
    const payload = sigstore.statementOf(slsa, `sha256:${"0".repeat(64)}`);
    const signed = sigstore.signParts(parts, { payload, envelope: true, keyless: true });
    const annotations = sigstore.cosignAnnotationsOf(signed, {
      entry: sigstore.logEntryOf(parts, "dsse 0.0.1", signed),
      inEnvelope: true,
    });
    const verdict = judged(attachEnvelope(sigstore.envelopeOf(signed), annotations), attesting);
    assert.equal(verdict.signatures[0]?.reasons[0]?.code, "other-image");
  });

  it("make the verdict unknown where their tag was not asked for and a policy asks for them", () => {
    const lookups = scene.completeLookups.filter(({ kind }) => kind !== "attestation-tag");
    const evidence = scene.evidenceOf([], lookups);
    const verdictBy = (authority: Authority): string =>
      judge(evidence, scene.policyOf(scene.rule([authority])), parts.material, now).state;
    assert.deepEqual([verdictBy(attesting), verdictBy(scene.keylessAuthority())], ["unknown", "unsigned"]);
    assert.equal(verdictBy({ ...attesting, format: "bundle" }), "unsigned");
  });
});

describe("time stamps of Sigstore signatures", () => {
  const demand = scene.keylessAuthority({ requiresTimestamp: {} });
  const stampedBy = (
    more: Parameters<typeof sigstore.stampResponse>[2],
    own = parts,
    material = parts.material,
  ): Verdict => {
    const payload = sigstore.simpleSigningPayload();
    const signed = sigstore.signParts(parts, { payload, envelope: false, keyless: true });
    const stamp = sigstore.stampResponse(own, signed.signature, more);
    return judged(attachLayer(payload, sigstore.cosignAnnotationsOf(signed, { stamp })), demand, material);
  };

  it("prove the time of the first format", () => {
    const { state, signatures } = stampedBy({});
    assert.deepEqual([state, signatures[0]?.provenBy], ["verified", "timestamp"]);
  });

  it("need not bring the authority's certificate, which the root has", () =>
    assert.equal(stampedBy({ certificates: [] }).state, "verified"));

  const { authority, root } = parts.stampChain;
  const extensions = [keyUsage(0x80), extendedKeyUsage([timeStampingPurpose], true)];
  const sibling = issueTestCertificate({ name: { O: "Clock", CN: "sibling" }, kind: "leaf", issuer: root, extensions });
  const foreign = createStampChain().authority;
  const refused: readonly (readonly [string, Parameters<typeof sigstore.stampResponse>[2], string])[] = [
    ["that was not granted", { status: 2 }, "timestamp-malformed"],
    ["over something else", { imprint: Buffer.alloc(32) }, "timestamp-mismatch"],
    ["that names nobody", { names: null }, "timestamp-signer"],
    [
      "by another certificate of the same authority",
      { signer: sibling, certificates: [sibling.der] },
      "timestamp-untrusted",
    ],
    ["by an authority that is not trusted", { signer: foreign, certificates: [foreign.der] }, "timestamp-untrusted"],
    [
      "that names the authority and is by another key",
      { signer: { ...sibling, der: authority.der } },
      "timestamp-wrong",
    ],
    ["from before the authority counted", { at: new Date("2026-01-15T00:00:00Z") }, "timestamp-untrusted"],
  ];
  for (const [what, more, code] of refused)
    it(`prove nothing with one ${what}`, () => {
      const { state, signatures } = stampedBy(more);
      assert.notEqual(state, "verified");
      assert.equal(signatures[0]?.reasons[0]?.code, code, signatures[0]?.reasons[0]?.message);
    });

  describe("whose certificate is named by SHA-1, as the first version of the attribute does", () => {
    const v2 = objectIdentifier("1.2.840.113549.1.9.16.2.47");
    const v1 = objectIdentifier("1.2.840.113549.1.9.16.2.12");
    const sha1 = (der: Uint8Array): Buffer => createHash("sha1").update(der).digest();
    const naming = (...hashes: readonly Buffer[]): Buffer =>
      sequence(v1, element(0x31, ...hashes.map((hash) => sequence(sequence(sequence(octetString(hash)))))));
    /** The attributes with this one in place of that of the second version. */
    const older = (attribute: Buffer, keep = false) => ({
      rewriteAttributes: (own: Buffer): Buffer =>
        editDer(own, [2], (found) => {
          assert.ok(Buffer.from(found.whole).includes(v2));
          return keep ? [found.whole, attribute] : [attribute];
        }),
    });
    const good = naming(sha1(authority.der));
    const pinned: readonly (readonly [string, Parameters<typeof sigstore.stampResponse>[2], boolean])[] = [
      ["count where the root names the certificate itself", older(good), true],
      ["do not count for another certificate", older(naming(sha1(root.der))), false],
      ["do not count twice", older(naming(sha1(authority.der), sha1(authority.der))), false],
      ["do not count beside the second version that is another's", { ...older(good, true), names: root.der }, false],
      ["do not count where the signer is identified as another", { ...older(good), identifies: root.der }, false],
    ];
    for (const [what, more, expected] of pinned)
      it(what, () => assert.equal(stampedBy(more).state === "verified", expected));

    it("do not count where the root names an authority alone", () => {
      const json = JSON.parse(parts.trustedRoot);
      json.timestampAuthorities[0].certChain.certificates.shift();
      const material = {
        trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
        defaultRoot: "trial",
      };
      assert.equal(stampedBy({}, parts, material).state, "verified");
      assert.notEqual(stampedBy(older(good), parts, material).state, "verified");
    });
  });

  for (const [what, own] of [
    ["also for something else", [keyUsage(0x80), extendedKeyUsage([timeStampingPurpose, "1.3.6.1.5.5.7.3.3"], true)]],
    ["whose purpose is not critical", [keyUsage(0x80), extendedKeyUsage([timeStampingPurpose], false)]],
    ["for code signing", [keyUsage(0x80), extendedKeyUsage(["1.3.6.1.5.5.7.3.3"], true)]],
  ] as const)
    it(`prove nothing by an authority's certificate ${what}`, () => {
      const stampChain = createStampChain({ extensions: own });
      const chain = [stampChain.authority, stampChain.root].map(({ der }) => ({ rawBytes: der.toString("base64") }));
      const json = JSON.parse(parts.trustedRoot);
      json.timestampAuthorities[0].certChain.certificates = chain;
      const material = {
        trustedRoots: [{ name: "trial", text: JSON.stringify(json), source: "test" }],
        defaultRoot: "trial",
      };
      const { state, signatures } = stampedBy({}, { ...parts, stampChain }, material);
      assert.notEqual(state, "verified");
      assert.equal(signatures[0]?.reasons[0]?.code, "certificate-usage");
    });
});
