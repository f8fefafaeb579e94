import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { Authority } from "../../../src/core/policy/policy.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { signatureStatement } from "../../../src/core/sign/statement.ts";
import { createTrialSigstore, dataEntry } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import type { LogEntryBody } from "../../../src/trial/sigstore/transparencyLog.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import { createTrialCertificateLog } from "../../../src/trial/sigstore/certificateLog.ts";
import { boolean, octetString, sequence } from "../../../src/trial/x509/der.ts";
import { extension } from "../../../src/trial/x509/issueCertificate.ts";
import { keylessBundle, type LooseBundle, type Variation } from "../../helpers/keylessBundle.ts";
import * as scene from "../../helpers/signedImage.ts";

const { image, now, identity, issuer } = scene;
const source = { file: "p.yaml", line: 1 };

describe("judging a signature by a certificate", () => {
  const sigstore = createTrialSigstore({ now });
  const other = createTrialSigstore({ now });
  const material = {
    trustedRoots: [
      { name: "trial", text: sigstore.trustedRoot, source: "trial" },
      { name: "other", text: other.trustedRoot, source: "trial" },
    ],
    defaultRoot: "trial",
  };
  const verdictOf = (bundle: unknown, authority: Authority = scene.keylessAuthority(), time = now): Verdict =>
    judge(
      scene.evidenceOf([scene.attachBundle(Buffer.from(typeof bundle === "string" ? bundle : JSON.stringify(bundle)))]),
      scene.policyOf(scene.rule([authority])),
      material,
      time,
    );
  // The log has other leaves, so that proofs have a path.
  for (let i = 0; i < 5; i++) sigstore.signImageKeyless({ digest: image.digest, identity, issuer });

  it("verifies a good one, and says who, when and by which proof", () => {
    const { state, signatures, decidedBy, asOf } = verdictOf(keylessBundle(sigstore));
    assert.equal(state, "verified");
    assert.deepEqual(decidedBy, { policy: "policy/images.yaml", line: 12, rule: "release" });
    assert.equal(asOf, "2026-11-21T11:59:01Z");
    const [signature] = signatures;
    assert.deepEqual(
      [signature?.signer?.identity, signature?.signer?.issuer, signature?.signedAt, signature?.provenBy],
      [identity, issuer, "2026-11-21T12:00:00.000Z", "transparency-log"],
    );
  });

  for (const [curve, digest] of [
    ["P-384", "sha384"],
    ["P-521", "sha512"],
    ["P-384", "sha256"],
  ] as const)
    it(`verifies ${curve} with ${digest}`, () => {
      const bundle = keylessBundle(sigstore, { keys: generateKeyPairSync("ec", { namedCurve: curve }), digest });
      assert.equal(verdictOf(bundle).state, "verified");
    });

  it("verifies RSA, and refuses it below 2048 bits", () => {
    const rsa = (modulusLength: number) =>
      keylessBundle(sigstore, { keys: generateKeyPairSync("rsa", { modulusLength }) });
    assert.equal(verdictOf(rsa(2048)).state, "verified");
    assert.equal(verdictOf(rsa(1024)).reason.code, "certificate-malformed");
  });

  const minute = 60_000;
  const elsewhere = keylessBundle(sigstore);
  const statement = (over: object): Buffer =>
    Buffer.from(
      JSON.stringify({
        _type: "https://in-toto.io/Statement/v1",
        subject: [{ digest: { sha256: image.digest.slice(7) } }],
        predicateType: "https://sigstore.dev/cosign/sign/v1",
        predicate: {},
        ...over,
      }),
    );
  const variations: readonly (readonly [string, Variation, Verdict["state"], string])[] = [
    [
      "is for e-mail, not code signing",
      { certificate: { extendedKeyUsages: ["1.3.6.1.5.5.7.3.4"] } },
      "invalid",
      "certificate-usage",
    ],
    [
      "has a critical extension that nobody knows",
      { certificate: { extensions: [extension("1.2.3.4.5", true, octetString(Buffer.from("x")))] } },
      "invalid",
      "certificate-extension",
    ],
    [
      "is an authority's",
      { certificate: { extensions: [extension("2.5.29.19", true, sequence(boolean(true)))] } },
      "invalid",
      "certificate-usage",
    ],
    ["was in no certificate log", { certificate: { log: undefined as never } }, "invalid", "certificate-not-logged"],
    [
      "was in another certificate log",
      { certificate: { log: createTrialCertificateLog() } },
      "invalid",
      "certificate-not-logged",
    ],
    [
      "had ended when it was logged",
      { loggedAt: new Date(now.getTime() + 9.5 * minute) },
      "invalid",
      "certificate-not-valid-then",
    ],
    [
      "is of the future",
      {
        loggedAt: new Date(now.getTime() + 20 * minute),
        certificate: { notBefore: new Date(now.getTime() + 15 * minute) },
      },
      "invalid",
      "time-ahead",
    ],
    ["names nobody", { certificate: { identity: "bad\u0007@example.com" } }, "invalid", "certificate-names-nobody"],
    [
      "is logged with another certificate",
      { entry: (own) => withVerifier(own, otherCertificate()) },
      "invalid",
      "log-entry-mismatch",
    ],
    [
      "is logged under another hash",
      {
        entry: (own) => ({
          ...own,
          spec: { ...own.spec, payloadHash: { algorithm: "sha256", value: "00".repeat(32) } },
        }),
      },
      "invalid",
      "log-entry-mismatch",
    ],
    [
      "is logged under a hash of another name",
      {
        entry: (own) =>
          JSON.parse(
            JSON.stringify(own).replace('"payloadHash":{"algorithm":"sha256"', '"payloadHash":{"algorithm":"sha1"'),
          ),
      },
      "invalid",
      "log-entry-mismatch",
    ],
    ["is logged as an unknown kind", { entry: (own) => ({ ...own, kind: "helm" }) }, "unknown", "unsupported-format"],
    [
      "is about another image",
      { payload: statement({ subject: [{ digest: { sha256: "00".repeat(32) } }] }) },
      "invalid",
      "other-image",
    ],
    [
      "is an attestation",
      { payload: statement({ predicateType: "https://slsa.dev/provenance/v1" }) },
      "unsigned",
      "unsigned",
    ],
    [
      "is of another statement type",
      { payload: statement({ _type: "https://example.com/Statement" }) },
      "invalid",
      "statement-malformed",
    ],
    [
      "says the subject twice",
      { payload: Buffer.from(statement({}).toString().replace('"subject"', '"subject":[],"subject"')) },
      "invalid",
      "statement-malformed",
    ],
    ["has another payload type", { payloadType: "text/plain" }, "invalid", "payload-type"],
  ];
  function otherCertificate(): string {
    return elsewhere.verificationMaterial.certificate?.rawBytes ?? "";
  }
  for (const [what, variation, state, code] of variations)
    it(`refuses one that ${what}`, () => {
      const { state: got, reason } = verdictOf(keylessBundle(sigstore, variation));
      assert.deepEqual([got, reason.code], [state, code], reason.message);
    });

  it("tells in words that the entry is of another kind", () => {
    const entry = (): LogEntryBody =>
      dataEntry(signatureStatement(image.digest), Buffer.from("x"), pemOf(otherCertificate()));
    assert.equal(
      verdictOf(keylessBundle(sigstore, { entry })).reason.message,
      "The log entry is for another kind of signature.",
    );
  });

  it("tells in words that the entry is another's", () => {
    const { reason } = verdictOf(keylessBundle(sigstore, { entry: (own) => withVerifier(own, otherCertificate()) }));
    assert.equal(reason.message, "The log entry is for another certificate.");
  });

  const breakages: readonly (readonly [string, (bundle: LooseBundle) => unknown, string])[] = [
    ["a time that the log did not promise", (b) => entryWith(b, { inclusionPromise: undefined }), "time-not-proven"],
    [
      "a time that was changed",
      (b) => entryWith(b, { integratedTime: String(now.getTime() / 1000 - 10) }),
      "log-inclusion",
    ],
    ["no proof of inclusion", (b) => entryWith(b, { inclusionProof: undefined }), "log-inclusion"],
    [
      "a checkpoint of another log",
      (b) => entryWith(b, { inclusionProof: entryOf(keylessBundle(other))["inclusionProof"] }),
      "log-inclusion",
    ],
    [
      "the entry of another signature",
      (b) => ({
        ...b,
        verificationMaterial: { ...b.verificationMaterial, tlogEntries: elsewhere.verificationMaterial.tlogEntries },
      }),
      "log-entry-mismatch",
    ],
    [
      "no log entry",
      (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, tlogEntries: [] } }),
      "time-not-proven",
    ],
    [
      "the same entry twice",
      (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, tlogEntries: [entryOf(b), entryOf(b)] } }),
      "time-not-proven",
    ],
    [
      "more entries than are read",
      (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, tlogEntries: Array(33).fill(entryOf(b)) } }),
      "signature-malformed",
    ],
    [
      "another envelope's signature",
      (b) => ({ ...b, dsseEnvelope: { ...b.dsseEnvelope, signatures: elsewhere.dsseEnvelope.signatures } }),
      "log-entry-mismatch",
    ],
    [
      "two signatures",
      (b) => ({
        ...b,
        dsseEnvelope: { ...b.dsseEnvelope, signatures: [...b.dsseEnvelope.signatures, ...b.dsseEnvelope.signatures] },
      }),
      "signature-malformed",
    ],
    [
      "a signature with a stray character",
      (b) => ({
        ...b,
        dsseEnvelope: { ...b.dsseEnvelope, signatures: [{ sig: `!${b.dsseEnvelope.signatures[0]?.sig}` }] },
      }),
      "signature-malformed",
    ],
    [
      "a certificate and a key",
      (b) => ({ ...b, verificationMaterial: { ...b.verificationMaterial, publicKey: {} } }),
      "signature-malformed",
    ],
    ["a negative index", (b) => entryWith(b, { logIndex: "-1" }), "signature-malformed"],
    [
      "random bytes for a certificate",
      (b) => ({
        ...b,
        verificationMaterial: {
          ...b.verificationMaterial,
          certificate: { rawBytes: randomBytes(300).toString("base64") },
        },
      }),
      "certificate-malformed",
    ],
    [
      "a member twice",
      (b) => JSON.stringify(b).replace('{"mediaType"', '{"mediaType":"x","mediaType"'),
      "signature-malformed",
    ],
  ];
  for (const [what, change, code] of breakages)
    it(`refuses ${what}`, () => {
      const { state, reason } = verdictOf(change(keylessBundle(sigstore)));
      assert.deepEqual([state, reason.code], ["invalid", code], reason.message);
    });

  it("cannot check a bundle of a later version", () => {
    const { state, reason } = verdictOf({
      ...keylessBundle(sigstore),
      mediaType: "application/vnd.dev.sigstore.bundle.v9.9+json",
    });
    assert.deepEqual([state, reason.code], ["unknown", "unsupported-format"]);
  });

  it("does not know a signer of an authority that no root has", () => {
    const stranger = createTrialSigstore({ now });
    const { state, signatures } = verdictOf(keylessBundle(stranger));
    assert.equal(state, "untrusted");
    assert.deepEqual([signatures[0]?.valid, signatures[0]?.reasons[0]?.code], [false, "unknown-authority"]);
  });

  it("judges by the root that the authority names, never by another one", () => {
    const bundle = keylessBundle(other);
    assert.equal(verdictOf(bundle, scene.keylessAuthority({ trustedRoot: "other" })).state, "verified");
    assert.equal(verdictOf(bundle).state, "untrusted");
    assert.equal(verdictOf(bundle).signatures[0]?.valid, true);
    const { state, reason } = verdictOf(bundle, scene.keylessAuthority({ trustedRoot: "absent" }));
    assert.deepEqual([state, reason.code], ["unknown", "policy-not-understood"]);
  });

  describe("compares identities", () => {
    const accepted = (matcher: object, certificate: Variation["certificate"] = {}): boolean => {
      const authority = scene.keylessAuthority({ identities: [{ source, ...matcher }] });
      return verdictOf(keylessBundle(sigstore, { certificate }), authority).state === "verified";
    };
    const cases: readonly (readonly [string, object, boolean])[] = [
      ["exactly", { subject: identity, issuer }, true],
      ["and not their beginning", { subject: identity.slice(0, -1), issuer }, false],
      ["and not a pattern in a plain text", { subject: "https://github.com/.*", issuer }, false],
      ["by a pattern on the whole", { subjectRegExp: "https://github\\.com/acme/app/.*", issuer }, true],
      ["and not by a pattern on a part", { subjectRegExp: "https://github\\.com/acme", issuer }, false],
      ["with the issuer", { subject: identity, issuer: `${issuer}/` }, false],
      ["with the issuer's pattern on the whole", { subject: identity, issuerRegExp: "https://token" }, false],
      ["and never without an issuer", { subject: identity }, false],
      ["and never without a subject", { issuer }, false],
      ["by both, where both are given", { subject: identity, subjectRegExp: "nobody", issuer }, false],
    ];
    for (const [how, matcher, expected] of cases) it(how, () => assert.equal(accepted(matcher), expected));

    it("of e-mail addresses", () => {
      const certificate = { identity: "jane@example.com" };
      assert.equal(accepted({ subject: "jane@example.com", issuer }, certificate), true);
      assert.equal(accepted({ subject: "ane@example.com", issuer }, certificate), false);
    });

    it("and nobody where the policy names nobody", () => {
      assert.equal(verdictOf(keylessBundle(sigstore), scene.keylessAuthority({ identities: [] })).state, "untrusted");
    });
  });
});

function entryOf(bundle: LooseBundle): Record<string, unknown> {
  return bundle.verificationMaterial.tlogEntries[0] as Record<string, unknown>;
}

function entryWith(bundle: LooseBundle, members: object): unknown {
  return {
    ...bundle,
    verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [{ ...entryOf(bundle), ...members }] },
  };
}

function withVerifier(own: { apiVersion: string; kind: string; spec: object }, certificate: string) {
  const [signature] = (own.spec as { signatures: object[] }).signatures;
  const verifier = Buffer.from(pemOf(certificate)).toString("base64");
  return { ...own, spec: { ...own.spec, signatures: [{ ...signature, verifier }] } };
}

function pemOf(certificate: string): string {
  return certificatePem(Buffer.from(certificate, "base64"));
}
