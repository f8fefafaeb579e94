import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { claimedReferenceOf } from "../../../src/core/signature/cosign.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { createTrialSigstore, dataEntry } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { certificatePem } from "../../../src/trial/x509/issueCertificate.ts";
import * as scene from "../../helpers/signedImage.ts";

const { image, now, identity, issuer } = scene;
const mediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
const names = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  bundle: "dev.sigstore.cosign/bundle",
};

describe("cosign's first format", () => {
  const sigstore = createTrialSigstore({ now });
  const material = {
    trustedRoots: [{ name: "trial", text: sigstore.trustedRoot, source: "trial" }],
    defaultRoot: "trial",
  };
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();

  function payloadWith(critical: object = {}): Buffer {
    const own = {
      identity: { "docker-reference": "registry.example/acme/app" },
      image: { "docker-manifest-digest": image.digest },
    };
    return Buffer.from(
      JSON.stringify({ critical: { ...own, type: "cosign container image signature", ...critical }, optional: null }),
    );
  }

  /** A layer signed by the key, or by a certificate with its log entry as cosign 2 kept them. */
  function layer(keyless: boolean, payload = payloadWith(), at = now): Record<string, string> {
    const signature = sign("sha256", payload, privateKey);
    const own = { [names.signature]: signature.toString("base64") };
    if (!keyless) return own;
    const notBefore = new Date(now.getTime() - 60_000);
    const certificate = certificatePem(
      sigstore.authority.issue({ publicKey, identity, issuer, notBefore, log: sigstore.certificateLog }),
    );
    const entry = sigstore.transparencyLog.add(dataEntry(payload, signature, certificate), at);
    const bundle = {
      SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      Payload: {
        body: entry.canonicalizedBody,
        integratedTime: Number(entry.integratedTime),
        logIndex: Number(entry.logIndex),
        logID: Buffer.from(entry.logId.keyId, "base64").toString("hex"),
      },
    };
    return { ...own, [names.certificate]: certificate, [names.bundle]: JSON.stringify(bundle) };
  }

  function verdictOf(annotations: object, payload = payloadWith(), keyless = false): Verdict {
    const attached = scene.attach([{ mediaType, bytes: payload, annotations }], {}, "signature-tag");
    const authority = keyless ? scene.keylessAuthority() : scene.keyAuthority(pem);
    return judge(scene.evidenceOf([attached]), scene.policyOf(scene.rule([authority])), material, now);
  }

  it("is verified by a key", () => assert.equal(verdictOf(layer(false)).state, "verified"));

  for (const [format, state] of [
    ["any", "verified"],
    ["unset", "verified"],
    ["legacy", "verified"],
    ["bundle", "untrusted"],
  ] as const)
    it(`is ${state} where a policy looks at the format '${format}'`, () => {
      const attached = scene.attach(
        [{ mediaType, bytes: payloadWith(), annotations: layer(false) }],
        {},
        "signature-tag",
      );
      const policy = scene.policyOf(scene.rule([scene.keyAuthority(pem, { format })]));
      assert.equal(judge(scene.evidenceOf([attached]), policy, material, now).state, state);
    });

  it("is verified by a certificate and the log's promise", () => {
    const verdict = verdictOf(layer(true), payloadWith(), true);
    assert.equal(verdict.state, "verified", verdict.reason.message);
    assert.deepEqual([verdict.signatures[0]?.format, verdict.signatures[0]?.signer?.identity], ["cosign", identity]);
  });

  it("takes a certificate of white space for none", () => {
    assert.equal(verdictOf({ ...layer(false), [names.certificate]: " \n" }).state, "verified");
  });

  it("does not take a signature by a certificate for one by the key in it", () => {
    assert.notEqual(verdictOf(layer(true)).state, "verified");
  });

  const changes: readonly (readonly [string, boolean, () => object, string])[] = [
    ["without a signature", false, () => ({}), "signature-malformed"],
    ["with a signature that is no Base64", false, () => ({ [names.signature]: "%%%%" }), "signature-malformed"],
    [
      "with a bare public key for a certificate",
      false,
      () => ({ ...layer(false), [names.certificate]: pem }),
      "signature-malformed",
    ],
    [
      "with a log entry that cannot be read",
      false,
      () => ({ ...layer(false), [names.bundle]: "{}" }),
      "signature-malformed",
    ],
    ["without the log's promise", true, () => ({ ...layer(true), [names.bundle]: "" }), "time-not-proven"],
    [
      "with a promise for another time",
      true,
      () => swapped(layer(true), (p) => ({ ...p, integratedTime: Number(p["integratedTime"]) - 5 })),
      "log-inclusion",
    ],
    [
      "with the log entry of another signature",
      true,
      () => ({ ...layer(true), [names.bundle]: layer(true)[names.bundle] }),
      "log-entry-mismatch",
    ],
    [
      "with an entry that was logged too late",
      true,
      () => layer(true, payloadWith(), new Date(now.getTime() + 9.5 * 60_000)),
      "certificate-not-valid-then",
    ],
  ];
  for (const [what, keyless, annotations, code] of changes)
    it(`is refused ${what}`, () => {
      const { state, reason } = verdictOf(annotations(), payloadWith(), keyless);
      assert.deepEqual([state, reason.code], ["invalid", code], reason.message);
    });

  const payloads: readonly (readonly [string, Buffer, string])[] = [
    [
      "of another image",
      payloadWith({ image: { "docker-manifest-digest": `sha256:${"00".repeat(32)}` } }),
      "other-image",
    ],
    ["of another type", payloadWith({ type: "atomic container signature" }), "payload-type"],
    ["without a type", payloadWith({ type: undefined }), "payload-type"],
    [
      "that says the image twice",
      Buffer.from(payloadWith().toString().replace('"image"', '"image":{},"image"')),
      "signature-malformed",
    ],
    ["that is no JSON", Buffer.from("x"), "signature-malformed"],
  ];
  for (const [what, payload, code] of payloads)
    it(`is refused for a payload ${what}`, () => {
      const { state, reason } = verdictOf(layer(false, payload), payload);
      assert.deepEqual([state, reason.code], ["invalid", code]);
    });

  it("cannot be told where its payload is missing", () => {
    const attached = scene.attach(
      [{ mediaType, bytes: payloadWith(), annotations: layer(false) }],
      {},
      "signature-tag",
    );
    const { digest } = attached.candidate.descriptor;
    const blobs = Object.fromEntries(Object.entries(attached.blobs).filter(([each]) => each === digest));
    const policy = scene.policyOf(scene.rule([scene.keyAuthority(pem)]));
    const { state, reason } = judge(scene.evidenceOf([{ ...attached, blobs }]), policy, material, now);
    assert.deepEqual([state, reason.code], ["unknown", "registry-error"]);
  });

  it("says which name it claims, where it claims one", () => {
    const claim = (critical: object): string | undefined => claimedReferenceOf(payloadWith(critical));
    assert.equal(claim({}), "registry.example/acme/app");
    for (const identity of [undefined, {}, { "docker-reference": "" }, { "docker-reference": 7 }, "x"])
      assert.equal(claim({ identity }), undefined);
    assert.equal(claimedReferenceOf(Buffer.from("x")), undefined);
  });

  it("is verified by one of several layers", () => {
    const payload = payloadWith();
    const bad = { mediaType, bytes: payloadWith({ type: "x" }), annotations: layer(false) };
    const attached = scene.attach([bad, { mediaType, bytes: payload, annotations: layer(false) }], {}, "signature-tag");
    const { state } = judge(
      scene.evidenceOf([attached]),
      scene.policyOf(scene.rule([scene.keyAuthority(pem)])),
      material,
      now,
    );
    assert.equal(state, "verified");
  });

  it("is verified as a referrer with its subject, and not with another", () => {
    const as = (subject: object): string => {
      const artifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";
      const attached = scene.attach([{ mediaType, bytes: payloadWith(), annotations: layer(false) }], {
        artifactType,
        subject,
      });
      return judge(scene.evidenceOf([attached]), scene.policyOf(scene.rule([scene.keyAuthority(pem)])), material, now)
        .state;
    };
    assert.equal(as(image), "verified");
    assert.equal(as({ ...image, digest: `sha256:${"00".repeat(32)}` }), "invalid");
  });

  function swapped(annotations: Record<string, string>, change: (payload: Record<string, unknown>) => object): object {
    const bundle = JSON.parse(annotations[names.bundle] ?? "") as { Payload: Record<string, unknown> };
    return { ...annotations, [names.bundle]: JSON.stringify({ ...bundle, Payload: change(bundle.Payload) }) };
  }
});
