import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { bytesMatchDigest, digestOf, isDigest, shortDigest } from "../../../src/core/image/digest.ts";

const bytes = new TextEncoder().encode("hello");
const sha512 = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;

describe("digest", () => {
  const cases: [text: string, is: boolean][] = [
    [`sha256:${"a".repeat(64)}`, true],
    [`sha384:${"0".repeat(96)}`, true],
    [`sha512:${"9".repeat(128)}`, true],
    [`sha256:${"a".repeat(63)}`, false],
    [`sha256:${"a".repeat(65)}`, false],
    [`sha512:${"a".repeat(64)}`, false],
    [`sha256:${"A".repeat(64)}`, false],
    [`sha256:${"g".repeat(64)}`, false],
    [`sha256:${"a".repeat(64)}\n`, false],
    [`SHA256:${"a".repeat(64)}`, false],
    [`md5:${"a".repeat(32)}`, false],
    [`constructor:${"a".repeat(64)}`, false],
    ["a".repeat(64), false],
    [":", false],
    ["", false],
  ];
  for (const [text, is] of cases) {
    it(`${is ? "accepts" : "rejects"} ${JSON.stringify(text.slice(0, 24))} of ${text.length}`, () =>
      assert.equal(isDigest(text), is));
  }

  it("computes SHA-256", () =>
    assert.equal(digestOf(bytes), "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"));
  it("matches bytes under each algorithm, and nothing else", () => {
    assert.ok(bytesMatchDigest(bytes, digestOf(bytes)));
    assert.ok(bytesMatchDigest(bytes, sha512));
    assert.ok(!bytesMatchDigest(new Uint8Array([1]), digestOf(bytes)));
    assert.ok(!bytesMatchDigest(bytes, `md5:${createHash("md5").update(bytes).digest("hex")}`));
    assert.ok(!bytesMatchDigest(bytes, digestOf(bytes).toUpperCase()));
    assert.ok(!bytesMatchDigest(bytes, ""));
  });
  it("shortens for people", () => {
    assert.equal(shortDigest(digestOf(bytes)), "sha256:2cf24dba5fb0...");
    assert.equal(shortDigest("sha256:2cf2"), "sha256:2cf2");
  });
});
