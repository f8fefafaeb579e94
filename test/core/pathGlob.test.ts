import assert from "node:assert/strict";
import { isCoveredBy, segmentMatcher } from "../../src/core/pathGlob.ts";

describe("isCoveredBy", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["a/b.yaml", "a/b.yaml", true],
    ["./a/b.yaml", "a/b.yaml", true],
    ["b.yaml", "a/b.yaml", false],
    ["a", "a/b/c.yaml", true],
    ["a/", "a/b/c.yaml", true],
    ["a", "ab/c.yaml", false],
    ["*.yaml", "b.yaml", true],
    ["*.yaml", "a/b.yaml", false],
    ["**/*.yaml", "b.yaml", true],
    ["**/*.yaml", "a/b/c.yaml", true],
    ["a/**/c", "a/c", true],
    ["a/**/c", "a/x/y/c", true],
    ["a/**", "a/b", true],
    ["**", "a/b", true],
    ["a?c", "abc", true],
    ["a[b-d]c", "acc", true],
    ["a[!b-d]c", "acc", false],
    ["A", "a", false],
  ];
  for (const [glob, path, expected] of cases) {
    it(`${glob} ${expected ? "covers" : "does not cover"} ${path}`, () =>
      assert.equal(isCoveredBy(glob, path), expected));
  }

  it("takes no time for a pattern made to take long", () => {
    assert.equal(segmentMatcher("*a".repeat(200))("a".repeat(199)), false);
    assert.equal(isCoveredBy("**/a/".repeat(50), "a/".repeat(99)), true);
  });
});
