import assert from "node:assert/strict";
import { decode, encode } from "cborg";
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

  it("refuses envelopes of another tag", () => {
    const bytes = signCose(usual);
    for (const tag of [0xd0, 0xd1, 0xd3]) {
      const other = Buffer.from(bytes);
      other[0] = tag;
      assert.equal(outcomeOf(other), "signature-malformed");
    }
  });

  const parts: readonly unknown[] = decode(signCose(usual).subarray(1), { useMaps: true });
  const [rawHeader, unprotected, payload, signature] = parts;
  const withHeader = (header: unknown): readonly unknown[] => [encode(header), unprotected, payload, signature];
  const structures: readonly (readonly [string, readonly unknown[]])[] = [
    ["of three parts", [rawHeader, unprotected, payload]],
    ["of five parts", [...parts, signature]],
    ["whose protected header is a map itself", [new Map(), unprotected, payload, signature]],
    ["whose protected header is empty", [new Uint8Array(0), unprotected, payload, signature]],
    ["whose protected header is a list", withHeader([])],
    ["whose protected header is too large", withHeader(new Map([["a", "a".repeat(70_000)]]))],
    ["whose unprotected header is a list", [rawHeader, [], payload, signature]],
    ["whose payload is elsewhere", [rawHeader, unprotected, null, signature]],
    ["whose signature is a text", [rawHeader, unprotected, payload, "text"]],
    ["without a signature", [rawHeader, unprotected, payload, new Uint8Array(0)]],
  ];
  const envelopeOf = (list: readonly unknown[]): Buffer => Buffer.concat([Buffer.from([0xd2]), encode(list)]);
  it("reads the parts as they are taken apart here", () => assert.equal(outcomeOf(envelopeOf(parts)), "read"));
  for (const [title, list] of structures)
    it(`refuses envelopes ${title}`, () => assert.equal(outcomeOf(envelopeOf(list)), "signature-malformed"));

  it("refuses a time stamp that is no byte string", () => {
    const stamped = { "io.cncf.notary.timestampSignature": "text" };
    assert.equal(outcomeOf(signCose({ ...usual, unprotected: stamped })), "signature-malformed");
  });

  it("reads a protected header up to its limit", () => {
    const outcomeWith = (length: number): string =>
      outcomeOf(signCose({ ...usual, labels: new Map([["own", "a".repeat(length)]]) }));
    assert.deepEqual([outcomeWith(64 * 1024 - 400), outcomeWith(64 * 1024)], ["read", "signature-malformed"]);
  });

  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined])
    it(`refuses ${value} in a header, which has no meaning there`, () => {
      const labels = new Map<unknown, unknown>([["own", [value]]]);
      assert.equal(outcomeOf(signCose({ ...usual, labels })), "signature-malformed");
      assert.equal(outcomeOf(signCose({ ...usual, labels: new Map([["own", [1]]]) })), "read");
    });

  it("reads a time stamp up to its limit", () => {
    const outcomeWith = (length: number): string =>
      outcomeOf(signCose({ ...usual, unprotected: { "io.cncf.notary.timestampSignature": Buffer.alloc(length) } }));
    assert.equal(outcomeWith(256 * 1024), "read");
    assert.equal(outcomeWith(256 * 1024 + 1), "signature-malformed");
  });

  it("refuses times that are fractions, texts, or beyond what a date can be", () => {
    const time = (content: string): Buffer => {
      const bytes = signCose(usual);
      const at = bytes.indexOf(Buffer.from("c11a", "hex"));
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(content, "hex"), bytes.subarray(at + 6)]);
    };
    assert.ok(signCose(usual).includes(Buffer.from("c11a", "hex")));
    // The header's length changes with the time, so it is set anew: one octet length of 0x58.
    const resized = (content: string): Buffer => {
      const bytes = time(content);
      const grown = content.length / 2 - 6;
      const at = bytes.indexOf(0x58);
      bytes[at + 1] = (bytes[at + 1] ?? 0) + grown;
      return bytes;
    };
    assert.equal(outcomeOf(resized("c11a691edd90")), "read");
    for (const content of ["c1fb41da47b764200000", "c16474657874", "c11b00ffffffffffffff", "c11b0007ffffffffffff"])
      assert.equal(outcomeOf(resized(content)), "signature-malformed");
  });

  it("refuses what is too large before it reads it", () => {
    const large = signCose({ ...usual, payload: " ".repeat(4 * 1024 * 1024) });
    assert.equal(outcomeOf(large), "signature-malformed");
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
