import assert from "node:assert/strict";
import { readNotaryCose } from "../../../src/core/signature/notaryCose.ts";
import { createNotaryChain, signCose } from "../../helpers/notary.ts";
import { image } from "../../helpers/signedImage.ts";

const { leaf, chain } = createNotaryChain();
const usual = { target: image, chain, privateKey: leaf.keys.privateKey };
const scheme = "io.cncf.notary.signingScheme";
const signingTime = "io.cncf.notary.signingTime";
const expiry = "io.cncf.notary.expiry";

function outcomeOf(bytes: Uint8Array): string {
  const read = readNotaryCose(bytes);
  return read.kind === "envelope" ? "read" : read.reason.code;
}

describe("readNotaryCose", () => {
  it("reads the attributes, times as epoch-based times with their tag", () => {
    const read = readNotaryCose(
      signCose({
        ...usual,
        labels: new Map<unknown, unknown>([
          [2, [scheme, expiry]],
          [expiry, new Date("2027-01-01T00:00:00Z")],
        ]),
      }),
    );
    assert.ok(read.kind === "envelope");
    assert.equal(read.envelope.algorithm, "ES256");
    assert.deepEqual(read.envelope.attributes, {
      scheme: "notary.x509",
      signingTime: new Date("2026-11-20T09:00:00Z"),
      expiry: new Date("2027-01-01T00:00:00Z"),
    });
  });

  const refused: readonly (readonly [string, ReadonlyMap<unknown, unknown>, string])[] = [
    ["whose time has no tag", new Map([[signingTime, 1_800_000_000]]), "signature-malformed"],
    ["whose time is a text", new Map([[signingTime, "2026-11-20T10:00:00Z"]]), "signature-malformed"],
    ["without a critical list", new Map([[2, undefined]]), "signature-malformed"],
    ["whose expiry is not critical", new Map([[expiry, new Date("2027-01-01")]]), "signature-malformed"],
    [
      "with an unknown critical attribute",
      new Map<unknown, unknown>([
        [2, [scheme, "own"]],
        ["own", 1],
      ]),
      "critical-attribute",
    ],
    ["about another payload", new Map([[3, "application/json"]]), "signature-malformed"],
  ];
  for (const [title, labels, code] of refused)
    it(`refuses envelopes ${title}`, () => assert.equal(outcomeOf(signCose({ ...usual, labels })), code));

  it("refuses an attribute that both headers have", () => {
    assert.equal(outcomeOf(signCose({ ...usual, unprotected: { [scheme]: "notary.x509" } })), "signature-malformed");
  });

  it("refuses a chain that is no array of certificates", () => {
    for (const x5chain of [leaf.der, [], ["text"], Array.from({ length: 9 }, () => leaf.der)]) {
      const bytes = signCose({ ...usual, chain: x5chain as unknown as Uint8Array[] });
      assert.equal(outcomeOf(bytes), "signature-malformed");
    }
  });

  it("refuses anything but COSE_Sign1 with its tag", () => {
    const bytes = signCose(usual);
    assert.equal(outcomeOf(bytes), "read");
    assert.equal(outcomeOf(bytes.subarray(1)), "signature-malformed");
    assert.equal(outcomeOf(Buffer.concat([Buffer.from([0xd2]), bytes])), "signature-malformed");
    assert.equal(outcomeOf(Buffer.concat([Buffer.from([0xd8, 0x12]), bytes.subarray(1)])), "signature-malformed");
  });

  it("refuses indefinite lengths and integers that are longer than needed", () => {
    const bytes = signCose(usual);
    // The outer array of four, once indefinite and once with its length in two octets.
    const indefinite = Buffer.concat([Buffer.from([0xd2, 0x9f]), bytes.subarray(2), Buffer.from([0xff])]);
    const long = Buffer.concat([Buffer.from([0xd2, 0x98, 0x04]), bytes.subarray(2)]);
    assert.equal(bytes[1], 0x84);
    assert.equal(outcomeOf(indefinite), "signature-malformed");
    assert.equal(outcomeOf(long), "signature-malformed");
  });

  it("never throws on what nests deep", () => {
    assert.equal(outcomeOf(Buffer.concat([Buffer.from([0xd2]), Buffer.alloc(200_000, 0x81)])), "signature-malformed");
  });
});
