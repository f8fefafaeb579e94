import assert from "node:assert/strict";
import { decodeBase64, decodeBase64Url, decodePem } from "../../src/core/base64.ts";

describe("decodeBase64", () => {
  for (const [text, hex] of [
    ["", ""],
    ["Zg==", "66"],
    ["Zm8=", "666f"],
    ["Zm9v", "666f6f"],
  ] as const)
    it(`reads '${text}'`, () => assert.equal(decodeBase64(text)?.toString("hex"), hex));

  for (const text of ["Zg", "Zg=", "Zh==", "Zm8", "Z m8", "Zm8=\n", "_-8=", "Zm9v=", "====", "!Zm9v"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(decodeBase64(text), undefined));
});

describe("decodePem", () => {
  const block = "-----BEGIN X-----\nZm9v\nZm9v\n-----END X-----\n";
  it("reads one block", () => assert.equal(decodePem(block, "X")?.toString(), "foofoo"));
  for (const [what, text] of [
    ["another label", block.replaceAll("X", "Y")],
    ["two blocks", block + block],
    ["text before it", `x${block}`],
    ["text after it", `${block}x`],
    ["no end", block.slice(0, -8)],
    ["nothing in it", "-----BEGIN X-----\n-----END X-----\n"],
  ] as const)
    it(`refuses ${what}`, () => assert.equal(decodePem(text, "X"), undefined));
});

describe("decodeBase64Url", () => {
  it("reads the alphabet of URLs, without padding", () => {
    assert.deepEqual(decodeBase64Url("-_8"), Buffer.from([0xfb, 0xff]));
    assert.deepEqual(decodeBase64Url(""), Buffer.alloc(0));
  });
  for (const text of ["+/8", "-_8=", "-_9", "A", " -_8"])
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(decodeBase64Url(text), undefined));
});
