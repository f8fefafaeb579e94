import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { digestOf } from "../../../src/core/image/contentDigest.ts";
import type { Authority, TrustPolicy } from "../../../src/core/policy/policy.ts";
import type { Evidence, Lookup } from "../../../src/core/verdict/evidence.ts";
import { judge } from "../../../src/core/verdict/judge.ts";
import type { Verdict } from "../../../src/core/verdict/verdict.ts";
import { acme, hintOf, keyBundle, pem, stranger, type Pair } from "../../helpers/keyBundle.ts";
import * as scene from "../../helpers/signedImage.ts";

const { image, now, rule, keyAuthority, policyOf, evidenceOf, attach, attachBundle, bundleType } = scene;

function judged(evidence: Evidence, policy: TrustPolicy): Verdict {
  return judge(evidence, policy, { trustedRoots: [] }, now);
}

const byAcme = policyOf(rule([keyAuthority(pem(acme))]));
const good = attachBundle(keyBundle(acme));
const signed = evidenceOf([good]);
const unsigned = evidenceOf([]);

describe("judge", () => {
  it("verifies by a key, and says whose", () => {
    const verdict = judged(signed, byAcme);
    assert.equal(verdict.state, "verified");
    assert.equal(verdict.enforced, true);
    assert.deepEqual(verdict.decidedBy, { policy: "policy/images.yaml", line: 12, rule: "release" });
    assert.deepEqual(verdict.signatures[0]?.signer, {
      kind: "key",
      identity: "acme",
      fingerprint: Buffer.from(hintOf(acme), "base64").toString("hex"),
      algorithm: "ecdsa-p256",
    });
    assert.equal(verdict.asOf, "2026-11-21T11:59:01Z");
  });

  it("is the same twice", () => assert.deepEqual(judged(signed, byAcme), judged(signed, byAcme)));

  describe("of evidence", () => {
    const failed: Lookup = {
      kind: "referrers",
      target: "/v2/acme/app/referrers",
      at: "2026-11-21T11:00:00Z",
      outcome: "failed",
      failure: { code: "rate-limit", message: "Too many." },
    };
    const { failure: _, ...withoutReason } = failed;
    const [imageLookup, referrers, tag] = scene.completeLookups as [Lookup, Lookup, Lookup];
    const bad = attachBundle(keyBundle(acme, { digest: `sha256:${"00".repeat(32)}` }));
    const blobsChanged = (change: (bytes: Buffer) => Buffer) => ({
      ...signed,
      blobs: Object.fromEntries(
        Object.entries(signed.blobs).map(([digest, bytes]) => [
          digest,
          digest === good.candidate.descriptor.digest ? bytes : change(Buffer.from(bytes)),
        ]),
      ),
    });
    const flipped = (bytes: Buffer): Buffer => {
      bytes[10] = (bytes[10] ?? 0) ^ 1;
      return bytes;
    };
    const cases: readonly (readonly [string, Evidence, Verdict["state"], string])[] = [
      ["complete and without signatures", unsigned, "unsigned", "unsigned"],
      [
        "whose image does not exist",
        without(unsigned, [{ ...imageLookup, outcome: "absent" }]),
        "unknown",
        "image-not-found",
      ],
      [
        "whose image could not be looked up",
        without(unsigned, [{ ...failed, kind: "image" }]),
        "unknown",
        "rate-limit",
      ],
      ["without any look-up", without(unsigned, []), "unknown", "offline"],
      [
        "whose image could not be looked up, without a reason",
        without(unsigned, [{ ...withoutReason, kind: "image" }]),
        "unknown",
        "registry-error",
      ],
      ["whose image was not asked for", without(unsigned, [{ ...tag, outcome: "absent" }]), "unknown", "offline"],
      ["whose image was found and not kept", without(unsigned, [imageLookup]), "unknown", "offline"],
      ["with a failed look-up, without a reason", evidenceOf([], [withoutReason, tag]), "unknown", "registry-error"],
      ["with a failed look-up and no signature", evidenceOf([], [failed, tag]), "unknown", "rate-limit"],
      ["with a failed look-up and a wrong signature", evidenceOf([bad], [failed, tag]), "unknown", "rate-limit"],
      ["with a failed look-up and a good signature", evidenceOf([good], [failed, tag]), "verified", "verified"],
      ["without the look-up of the signature tag", evidenceOf([], [imageLookup, referrers]), "unknown", "offline"],
      ["without the look-up of referrers", evidenceOf([], [imageLookup, tag]), "unknown", "offline"],
      [
        "with the fallback tag for referrers",
        evidenceOf([], [imageLookup, { ...referrers, kind: "referrers-tag" }, tag]),
        "unsigned",
        "unsigned",
      ],
      ["with a wrong signature", evidenceOf([bad]), "invalid", "other-image"],
      ["with a good and a wrong signature", evidenceOf([bad, good]), "verified", "verified"],
      [
        "whose bundle is missing",
        { ...signed, blobs: { [good.candidate.descriptor.digest]: signed.blobs[good.candidate.descriptor.digest]! } },
        "unknown",
        "registry-error",
      ],
      ["whose manifest is missing", { ...signed, blobs: {} }, "unknown", "registry-error"],
      ["whose bundle is other bytes", blobsChanged(flipped), "unknown", "digest-mismatch"],
      [
        "whose bundle is longer",
        blobsChanged((bytes) => Buffer.concat([bytes, Buffer.from(" ")])),
        "unknown",
        "digest-mismatch",
      ],
      [
        "with a candidate that could not be fetched",
        { ...evidenceOf([]), candidates: [{ ...good.candidate, failure: { code: "tls", message: "No." } }] },
        "unknown",
        "tls",
      ],
      [
        "for another subject",
        evidenceOf([attachBundle(keyBundle(acme), { subject: { ...image, digest: `sha256:${"00".repeat(32)}` } })]),
        "invalid",
        "other-image",
      ],
      [
        "without a subject",
        evidenceOf([attachBundle(keyBundle(acme), { subject: undefined })]),
        "invalid",
        "other-image",
      ],
      ["whose index mislabels the bundle", evidenceOf([relabelled(good)]), "verified", "verified"],
      [
        "with an SBOM only",
        evidenceOf([
          attach([{ mediaType: "application/spdx+json", bytes: Buffer.from("{}") }], {
            artifactType: "application/spdx+json",
            subject: image,
          }),
        ]),
        "unsigned",
        "unsigned",
      ],
      ["with a Notary signature that cannot be read", evidenceOf([notary()]), "invalid", "signature-malformed"],
      ["with a Notary signature beside a good one", evidenceOf([notary(), good]), "verified", "verified"],
      [
        "with two layers in a bundle's manifest",
        evidenceOf([
          attach(
            [1, 2].map(() => ({ mediaType: bundleType, bytes: keyBundle(acme) })),
            { artifactType: bundleType, subject: image },
          ),
        ]),
        "invalid",
        "signature-malformed",
      ],
      ["with a hundred things attached", evidenceOf(many(100)), "unsigned", "unsigned"],
      ["with more things attached than are looked at", evidenceOf([...many(100), good]), "unknown", "limit-reached"],
      ["with a good signature before too many things", evidenceOf([good, ...many(100)]), "verified", "verified"],
      [
        "with one thing attached many times",
        evidenceOf(Array.from({ length: 101 }, () => bad)),
        "invalid",
        "other-image",
      ],
      ["with nonsense for a manifest", evidenceOf([nonsense()]), "unknown", "unsupported-format"],
    ];
    for (const [what, evidence, state, code] of cases)
      it(`${what}: ${state}`, () => {
        const { state: got, reason } = judged(evidence, byAcme);
        assert.deepEqual([got, reason.code], [state, code], reason.message);
      });
  });

  it("says what it knows of an image that it cannot judge", () => {
    const failure = { code: "rate-limit", message: "Too many." } as const;
    const [lookup] = scene.completeLookups as [Lookup];
    const evidence = without(unsigned, [{ ...lookup, outcome: "failed", failure }]);
    const { trace, ...verdict } = judged(evidence, byAcme);
    assert.deepEqual(verdict, {
      reference: evidence.reference,
      state: "unknown",
      reason: failure,
      signatures: [],
      enforced: true,
      asOf: lookup.at,
      decidedBy: { policy: "policy/images.yaml", line: 12, rule: "release" },
    });
    assert.deepEqual(trace.at(-1), { step: "verdict", outcome: "failed", text: "Too many." });
    assert.equal(trace.length, 2);
    const warned = judged(evidence, policyOf(rule([keyAuthority(pem(acme))], { mode: "warn" })));
    assert.equal(warned.enforced, false);
    const mixed = policyOf(rule([], { mode: "warn" }), rule([]));
    assert.equal(judged(evidence, mixed).enforced, true);
    assert.ok(!Object.hasOwn(judged(evidence, policyOf()), "decidedBy"));
  });

  it("begins its steps with the image and ends them with the verdict", () => {
    const { trace, digest, reference } = judged(signed, byAcme);
    assert.deepEqual([digest, reference], [image.digest, signed.reference]);
    assert.deepEqual(trace[0], {
      step: "resolve",
      outcome: "passed",
      text: `registry.example/acme/app:1 is ${image.digest}.`,
    });
    assert.deepEqual([trace.at(-1)?.step, trace.at(-1)?.outcome], ["verdict", "passed"]);
    assert.equal(judged(unsigned, byAcme).trace.at(-1)?.outcome, "failed");
    const note = { step: "policy", outcome: "note", text: "No policy covers this image." } as const;
    assert.deepEqual(judged(signed, policyOf()).trace.at(-2), note);
    assert.ok(!trace.some(({ text }) => text === note.text));
  });

  it("tells once of what a registry lists twice", () => {
    const twice = evidenceOf([good, good, { ...good, candidate: { ...good.candidate, from: "referrers-tag" } }]);
    assert.equal(judged(twice, byAcme).signatures.length, 2);
  });

  it("tells of each signature for itself which rule accepts it, and what was checked", () => {
    const both = evidenceOf([attachBundle(keyBundle(stranger)), good, attachBundle(keyBundle(acme))]);
    const no = rule([keyAuthority(pem(stranger))], { name: "second" });
    const told = (...rules: readonly ReturnType<typeof rule>[]) =>
      judged(both, policyOf(...rules)).signatures.map(({ trusted }) => trusted);
    const yes = rule([keyAuthority(pem(acme))]);
    assert.deepEqual(told(yes), [false, true, true]);
    assert.deepEqual(told(yes, no), [true, true, true]);
    const elsewhere = [{ glob: "other.example/**", source: { file: "policy/images.yaml", line: 9 } }];
    assert.deepEqual(told(yes, { ...no, globs: elsewhere }), [false, true, true]);
    assert.deepEqual(told(rule([])), [false, false, false]);
    const checks = judged(both, byAcme).trace.filter(({ text }) => text.startsWith("The manifest's subject"));
    assert.equal(checks.length, 2);
  });

  it("lists what is attached and not signed, and leaves the list out where nothing is", () => {
    const sbom = attach([{ mediaType: "application/spdx+json", bytes: Buffer.from("{}") }], { subject: image });
    const { digest } = sbom.candidate.descriptor;
    const { attachments, trace } = judged(evidenceOf([sbom, good]), byAcme);
    assert.deepEqual(attachments, [{ kind: "sbom", mediaType: "application/spdx+json", digest, from: "referrers" }]);
    assert.ok(trace.some(({ step }) => step === "attachment"));
    assert.ok(!Object.hasOwn(judged(signed, byAcme), "attachments"));
  });

  it("needs the tag of attestations where a policy asks for them, and cannot tell without it", () => {
    const policy = policyOf(rule([keyAuthority(pem(acme), { attestations: ["https://slsa.dev/provenance/v1"] })]));
    const states = (lookups: readonly Lookup[]) =>
      [policy, byAcme].map((each) => judged(evidenceOf([], lookups), each).state);
    assert.deepEqual(states(scene.completeLookups), ["unsigned", "unsigned"]);
    assert.deepEqual(states(scene.completeLookups.slice(0, 3)), ["unknown", "unsigned"]);
  });

  it("is as old as the oldest look-up whose time can be read", () => {
    const [first, second, ...more] = scene.completeLookups as [Lookup, Lookup, ...Lookup[]];
    const lookups = [{ ...first, at: "yesterday" }, { ...second, at: "2026-11-21T13:59:01+02:00" }, ...more];
    assert.equal(judged(evidenceOf([], lookups), byAcme).asOf, "2026-11-21T13:59:01+02:00");
    assert.ok(!Object.hasOwn(judged(evidenceOf([], [{ ...first, at: "yesterday" }]), byAcme), "asOf"));
  });

  describe("of a key's signature", () => {
    const verdict = (bundle: Uint8Array, authority: Authority = keyAuthority(pem(acme))) =>
      judged(evidenceOf([attachBundle(bundle)]), policyOf(rule([authority])));
    const changed = (): Buffer => {
      const json = JSON.parse(keyBundle(acme).toString());
      json.dsseEnvelope.signatures = JSON.parse(
        keyBundle(acme, { digest: `sha256:${"11".repeat(32)}` }).toString(),
      ).dsseEnvelope.signatures;
      return Buffer.from(JSON.stringify(json));
    };
    it("another's, which says so: untrusted", () => {
      const { state, signatures } = verdict(keyBundle(stranger));
      assert.deepEqual([state, signatures[0]?.reasons[0]?.code], ["untrusted", "unknown-key"]);
      const fingerprint = Buffer.from(hintOf(stranger), "base64").toString("hex");
      assert.deepEqual(signatures[0]?.signer, { kind: "key", fingerprint });
    });
    it("another's, which claims to be this key's: invalid", () => {
      assert.equal(verdict(keyBundle(stranger, { hint: hintOf(acme) })).reason.code, "signature-wrong");
    });
    it("changed: invalid", () => assert.equal(verdict(changed()).state, "invalid"));
    it("without a hint: verified", () => assert.equal(verdict(keyBundle(acme, { hint: "" })).state, "verified"));
    it("another's without a hint: invalid", () => {
      assert.equal(verdict(keyBundle(stranger, { hint: "" })).state, "invalid");
    });
    const kinds: readonly (readonly [string, Pair, string | null])[] = [
      ["P-384 and its own digest", generateKeyPairSync("ec", { namedCurve: "P-384" }), "sha384"],
      ["P-384 and SHA-256, as cosign long did", generateKeyPairSync("ec", { namedCurve: "P-384" }), "sha256"],
      ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }), "sha512"],
      ["RSA", generateKeyPairSync("rsa", { modulusLength: 3072 }), "sha256"],
      ["Ed25519", generateKeyPairSync("ed25519"), null],
    ];
    for (const [what, pair, hash] of kinds)
      it(`${what}: verified`, () => {
        assert.equal(verdict(keyBundle(pair, { hash }), keyAuthority(pem(pair))).state, "verified");
      });
    it("RSA of 1024 bits: never", () => {
      const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
      assert.notEqual(verdict(keyBundle(weak), keyAuthority(pem(weak))).state, "verified");
    });
    it("SHA-512 by P-256: verified where the policy says so", () => {
      const bundle = keyBundle(acme, { hash: "sha512" });
      assert.equal(verdict(bundle).state, "invalid");
      assert.equal(verdict(bundle, keyAuthority(pem(acme), { hashAlgorithm: "sha512" })).state, "verified");
    });
    it("another's without a hint, where several keys could have made it: invalid", () => {
      const several = keyAuthority(pem(acme), {
        publicKeys: [acme, generateKeyPairSync("ec", { namedCurve: "P-256" })].map(pem),
      });
      const { state, reason } = verdict(keyBundle(stranger, { hint: "" }), several);
      assert.deepEqual([state, reason.code], ["invalid", "signature-wrong"]);
      assert.match(reason.message, /^No key that the policies name fits it/);
    });
    it("without a hint, where no policy names a key: untrusted, and nobody is named", () => {
      const { state, signatures } = judged(evidenceOf([attachBundle(keyBundle(acme, { hint: "" }))]), policyOf());
      assert.deepEqual([state, signatures[0]?.reasons[0]?.code], ["untrusted", "unknown-key"]);
      assert.ok(!Object.hasOwn(signatures[0] ?? {}, "signer"));
    });
    it("SHA-1: never", () => {
      assert.equal(verdict(keyBundle(acme, { hash: "sha1" })).state, "invalid");
    });
    it("a policy that names a private key accepts nobody", () => {
      const secret = acme.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      assert.notEqual(verdict(keyBundle(acme), keyAuthority(secret)).state, "verified");
    });
  });
});

function without(evidence: Evidence, lookups: readonly Lookup[]): Evidence {
  const { image: _, ...rest } = evidence;
  return { ...rest, lookups };
}

function relabelled(attached: ReturnType<typeof attach>): ReturnType<typeof attach> {
  const { candidate, blobs } = attached;
  const descriptor = { ...candidate.descriptor, artifactType: "application/vnd.oci.empty.v1+json" };
  return { candidate: { from: "referrers-tag", descriptor }, blobs };
}

function notary(): ReturnType<typeof attach> {
  return attach([{ mediaType: "application/jose+json", bytes: Buffer.from("{}") }], {
    artifactType: "application/vnd.cncf.notary.signature",
    subject: image,
  });
}

function nonsense(): ReturnType<typeof attach> {
  const bytes = Buffer.from("<html>");
  const descriptor = { mediaType: "text/html", digest: digestOf(bytes), size: bytes.length };
  return { candidate: { descriptor, from: "referrers" }, blobs: { [descriptor.digest]: bytes } };
}

/** Things that carry no signature, each another. */
function many(count: number): readonly ReturnType<typeof attach>[] {
  return Array.from({ length: count }, (_, index) => attach([], { artifactType: `application/x-${index}` }));
}
