import assert from "node:assert/strict";
import type { Authority, PolicyRule } from "../../../src/core/policy/policy.ts";
import { preAuthenticationEncoding } from "../../../src/core/sign/statement.ts";
import { readTrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { verifyBundleForFile } from "../../../src/core/signature/verifyBundle.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { readCertificate } from "../../../src/core/x509/certificate.ts";
import { objectionToChain } from "../../../src/core/x509/chain.ts";
import { acme, keyBundle, pem, stranger } from "../../helpers/keyBundle.ts";
import { issueTestCertificate } from "../../helpers/notary.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";
import * as scene from "../../helpers/signedImage.ts";
import { createStampChain } from "../../helpers/timestamp.ts";

const { image, now } = scene;
const parts = sigstore.createSigstoreScene();
const slsa = "https://slsa.dev/provenance/v1";
const simpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
const annotationOf = (name: string): string => `dev.sigstore.cosign/${name}`;

type Attached = ReturnType<typeof scene.attach>;

function judged(
  attached: Attached | readonly Attached[],
  authority: Authority = scene.keylessAuthority(),
  more: Partial<PolicyRule> = {},
  material = parts.material,
): Verdict {
  const all = "candidate" in attached ? [attached] : attached;
  return judge(scene.evidenceOf(all), scene.policyOf(scene.rule([authority], more)), material, now);
}

/** A bundle with a statement, before it becomes bytes. */
function statement(predicateType?: string) {
  const payload = sigstore.statementOf(predicateType);
  const signed = sigstore.signParts(parts, { payload, envelope: true, keyless: true });
  const entry = sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {};
  return { signed, json: sigstore.bundleOf(signed, { content: "envelope", entries: [entry] }) };
}

const bundled = (json: object): Attached => scene.attachBundle(Buffer.from(JSON.stringify(json)));

/** A signature in cosign's first format with its annotations. */
function layer(keyless = true) {
  const payload = sigstore.simpleSigningPayload();
  const signed = sigstore.signParts(parts, { payload, envelope: false, keyless });
  const entry = sigstore.logEntryOf(parts, "hashedrekord 0.0.1", signed);
  return { signed, annotations: sigstore.cosignAnnotationsOf(signed, { entry }) };
}

const attachLayer = (annotations: object, payload = sigstore.simpleSigningPayload()): Attached =>
  scene.attach([{ mediaType: simpleSigning, bytes: payload, annotations }], {}, "signature-tag");

describe("advisories of other verifiers", () => {
  it("GHSA-ccxc-vr6p-4858 / CVE-2022-23649: the log's promise for another signature proves nothing", () => {
    const own = layer().annotations;
    const others = layer().annotations;
    const swapped = { ...own, [annotationOf("bundle")]: others[annotationOf("bundle")] };
    assert.equal(judged(attachLayer(own)).state, "verified");
    assert.deepEqual(codeOf(judged(attachLayer(swapped))), ["invalid", "log-entry-mismatch"]);
  });

  for (const id of ["GHSA-vjxv-45g9-9296 / CVE-2022-35929", "GHSA-739f-hw6h-7wq8 / CVE-2022-35930"])
    it(`${id}: some valid attestation is not one of the type that is asked for`, () => {
      const attached = bundled(statement("https://example.com/other").json);
      assert.notEqual(judged(attached, scene.keylessAuthority({ attestations: [slsa] })).state, "verified");
      assert.equal(judged(attached).state, "unsigned");
      assert.equal(
        judged(bundled(statement(slsa).json), scene.keylessAuthority({ attestations: [slsa] })).state,
        "verified",
      );
    });

  it("GHSA-8gw7-4j42-w388 / CVE-2022-36056: a log entry that cannot be read, or is another's, fails", () => {
    const { annotations } = layer();
    const name = annotationOf("bundle");
    for (const broken of ["{}", "null", "x", `{"SignedEntryTimestamp":"AAAA","Payload":{}}`])
      assert.equal(judged(attachLayer({ ...annotations, [name]: broken })).state, "invalid", broken);
    assert.notEqual(judged(attachLayer({ ...annotations, [name]: "" })).state, "verified");
    const wrong = scene.keylessAuthority({
      identities: [{ subject: "x", issuer: "y", source: { file: "p", line: 1 } }],
    });
    assert.equal(judged(attachLayer(annotations), wrong).state, "untrusted");
  });

  for (const id of [
    "GHSA-vfp6-jrw2-99g9 / CVE-2023-46737",
    "GHSA-9m3v-v4r5-ppx7 / CVE-2023-33957",
    "GHSA-rvrx-rrwh-r9p6 / CVE-2023-33958",
  ])
    it(`${id}: more signatures than are read make the verdict unknown, not endless`, () => {
      const { signed, annotations } = layer();
      const many = Array.from({ length: 101 }, () => ({
        mediaType: simpleSigning,
        bytes: signed.payload,
        annotations: {},
      }));
      const attached = scene.attach(many, {}, "signature-tag");
      assert.equal(judged(attached).state, "unknown");
      const manifests = Array.from({ length: 101 }, (_, i) =>
        scene.attach([], { annotations: { n: String(i) }, subject: image }),
      );
      assert.deepEqual(codeOf(judged(manifests)), ["unknown", "limit-reached"]);
      assert.equal(judged([attachLayer(annotations), ...manifests]).state, "verified");
    });

  it("GHSA-whqx-f9j3-ch6m / CVE-2026-22703: digest, signature and signer of the log entry are each compared", () => {
    const { signed } = statement();
    const others = statement("https://example.com/other").signed;
    const body = sigstore.entryBody("dsse 0.0.1", signed);
    const changes: readonly (readonly [string, object])[] = [
      ["hash", { ...body.spec, payloadHash: { algorithm: "sha256", value: "00".repeat(32) } }],
      [
        "signature",
        { ...body.spec, signatures: [{ ...signatureIn(body.spec), signature: others.signature.toString("base64") }] },
      ],
      [
        "signer",
        {
          ...body.spec,
          signatures: [{ ...signatureIn(body.spec), verifier: Buffer.from(others.verifier).toString("base64") }],
        },
      ],
    ];
    for (const [what, spec] of changes) {
      const entry = parts.sigstore.transparencyLog.add({ ...body, spec }, now);
      const verdict = judged(bundled(sigstore.bundleOf(signed, { content: "envelope", entries: [entry] })));
      assert.deepEqual(codeOf(verdict), ["invalid", "log-entry-mismatch"], what);
    }
  });

  it("GHSA-wfqv-66vq-46rm / CVE-2026-24122: every authority of the chain must be valid at the signing time", () => {
    const root = issueTestCertificate({ name: { CN: "root" }, kind: "authority" });
    const chainWith = (notAfter: Date) => {
      const issuing = issueTestCertificate({ name: { CN: "issuing" }, kind: "authority", issuer: root, notAfter });
      const leaf = issueTestCertificate({ name: { CN: "leaf" }, kind: "leaf", issuer: issuing });
      return [leaf, issuing, root].flatMap(({ der }) => readCertificate(der) ?? []);
    };
    assert.equal(objectionToChain(chainWith(new Date("2026-12-01")), now), undefined);
    assert.equal(objectionToChain(chainWith(new Date("2026-11-01")), now)?.code, "certificate-not-valid-then");
  });

  it("GHSA-w6c6-c85g-mmv6 / CVE-2026-39395: a payload that cannot be read is no pass", () => {
    for (const payload of ["", "null", "[]", "{}", '{"_type":"x"}', "not JSON"]) {
      const signed = sigstore.signParts(parts, { payload: Buffer.from(payload || " "), envelope: true, keyless: true });
      const entry = sigstore.logEntryOf(parts, "dsse 0.0.1", signed) ?? {};
      const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries: [entry] }));
      assert.equal(judged(attached).state, "invalid", payload);
      assert.notEqual(judged(attached, scene.keylessAuthority({ attestations: [slsa] })).state, "verified");
    }
  });

  it("GHSA-fx35-mq7g-6g98: a bare key in the certificate's place replaces no trust", () => {
    const { signed, annotations } = layer(false);
    const planted = { ...annotations, [annotationOf("certificate")]: signed.verifier };
    assert.equal(judged(attachLayer(planted)).state, "invalid");
    assert.equal(judged(attachLayer(planted), scene.keyAuthority(pem(acme))).state, "invalid");
    const json = { ...statement().json };
    const rawBytes = acme.publicKey.export({ type: "spki", format: "der" }).toString("base64");
    const material = { ...json.verificationMaterial, certificate: { rawBytes } };
    assert.equal(judged(bundled({ ...json, verificationMaterial: material })).state, "invalid");
  });

  for (const id of [
    "GHSA-cq38-jh5f-37mq / CVE-2024-45395",
    "GHSA-95pr-fxf5-86gv / CVE-2024-29903",
    "GHSA-88jx-383q-w4qc / CVE-2024-29902",
  ])
    it(`${id}: a bundle with more entries or stamps than are read is refused`, () => {
      const { json } = statement();
      const [entry] = json.verificationMaterial.tlogEntries;
      const many = { ...json.verificationMaterial, tlogEntries: Array.from({ length: 33 }, () => entry) };
      assert.equal(judged(bundled({ ...json, verificationMaterial: many })).state, "invalid");
      const stamps = Array.from({ length: 33 }, () => ({ signedTimestamp: "AAAA" }));
      const stamped = { ...json.verificationMaterial, timestampVerificationData: { rfc3161Timestamps: stamps } };
      assert.equal(judged(bundled({ ...json, verificationMaterial: stamped })).state, "invalid");
    });

  it("GHSA-9vcr-p3rj-q5q6 / CVE-2026-49834: the same entry, stamp or signature twice counts once", () => {
    const { json } = statement();
    const [entry] = json.verificationMaterial.tlogEntries;
    const twice = { ...json.verificationMaterial, tlogEntries: [entry, entry] };
    assert.equal(judged(bundled({ ...json, verificationMaterial: twice })).state, "invalid");
    const quorum = { count: 2, of: "signatures", named: [] } as const;
    const key = scene.keyAuthority(pem(acme));
    const bundle = keyBundle(acme);
    const again = [scene.attachBundle(bundle), scene.attachBundle(bundle, { annotations: { again: "yes" } })];
    assert.equal(judged(again, key, { quorum }).state, "untrusted");
    assert.equal(
      judged([scene.attachBundle(bundle), scene.attachBundle(keyBundle(acme))], key, { quorum }).state,
      "verified",
    );
  });

  it("GHSA-wqqc-jjcq-vfxm / CVE-2026-54787: keys of logs count only in their window, by the time that is proven", () => {
    const signed = sigstore.signParts(parts, { payload: sigstore.statementOf(), envelope: true, keyless: true });
    const entries = [sigstore.logEntryOf(parts, "hashedrekord 0.0.2", signed) ?? {}];
    const stamps = [sigstore.stampResponse(parts, signed.signature)];
    const attached = bundled(sigstore.bundleOf(signed, { content: "envelope", entries, stamps }));
    const withWindow = (validFor: object): string => {
      const root = JSON.parse(parts.trustedRoot);
      root.tlogs[1].publicKey.validFor = validFor;
      return judged(attached, scene.keylessAuthority(), {}, materialOf(root)).state;
    };
    assert.equal(withWindow({ start: "2026-01-01T00:00:00Z" }), "verified");
    assert.equal(withWindow({ start: "2026-01-01T00:00:00Z", end: "2026-11-01T00:00:00Z" }), "invalid");
    assert.equal(withWindow({ start: "2026-12-01T00:00:00Z" }), "invalid");
    assert.equal(withWindow({}), "unknown");
  });

  it("GHSA-jfc7-64v2-mr8c / CVE-2026-48758: the payload's type is signed as the bytes of UTF-8", () => {
    const types = [
      "application/vnd.in-toto+json",
      "application/vnd.in-toto+j\u0173on",
      "application/vnd.in-toto+json\u0000",
    ];
    const encoded = types.map((type) => preAuthenticationEncoding(type, Buffer.from("x")).toString("hex"));
    assert.equal(new Set(encoded).size, types.length);
    const { json } = statement();
    for (const payloadType of types.slice(1))
      assert.equal(
        judged(bundled({ ...json, dsseEnvelope: { ...Object(json)["dsseEnvelope"], payloadType } })).state,
        "invalid",
      );
  });

  it("GHSA-xgjw-pm74-86q4 / CVE-2026-48816: a time that the log did not promise is none", () => {
    const { json } = statement();
    const [entry] = json.verificationMaterial.tlogEntries;
    const { inclusionPromise: _promise, ...unpromised } = Object(entry);
    const bare = { ...json.verificationMaterial, tlogEntries: [unpromised] };
    assert.deepEqual(codeOf(judged(bundled({ ...json, verificationMaterial: bare }))), ["invalid", "time-not-proven"]);
  });

  it("GHSA-52v5-jr5w-gjxr / CVE-2026-48815: every demand of a policy can fail", () => {
    const source = { file: "p", line: 1 };
    const { identity: subject, issuer } = scene;
    const attached = bundled(statement().json);
    const demands: readonly Partial<Extract<Authority, { kind: "keyless" }>>[] = [
      { identities: [{ subject: `${subject}x`, issuer, source }] },
      { identities: [{ subject, issuer: `${issuer}x`, source }] },
      { identities: [{ subjectRegExp: "https://example.com/.*", issuer, source }] },
      { identities: [{ subject, issuerRegExp: "https://example.com/.*", source }] },
      { identities: [{ subject, source }] },
      { identities: [{ issuer, source }] },
      { format: "legacy" },
      { requiresTimestamp: {} },
      { attestations: [slsa] },
      { claims: { kind: "exact" } },
      { trustedRoot: "another" },
      { requiresLog: { root: "another" } },
    ];
    assert.equal(judged(attached).state, "verified");
    for (const demand of demands)
      assert.notEqual(judged(attached, scene.keylessAuthority(demand)).state, "verified", JSON.stringify(demand));
  });

  it("GHSA-xm5m-wgh2-rrg3 / CVE-2026-39984, GHSA-3xxc-pwj6-jgrj / CVE-2026-33753: the first certificate of a stamp is not its signer", () => {
    const { authority } = parts.stampChain;
    const foreign = createStampChain().authority;
    const signed = sigstore.signParts(parts, {
      payload: sigstore.simpleSigningPayload(),
      envelope: false,
      keyless: true,
    });
    const stamp = sigstore.stampResponse(parts, signed.signature, {
      signer: foreign,
      certificates: [authority.der, foreign.der],
    });
    const attached = attachLayer(sigstore.cosignAnnotationsOf(signed, { stamp }));
    assert.notEqual(judged(attached, scene.keylessAuthority({ requiresTimestamp: {} })).state, "verified");
  });

  it("GHSA-xhg5-42rf-296r / CVE-2023-33959: bytes that are not what their digest says are not used", () => {
    const attached = scene.attachBundle(keyBundle(acme));
    const evidence = scene.evidenceOf([attached]);
    const [digest = ""] = Object.keys(evidence.blobs);
    const lying = { ...evidence, blobs: { ...evidence.blobs, [digest]: keyBundle(stranger) } };
    const policy = scene.policyOf(scene.rule([scene.keyAuthority(pem(acme))]));
    assert.deepEqual(codeOf(judge(lying, policy, parts.material, now)), ["unknown", "digest-mismatch"]);
  });

  it("GHSA-57wx-m636-g3g8 / CVE-2024-23332: a verdict says when its signature was made, so that an old one can be seen", () => {
    assert.equal(judged(bundled(statement().json)).signatures[0]?.signedAt, now.toISOString());
  });

  it("GHSA-77vh-xpmg-72qh, GHSA-mc8v-mgrf-8f4m / CVE-2021-41190: a manifest that is also an index is neither", () => {
    const attached = scene.attachBundle(keyBundle(acme), { manifests: [] });
    assert.notEqual(judged(attached, scene.keyAuthority(pem(acme))).state, "verified");
  });

  it("GHSA-fcv2-xgw5-pqxf / CVE-2026-24137: a name in a trusted root leads nowhere, and a wrong root is refused whole", () => {
    const json = JSON.parse(parts.trustedRoot);
    json.tlogs[0].baseUrl = "../../../etc/passwd";
    assert.equal(readTrustedRoot(JSON.stringify(json), "../../x").kind, "root");
    json.certificateAuthorities[0].certChain.certificates[0].rawBytes = "AAAA";
    assert.equal(readTrustedRoot(JSON.stringify(json), "x").kind, "refused");
  });

  it("an unanchored pattern accepts no identity that only contains it, and a file's bundle takes none at all", () => {
    const source = { file: "p", line: 1 };
    const { identity, issuer } = scene;
    const part = scene.keylessAuthority({ identities: [{ subjectRegExp: identity.slice(8, 30), issuer, source }] });
    assert.equal(judged(bundled(statement().json), part).state, "untrusted");
    const file = Buffer.from("file");
    const signed = sigstore.signParts(parts, { payload: file, envelope: false, keyless: true });
    const entries = [sigstore.logEntryOf(parts, "hashedrekord 0.0.1", signed) ?? {}];
    const question = {
      bundleText: JSON.stringify(sigstore.bundleOf(signed, { content: "message", entries })),
      artifact: { bytes: file },
      trustedRootText: parts.trustedRoot,
      issuer,
      time: now,
    };
    assert.equal(verifyBundleForFile({ ...question, identity }).verified, true);
    assert.equal(verifyBundleForFile({ ...question, identity: identity.slice(0, -1) }).verified, false);
    assert.equal(verifyBundleForFile({ ...question, identity: ".*" }).verified, false);
  });
});

function codeOf({ state, reason }: Verdict): readonly string[] {
  return [state, reason.code];
}

function materialOf(root: object) {
  return { trustedRoots: [{ name: "trial", text: JSON.stringify(root), source: "test" }], defaultRoot: "trial" };
}

function signatureIn(spec: object): object {
  const list: unknown = Object(spec)["signatures"];
  return Array.isArray(list) ? Object(list[0]) : {};
}
