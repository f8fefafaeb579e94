import assert from "node:assert/strict";
import { matchesWildcards } from "../../../src/core/policy/wildcard.ts";

describe("matchesWildcards", () => {
  const cases: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
    ["", "", true],
    ["", "a", false],
    ["*", "", true],
    ["*", "a/b:c", true],
    ["a*c", "abbc", true],
    ["a*c", "abbcd", false],
    ["*a*b", "xaxab", true],
    ["?", "", false],
    ["?", "/", true],
    ["a?c", "ac", false],
    ["a?c", "abc", true],
    ["**a**", "bab", true],
    ["a.c", "abc", false],
    ["[a]", "a", false],
  ];
  for (const [pattern, text, expected] of cases)
    it(`'${pattern}' and '${text}': ${String(expected)}`, () =>
      assert.equal(matchesWildcards(pattern, text), expected));

  it("takes '?' for itself where it is no wildcard", () => {
    assert.equal(matchesWildcards("a?", "ab", { single: false }), false);
    assert.equal(matchesWildcards("a?", "a?", { single: false }), true);
  });

  it("ends soon, whatever the pattern", () => {
    assert.equal(matchesWildcards("*a".repeat(1000), "a".repeat(2000) + "b"), false);
  });
});
