import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { signatureFrom } from "../../../src/adapters/services/keyKinds.ts";
import type { KeySpec } from "../../../src/application/signingService.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";

describe("signatures of services", () => {
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
      assert.equal(signatureFrom(raw, spec, "either")?.[0], 0x30);
      assert.deepEqual(signatureFrom(der, spec, "either"), der);
      assert.deepEqual(signatureFrom(der, spec, "der"), der);
      assert.equal(signatureFrom(raw, spec, "der"), undefined);
      assert.equal(signatureFrom(raw, spec, "side-by-side")?.[0], 0x30);
      assert.equal(signatureFrom(der, spec, "side-by-side"), undefined);
      for (const wrong of [
        raw.subarray(1),
        Buffer.concat([der, Buffer.from([0])]),
        Buffer.alloc(length),
        Buffer.alloc(0),
      ])
        assert.equal(signatureFrom(wrong, spec, "either"), undefined);
    });

  it("is side by side where the length says so, even if it begins like DER", () => {
    // r begins with 30 3e: read by its first bytes this is a SEQUENCE of 62 octets, which is all there is.
    const raw = Buffer.concat([Buffer.from("303e021d", "hex"), Buffer.alloc(60, 1)]);
    const der = signatureFrom(raw, "p256", "either");
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
      assert.equal(signatureFrom(Buffer.alloc(length), spec, "either")?.length, length);
      assert.equal(signatureFrom(Buffer.alloc(length - 1), spec, "either"), undefined);
    }
  });
});
