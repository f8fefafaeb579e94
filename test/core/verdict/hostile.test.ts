import assert from "node:assert/strict";
import { judge } from "../../../src/core/verdict/judge.ts";
import { readTrustedRoot } from "../../../src/core/signature/trustedRoot.ts";
import { createTrialSigstore } from "../../../src/trial/sigstore/createTrialSigstore.ts";
import { keylessBundle } from "../../helpers/keylessBundle.ts";
import * as scene from "../../helpers/signedImage.ts";

const nasty: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  "",
  "AAAA",
  "\u0000",
  [],
  {},
  [[]],
  { toString: 1, valueOf: 1 },
  { length: -1 },
  { constructor: null, __proto__: null },
];

/** Every copy of a JSON value in which one place holds something else, or is missing. */
function* variants(value: unknown): Generator<unknown> {
  for (const other of nasty) yield other;
  if (Array.isArray(value))
    for (const [i, item] of value.entries()) for (const other of variants(item)) yield value.with(i, other);
  else if (typeof value === "object" && value !== null)
    for (const [name, member] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      for (const other of variants(member)) yield { ...value, [name]: other };
    }
}

describe("judging what is hostile", () => {
  const sigstore = createTrialSigstore({ now: scene.now });
  // Not the first leaf: an index of 0 and an absent one mean the same in protobuf's JSON.
  for (let i = 0; i < 3; i++) keylessBundle(sigstore);
  const material = {
    trustedRoots: [{ name: "trial", text: sigstore.trustedRoot, source: "trial" }],
    defaultRoot: "trial",
  };
  const policy = scene.policyOf(scene.rule([scene.keylessAuthority()]));
  const stateOf = (bytes: Uint8Array): string =>
    judge(scene.evidenceOf([scene.attachBundle(bytes)]), policy, material, scene.now).state;

  it("never throws on a bundle with one place replaced, and verifies none that lacks what counts", () => {
    const bundle = keylessBundle(sigstore);
    const verified: string[] = [];
    for (const variant of variants(bundle)) {
      const text = JSON.stringify(variant);
      if (stateOf(Buffer.from(text)) === "verified") verified.push(text);
    }
    // What the log's promise and the proof do not cover may differ: the index outside the proof it does, the tree size it does not.
    for (const text of verified) {
      const { dsseEnvelope, verificationMaterial } = JSON.parse(text) as typeof bundle;
      assert.deepEqual(dsseEnvelope, bundle.dsseEnvelope);
      assert.deepEqual(verificationMaterial.certificate, bundle.verificationMaterial.certificate);
      const [entry, own] = [verificationMaterial.tlogEntries[0], bundle.verificationMaterial.tlogEntries[0]] as Record<
        string,
        unknown
      >[];
      for (const name of [
        "logId",
        "integratedTime",
        "inclusionPromise",
        "canonicalizedBody",
        "kindVersion",
        "logIndex",
      ])
        assert.deepEqual(entry?.[name], own?.[name], name);
    }
  });

  it("never throws on manifests with one place replaced", () => {
    const bundle = Buffer.from(JSON.stringify(keylessBundle(sigstore)));
    const { blobs, candidate } = scene.attachBundle(bundle);
    const manifest: unknown = JSON.parse(Buffer.from(blobs[candidate.descriptor.digest] ?? []).toString());
    for (const variant of variants(manifest)) {
      const { subject, artifactType, layers, config } = (variant ?? {}) as Record<string, unknown>;
      const attached = scene.attach([{ mediaType: scene.bundleType, bytes: bundle }], {
        subject,
        artifactType,
        layers,
        config,
      });
      judge(scene.evidenceOf([attached]), policy, material, scene.now);
    }
  });

  it("never throws on a trusted root with one place replaced", () => {
    for (const variant of variants(JSON.parse(sigstore.trustedRoot))) {
      const text = JSON.stringify(variant);
      readTrustedRoot(text, "x");
      const roots = { trustedRoots: [{ name: "trial", text, source: "x" }], defaultRoot: "trial" };
      const evidence = scene.evidenceOf([scene.attachBundle(Buffer.from(JSON.stringify(keylessBundle(sigstore))))]);
      if (text.length % 7 === 0) judge(evidence, policy, roots, scene.now);
    }
  });
});
