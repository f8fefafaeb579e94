import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { mechanismOf, signatureOf } from "../../../../src/adapters/services/venafi/mechanisms.ts";
import type { HashAlgorithm, KeySpec } from "../../../../src/application/signingService.ts";
import { createTestKey } from "../../../helpers/signingKeys.ts";

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

describe("what comes back", () => {
  const specs: readonly (readonly [KeySpec, number])[] = [
    ["p256", 64],
    ["p384", 96],
    ["p521", 132],
  ];
  for (const [spec, length] of specs)
    it(`becomes DER for ${spec} only where it is one of the two forms`, () => {
      const { privateKey } = createTestKey(spec);
      const raw = sign("sha256", Buffer.from("x"), { key: privateKey, dsaEncoding: "ieee-p1363" });
      const der = sign("sha256", Buffer.from("x"), { key: privateKey, dsaEncoding: "der" });
      assert.equal(raw.length, length);
      assert.equal(signatureOf(raw, spec)?.[0], 0x30);
      assert.deepEqual(signatureOf(der, spec), der);
      for (const wrong of [
        raw.subarray(1),
        Buffer.concat([der, Buffer.from([0])]),
        Buffer.alloc(length),
        Buffer.alloc(0),
      ])
        assert.equal(signatureOf(wrong, spec), undefined);
    });

  it("is side by side where the length says so, even if it begins like DER", () => {
    // r begins with 30 3e: read by its first bytes this is a SEQUENCE of 62 octets, which is all there is.
    const raw = Buffer.concat([Buffer.from("303e021d", "hex"), Buffer.alloc(60, 1)]);
    const der = signatureOf(raw, "p256");
    assert.ok(der !== undefined && der.length > 64);
    assert.deepEqual(Buffer.from(der).subarray(4, 36), raw.subarray(0, 32));
  });

  it("has the length of the key for RSA and Ed25519", () => {
    for (const [spec, length] of [
      ["rsa2048", 256],
      ["rsa3072", 384],
      ["rsa4096", 512],
      ["ed25519", 64],
    ] as const) {
      assert.equal(signatureOf(Buffer.alloc(length), spec)?.length, length);
      assert.equal(signatureOf(Buffer.alloc(length - 1), spec), undefined);
    }
  });
});
