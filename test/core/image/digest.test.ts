import assert from "node:assert/strict";
import { isDigest, shortDigest } from "../../../src/core/image/digest.ts";

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

  it("shortens for people", () => {
    assert.equal(shortDigest(`sha256:2cf24dba5fb0a${"0".repeat(51)}`), "sha256:2cf24dba5fb0...");
    assert.equal(shortDigest("sha256:2cf2"), "sha256:2cf2");
  });
});
