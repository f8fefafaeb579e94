import assert from "node:assert/strict";
import { signaturePredicate } from "../../../src/core/sign/statement.ts";
import { readAttachedBundle } from "../../../src/core/signature/bundleReferrer.ts";
import { image, imageBytes } from "../../helpers/signedImage.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";

const scene = sigstore.createSigstoreScene();
const parts = (payload: Uint8Array, envelope: boolean) =>
  sigstore.signParts(scene, { payload, envelope, keyless: true });
const bytes = (json: object): Buffer => Buffer.from(JSON.stringify(json));
const message = (payload: Uint8Array = imageBytes) => sigstore.bundleOf(parts(payload, false), { content: "message" });
const envelope = (payload: Uint8Array) => sigstore.bundleOf(parts(payload, true), { content: "envelope" });
const other = `sha256:${"5".repeat(64)}`;
const slsa = "https://slsa.dev/provenance/v1";

function outcome(json: object, of = image.digest): readonly (string | undefined)[] {
  const { purpose, predicateType, content } = readAttachedBundle(bytes(json), of);
  return [purpose, predicateType, content.kind, "reason" in content ? content.reason.code : undefined];
}

describe("readAttachedBundle", () => {
  it("takes a signature over the manifest for a signature of the image by its own digest", () => {
    const read = readAttachedBundle(bytes(message()), image.digest);
    assert.deepEqual(outcome(message()), ["signature", undefined, "readable", undefined]);
    assert.deepEqual(read.content.kind === "readable" && read.content.material.message, {
      kind: "digest",
      sha256: Buffer.from(image.digest.slice("sha256:".length), "hex"),
    });
  });

  it("refuses one over another manifest, or by another digest", () => {
    const refused = ["signature", undefined, "invalid", "other-image"];
    assert.deepEqual(outcome(message(Buffer.from("other"))), refused);
    assert.deepEqual(outcome(message(), other), refused);
    const json = message();
    const { messageSignature, ...rest } = { messageSignature: undefined, ...json };
    assert.ok(messageSignature !== undefined);
    const { messageDigest } = messageSignature as { messageDigest: { digest: string } };
    const relabelled = {
      ...rest,
      messageSignature: { ...(messageSignature as object), messageDigest: { ...messageDigest, algorithm: "SHA2_384" } },
    };
    assert.deepEqual(outcome(relabelled), refused);
  });

  it("tells signatures from attestations by the statement, and both from those of other images", () => {
    assert.deepEqual(outcome(envelope(sigstore.statementOf())), [
      "signature",
      signaturePredicate,
      "readable",
      undefined,
    ]);
    assert.deepEqual(outcome(envelope(sigstore.statementOf(slsa))), ["attestation", slsa, "readable", undefined]);
    assert.deepEqual(outcome(envelope(sigstore.statementOf(slsa, other))), [
      "attestation",
      slsa,
      "invalid",
      "other-image",
    ]);
    assert.deepEqual(outcome(envelope(Buffer.from("{}"))), ["signature", undefined, "invalid", "statement-malformed"]);
  });

  it("cannot tell for images with another digest than SHA-256", () => {
    const refused = ["signature", undefined, "unsupported", "digest-algorithm"];
    for (const digest of [`sha512:${"5".repeat(128)}`, "sha256:x", ""]) {
      assert.deepEqual(outcome(message(), digest), refused);
      assert.deepEqual(outcome(envelope(sigstore.statementOf()), digest), refused);
    }
  });

  it("cannot tell for a version that it does not know, and refuses what is no bundle", () => {
    const newer = { ...message(), mediaType: "application/vnd.dev.sigstore.bundle.v0.9+json" };
    assert.deepEqual(outcome(newer), ["signature", undefined, "unsupported", "bundle-version"]);
    assert.deepEqual(outcome([]), ["signature", undefined, "invalid", "signature-malformed"]);
  });
});
