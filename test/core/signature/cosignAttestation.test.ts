import assert from "node:assert/strict";
import { readCosignAttestation } from "../../../src/core/signature/cosignAttestation.ts";
import { image } from "../../helpers/signedImage.ts";
import * as sigstore from "../../helpers/sigstoreScene.ts";

const scene = sigstore.createSigstoreScene();
const slsa = "https://slsa.dev/provenance/v1";
const other = `sha256:${"5".repeat(64)}`;

function read(payload: Uint8Array, more: object = {}, change: (envelope: Buffer) => Buffer = (bytes) => bytes) {
  const signed = sigstore.signParts(scene, { payload, envelope: true, keyless: true });
  const annotations = { ...sigstore.cosignAnnotationsOf(signed, { inEnvelope: true }), ...more };
  const layer = { mediaType: "application/vnd.dsse.envelope.v1+json", digest: "x", size: 1, annotations };
  return { signed, read: readCosignAttestation(layer, change(sigstore.envelopeOf(signed)), image.digest) };
}

const outcome = (...args: Parameters<typeof read>): readonly (string | undefined)[] => {
  const { purpose, predicateType, content } = read(...args).read;
  return [purpose, predicateType, content.kind, "reason" in content ? content.reason.code : undefined];
};

describe("readCosignAttestation", () => {
  it("reads the envelope with its signature, and who made it from the annotations", () => {
    const { signed, read: attested } = read(sigstore.statementOf(slsa));
    assert.ok(attested.content.kind === "readable");
    const { material } = attested.content;
    const whole = sigstore.envelopeOf(signed);
    assert.deepEqual([attested.purpose, attested.predicateType], ["attestation", slsa]);
    assert.deepEqual(material.signature, signed.signature);
    assert.deepEqual(material.signer, { kind: "certificate", der: signed.certificate });
    assert.deepEqual([material.stamped, material.message.kind], [whole, "envelope"]);
    assert.deepEqual(material.alsoDigests, ["sha256"]);
  });

  it("says what it is of what does not hold", () => {
    assert.deepEqual(outcome(sigstore.statementOf(slsa, other)), ["attestation", slsa, "invalid", "other-image"]);
    assert.deepEqual(outcome(sigstore.statementOf(slsa), { "dev.sigstore.cosign/bundle": "x" }), [
      "attestation",
      slsa,
      "invalid",
      "signature-malformed",
    ]);
  });

  it("refuses what is no envelope", () =>
    assert.deepEqual(
      outcome(sigstore.statementOf(slsa), {}, () => Buffer.from("{}")),
      ["attestation", undefined, "invalid", "signature-malformed"],
    ));
});
