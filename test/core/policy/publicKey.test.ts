import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { readPublicKeys } from "../../../src/core/policy/publicKey.ts";

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe("readPublicKeys", () => {
  const usable: readonly (readonly [name: string, key: KeyObject])[] = [
    ["P-256", p256.publicKey],
    ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey],
    ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }).publicKey],
    ["RSA 2048", generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey],
    ["Ed25519", generateKeyPairSync("ed25519").publicKey],
  ];
  for (const [name, key] of usable)
    it(`reads ${name}`, () => {
      const pem = pemOf(key);
      assert.deepEqual(readPublicKeys(`text before\r\n${pem.replaceAll("\n", "\r\n")}`), [{ kind: "key", pem }]);
    });

  const unusable: readonly (readonly [name: string, text: string])[] = [
    ["nothing", ""],
    ["text", "key"],
    ["RSA 1024", pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)],
    ["X25519", pemOf(generateKeyPairSync("x25519").publicKey)],
    ["a private key", p256.privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    [
      "PKCS #1",
      generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "pkcs1", format: "pem" }).toString(),
    ],
    ["damaged content", pemOf(p256.publicKey).replace("MFkw", "MFkx")],
    ["a block without end", pemOf(p256.publicKey).replace("-----END PUBLIC KEY-----", "")],
    ["a long text", "-----BEGIN PUBLIC KEY-----".repeat(1000)],
  ];
  for (const [name, text] of unusable)
    it(`refuses ${name}`, () =>
      assert.deepEqual(
        readPublicKeys(text).map(({ kind }) => kind),
        ["unusable"],
      ));

  it("reads several blocks in order", () => {
    const pem = pemOf(p256.publicKey);
    assert.deepEqual(
      readPublicKeys(`${pem}\n${pem.replace("MFkw", "MFkx")}${pem}`).map(({ kind }) => kind),
      ["key", "unusable", "key"],
    );
  });
});
