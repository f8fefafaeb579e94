import assert from "node:assert/strict";
import { sign } from "node:crypto";
import {
  curveOrder,
  isDerSignature,
  isSideBySide,
  toDerSignature,
  toSideBySide,
} from "../../../src/core/sign/ecdsaSignature.ts";
import { createTestKey } from "../../helpers/signingKeys.ts";
import { verifyData, readPublicKey } from "../../../src/core/x509/publicKey.ts";

const curves = [
  ["p256", "prime256v1", 32],
  ["p384", "secp384r1", 48],
  ["p521", "secp521r1", 66],
] as const;

describe("toDerSignature", () => {
  for (const [spec, curve, half] of curves) {
    const number = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(2 * half, "0"), "hex");
    const order = curveOrder(curve) ?? 0n;

    it(`turns what ${curve} gives side by side into DER that verifies`, () => {
      const { privateKey, description } = createTestKey(spec);
      const data = Buffer.from("payload");
      for (let count = 0; count < 20; count += 1) {
        const raw = sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" });
        const der = toDerSignature(raw, curve);
        assert.ok(der !== undefined && isSideBySide(raw, curve) && isDerSignature(der, curve));
        assert.equal(verifyData(readPublicKey(description.publicKey)!, "sha256", data, der), true);
      }
    });

    it(`keeps the smallest and the largest numbers of ${curve}`, () => {
      for (const [r, s] of [
        [1n, 0x80n],
        [order - 1n, order - 1n],
      ] as const)
        assert.ok(toDerSignature(Buffer.concat([number(r), number(s)]), curve) !== undefined);
    });

    const refused: readonly (readonly [string, Buffer])[] = [
      ["r of zero", Buffer.concat([number(0n), number(1n)])],
      ["s of the order", Buffer.concat([number(1n), number(order)])],
      ["a byte too few", Buffer.alloc(2 * half - 1, 1)],
      ["a byte too many", Buffer.alloc(2 * half + 1, 1)],
      ["nothing", Buffer.alloc(0)],
    ];
    for (const [what, bytes] of refused)
      it(`refuses ${what} on ${curve}`, () => assert.equal(toDerSignature(bytes, curve), undefined));
  }

  it("refuses an unknown curve", () => assert.equal(toDerSignature(Buffer.alloc(64, 1), "secp256k1"), undefined));
});

describe("toSideBySide", () => {
  for (const [spec, curve, half] of curves) {
    it(`turns DER into r and s of ${curve}, and back`, () => {
      const { privateKey } = createTestKey(spec);
      for (let count = 0; count < 20; count += 1) {
        const raw = sign("sha256", Buffer.from([count]), { key: privateKey, dsaEncoding: "ieee-p1363" });
        const der = toDerSignature(raw, curve);
        assert.ok(der);
        assert.deepEqual(toSideBySide(der, curve), raw);
      }
    });

    it(`pads small numbers of ${curve} on the left`, () => {
      const expected = Buffer.alloc(2 * half);
      expected[half - 1] = 1;
      expected[2 * half - 1] = 0x80;
      assert.deepEqual(toSideBySide(Buffer.from("3007020101 02020080".replace(" ", ""), "hex"), curve), expected);
    });
  }

  for (const [what, hex] of [
    ["r of zero", "3006020100020101"],
    ["something after it", "300602010102010100"],
    ["nothing", ""],
  ] as const)
    it(`refuses ${what}`, () => assert.equal(toSideBySide(Buffer.from(hex, "hex"), "prime256v1"), undefined));
});
