import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { describeKey } from "../../../src/core/x509/publicKey.ts";
import { verifySha256 } from "../../../src/core/x509/verifyDigest.ts";

const data = Buffer.from("the signed file");
const digest = createHash("sha256").update(data).digest();

function check(publicKey: KeyObject, signature: Uint8Array, over: Uint8Array = digest): boolean {
  const key = describeKey(publicKey);
  assert.ok(key);
  return verifySha256(key, over, signature);
}

describe("verifySha256", () => {
  for (const [name, make] of [
    ["P-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ["P-384", () => generateKeyPairSync("ec", { namedCurve: "P-384" })],
    ["RSA", () => generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ] as const)
    it(`agrees with node:crypto on ${name}`, () => {
      for (let round = 0; round < 4; round++) {
        const { privateKey, publicKey } = make();
        const signature = sign("sha256", data, privateKey);
        assert.equal(check(publicKey, signature), true);
        assert.equal(check(publicKey, signature, createHash("sha256").update("other").digest()), false);
        assert.equal(check(make().publicKey, signature), false);
        const changed = Buffer.from(signature);
        changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
        assert.equal(check(publicKey, changed), false);
      }
    });

  it("refuses zeros for a signature, and everything by Ed25519", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    assert.equal(check(publicKey, Buffer.from("3006020100020100", "hex")), false);
    const edwards = generateKeyPairSync("ed25519");
    assert.equal(check(edwards.publicKey, sign(null, data, edwards.privateKey)), false);
  });

  it("refuses an RSA signature over another digest's information", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    assert.equal(check(publicKey, sign("sha1", data, privateKey)), false);
  });
});
