import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, verify } from "node:crypto";
import type { HashAlgorithm, SignatureScheme, SignOutcome, SignRequest } from "../../src/application/signingService.ts";

/** What the requests of these tests have signed. */
export const message = Buffer.from("what is signed");

/** A request to sign `message` with the trial's first key. */
export function request(changes: Partial<SignRequest> = {}): SignRequest {
  const hash = changes.hash ?? "sha256";
  return {
    key: "Trial\\dev",
    scheme: "ecdsa",
    hash,
    digest: createHash(hash).update(message).digest(),
    purpose: {
      artifact: { kind: "image", name: "r.example/app:1", digest: `sha256:${"a".repeat(64)}` },
      tool: "test/1",
    },
    idempotencyKey: "once",
    ...changes,
  };
}

/** The outcome, which must be a signature. */
export function signed(outcome: SignOutcome): Extract<SignOutcome, { status: "signed" }> {
  assert.equal(outcome.status, "signed", JSON.stringify(outcome));
  return outcome as Extract<SignOutcome, { status: "signed" }>;
}

/** Whether `signature` is the key's over `message`. */
export function isValid(scheme: SignatureScheme, hash: HashAlgorithm, pem: string, signature: Uint8Array): boolean {
  const key = createPublicKey(pem);
  if (scheme === "ed25519") return verify(null, message, key, signature);
  if (scheme === "ecdsa") return verify(hash, message, { key, dsaEncoding: "der" }, signature);
  const padding = scheme === "rsa-pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = Number(hash.slice(3)) / 8;
  return verify(hash, message, { key, padding, ...(scheme === "rsa-pss" ? { saltLength } : {}) }, signature);
}
