import assert from "node:assert/strict";
import { removeMatch, replaceMatch } from "../../../src/core/shell/pattern.ts";

describe("removeMatch", () => {
  const cases: [value: string, pattern: string, from: "start" | "end", longest: boolean, result: string | undefined][] =
    [
      ["a.b.c", "*.", "start", false, "b.c"],
      ["a.b.c", "*.", "start", true, "c"],
      ["a.b.c", ".*", "end", false, "a.b"],
      ["a.b.c", ".*", "end", true, "a"],
      ["abc", "?", "start", false, "bc"],
      ["abc", "x", "start", true, "abc"],
      ["abc", "*", "end", true, ""],
      ["abc", "*", "end", false, "abc"],
      ["abc", "", "end", true, "abc"],
      ["a*b", "a\\*", "start", true, "b"],
      ["b*a", "\\*a", "end", true, "b"],
      ["(a+b)", "(a+", "start", true, "b)"],
      ["abc", "[a]", "start", true, undefined],
      ["x".repeat(300), "x", "start", true, undefined],
      ["x", "x".repeat(300), "start", true, undefined],
    ];
  for (const [value, pattern, from, longest, result] of cases) {
    it(`removes ${longest ? "the longest" : "the shortest"} ${pattern.slice(0, 9)} at the ${from} of ${value.slice(0, 9)}`, () =>
      assert.equal(removeMatch(value, pattern, from, longest), result));
  }
});

describe("replaceMatch", () => {
  type Which = Parameters<typeof replaceMatch>[3];
  const cases: [value: string, pattern: string, replacement: string, which: Which, result: string | undefined][] = [
    ["a.b.c", ".", "_", "first", "a_b.c"],
    ["a.b.c", ".", "_", "all", "a_b_c"],
    ["a.b.c", ".*", "", "first", "a"],
    ["abc", "x", "y", "all", "abc"],
    ["aaa", "a", "$1", "all", "$1$1$1"],
    ["a/b", "\\/", "-", "first", "a-b"],
    ["abc", "", "x", "all", undefined],
    ["abc", "[b]", "x", "all", undefined],
    ["a.b.a", "a", "c", "start", "c.b.a"],
    ["a.b.a", "a", "c", "end", "a.b.c"],
    ["a.b.a", "b", "c", "start", "a.b.a"],
    ["a.b", "", "c/", "start", "c/a.b"],
    ["a.b", "", "-c", "end", "a.b-c"],
    ["abc", "[a]", "x", "start", undefined],
  ];
  for (const [value, pattern, replacement, which, result] of cases) {
    it(`replaces ${which} ${pattern} in ${value}`, () =>
      assert.equal(replaceMatch(value, pattern, replacement, which), result));
  }
});
