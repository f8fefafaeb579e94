import assert from "node:assert/strict";
import { constants, sign } from "node:crypto";
import type { KeySpec } from "../../../src/application/signingService.ts";
import { isSignatureOver } from "../../../src/core/sign/verifyMessage.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";

const message = Buffer.from("what is signed");
const cases = [
  ["p256", "ecdsa", "sha256"],
  ["p521", "ecdsa", "sha512"],
  ["rsa2048", "rsa-pkcs1v15", "sha256"],
  ["rsa2048", "rsa-pss", "sha384"],
  ["ed25519", "ed25519", "sha256"],
] as const;
type Scheme = (typeof cases)[number][1];

describe("isSignatureOver", () => {
  for (const [spec, scheme, hash] of cases) {
    const made = (of: Uint8Array = message): { signature: Buffer; publicKey: string } => {
      const { privateKey, description } = createTestKey(spec satisfies KeySpec);
      const padding = scheme === "rsa-pss" ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
      const key = scheme.startsWith("rsa") ? { key: privateKey, padding, saltLength } : privateKey;
      return { signature: sign(scheme === "ed25519" ? null : hash, of, key), publicKey: description.publicKey };
    };

    it(`accepts ${scheme} with ${hash} by a key of ${spec}`, () => {
      const { signature, publicKey } = made();
      assert.equal(isSignatureOver(message, signature, { publicKey, scheme, hash }), true);
    });

    it(`refuses ${scheme} by ${spec} over another message, by another key, by another scheme`, () => {
      const { signature, publicKey } = made();
      const how = { publicKey, scheme, hash };
      assert.equal(isSignatureOver(Buffer.from("another"), signature, how), false);
      assert.equal(isSignatureOver(message, signature, { ...how, publicKey: made().publicKey }), false);
      for (const other of cases.map((each): Scheme => each[1]).filter((each) => each !== scheme))
        assert.equal(isSignatureOver(message, signature, { ...how, scheme: other }), false, other);
      assert.equal(isSignatureOver(message, Buffer.alloc(0), how), false);
      assert.equal(isSignatureOver(message, signature, { ...how, publicKey: "" }), false);
    });
  }

  it("refuses r and s side by side, and a shorter salt", () => {
    const ec = createTestKey("p256");
    const raw = sign("sha256", message, { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
    const { publicKey } = ec.description;
    assert.equal(isSignatureOver(message, raw, { publicKey, scheme: "ecdsa", hash: "sha256" }), false);
    const rsa = createTestKey("rsa2048");
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign("sha256", message, { key: rsa.privateKey, padding, saltLength: 8 });
    const how = { publicKey: rsa.description.publicKey, scheme: "rsa-pss", hash: "sha256" } as const;
    assert.equal(isSignatureOver(message, signature, how), false);
  });
});
