import assert from "node:assert/strict";
import { parseIgnore } from "../../../src/adapters/files/ignore.ts";

describe("parseIgnore", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["out", "a/out", true],
    ["/out", "a/out", false],
    ["/out", "out", true],
    ["a/b", "a/b", true],
    ["a/b", "x/a/b", false],
    ["**/b", "x/a/b", true],
    ["a/**", "a/b", true],
    ["a/**", "a", false],
    ["*.yaml", "x/y.yaml", true],
    ["*.yaml\n!keep.yaml", "x/keep.yaml", false],
    ["# a", "a", false],
    ["a  ", "a", true],
    ["\\#a", "#a", true],
    ["a\r\nb", "a", true],
    ["", "a", false],
  ];
  for (const [text, path, expected] of cases) {
    it(`${JSON.stringify(text)} ${expected ? "ignores" : "keeps"} ${path}`, () => {
      assert.equal(parseIgnore(text, "")(path, false), expected);
    });
  }

  it("ignores only folders by a pattern that ends in a slash", () => {
    assert.equal(parseIgnore("a/", "")("a", true), true);
    assert.equal(parseIgnore("a/", "")("a", false), false);
  });

  it("counts from the folder that the file stands in", () => {
    assert.equal(parseIgnore("/a", "x")("x/a", false), true);
    assert.equal(parseIgnore("/a", "x")("a", false), false);
  });
});
