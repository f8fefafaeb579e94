import assert from "node:assert/strict";
import {
  createECDH,
  createHash,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from "node:crypto";
import { toDerSignature } from "../../../src/core/sign/ecdsaSignature.ts";
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

  for (const curve of ["P-256", "P-384"])
    it(`agrees on particular hashes on ${curve}: of no data, the lowest, the highest`, () => {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: curve });
      const nothing = createHash("sha256").update("").digest();
      assert.equal(check(publicKey, sign("sha256", Buffer.alloc(0), privateKey), nothing), true);
      for (const hash of [Buffer.alloc(32), Buffer.alloc(32, 0xff)])
        assert.equal(check(publicKey, sign("sha256", data, privateKey), hash), false);
    });

  for (const side of [1n, -1n])
    it(`refuses a key that was made for one signature so that no other key stands in for it (${side})`, () => {
      const nonce = 0x1234567890abcdefn;
      const r = coordinates(nonce).x % order;
      const hash = integer(createHash("sha256").update("").digest());
      const secret = modulo(side * (integer(digest) - hash) * power(r, order - 2n));
      const s = modulo((integer(digest) + r * secret) * power(nonce, order - 2n));
      const signature = toDerSignature(Buffer.concat([octets(r), octets(s)]), "prime256v1");
      assert.ok(signature);
      const { x, y } = coordinates(secret);
      const jwk = { kty: "EC", crv: "P-256", x: octets(x).toString("base64url"), y: octets(y).toString("base64url") };
      const publicKey = createPublicKey({ format: "jwk", key: jwk });
      assert.equal(verify("sha256", data, { key: publicKey, dsaEncoding: "der" }, signature), true);
      assert.equal(check(publicKey, signature), false);
    });

  it("refuses a digest of another length, even where it is the same number", () => {
    for (const make of [
      () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
      () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ]) {
      const { privateKey, publicKey } = make();
      const signature = sign("sha256", data, privateKey);
      for (const other of [Buffer.concat([Buffer.alloc(1), digest]), digest.subarray(1), Buffer.alloc(0)])
        assert.equal(check(publicKey, signature, other), false);
    }
  });

  it("refuses an RSA signature over another digest's information", () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    assert.equal(check(publicKey, sign("sha1", data, privateKey)), false);
  });
});

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function coordinates(scalar: bigint): { readonly x: bigint; readonly y: bigint } {
  const agreement = createECDH("prime256v1");
  agreement.setPrivateKey(octets(scalar));
  const point = agreement.getPublicKey();
  return { x: integer(point.subarray(1, 33)), y: integer(point.subarray(33)) };
}

function octets(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, "0"), "hex");
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function modulo(value: bigint): bigint {
  return ((value % order) + order) % order;
}

function power(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = power(base, exponent / 2n);
  return modulo(half * half * (exponent % 2n === 0n ? 1n : base));
}
