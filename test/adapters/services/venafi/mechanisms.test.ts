import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mechanismOf } from "../../../../src/adapters/services/venafi/mechanisms.ts";
import type { HashAlgorithm } from "../../../../src/application/signingService.ts";

const digestOf = (hash: HashAlgorithm): Buffer => createHash(hash).update("x").digest();

describe("mechanisms of PKCS #11", () => {
  const prefixes: readonly (readonly [HashAlgorithm, string, number])[] = [
    ["sha256", "3031300d060960864801650304020105000420", 64],
    ["sha384", "3041300d060960864801650304020205000430", 65],
    ["sha512", "3051300d060960864801650304020305000440", 66],
  ];
  for (const [hash, prefix, client] of prefixes)
    it(`puts a DigestInfo of ${hash} before the digest for PKCS #1 v1.5`, () => {
      const digest = digestOf(hash);
      assert.deepEqual(mechanismOf({ scheme: "rsa-pkcs1v15", hash, digest }), {
        Mechanism: 1,
        ClientMechanism: client,
        Data: Buffer.concat([Buffer.from(prefix, "hex"), digest]).toString("base64"),
      });
    });

  const parameters: readonly (readonly [HashAlgorithm, number, number, number, number])[] = [
    ["sha256", 592, 2, 32, 67],
    ["sha384", 608, 3, 48, 68],
    ["sha512", 624, 4, 64, 69],
  ];
  for (const [hash, HashAlg, MGF, SaltLen, ClientMechanism] of parameters)
    it(`says hash, mask and a salt of the hash's length for PSS with ${hash}`, () => {
      const digest = digestOf(hash);
      assert.deepEqual(mechanismOf({ scheme: "rsa-pss", hash, digest }), {
        Mechanism: 13,
        ClientMechanism,
        Parameter: { ParameterType: "PKCSPSS", HashAlg, MGF, SaltLen },
        Data: digest.toString("base64"),
      });
    });

  it("sends the bare digest for ECDSA, and the whole message for Ed25519", () => {
    const digest = digestOf("sha384");
    const ecdsa = mechanismOf({ scheme: "ecdsa", hash: "sha384", digest });
    assert.deepEqual(ecdsa, { Mechanism: 4161, ClientMechanism: 4165, Data: digest.toString("base64") });
    const message = Buffer.from("message");
    const edwards = mechanismOf({ scheme: "ed25519", hash: "sha256", digest, message });
    assert.deepEqual(edwards, { Mechanism: 4183, Data: message.toString("base64") });
  });

  it("sends no digest of another length, and no digest in place of a message", () => {
    for (const scheme of ["rsa-pkcs1v15", "rsa-pss", "ecdsa"] as const)
      assert.match(JSON.stringify(mechanismOf({ scheme, hash: "sha256", digest: digestOf("sha384") })), /48 bytes/);
    assert.match(
      JSON.stringify(mechanismOf({ scheme: "ed25519", hash: "sha256", digest: digestOf("sha256") })),
      /whole/,
    );
  });
});
