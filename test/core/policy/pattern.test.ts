import assert from "node:assert/strict";
import fc from "fast-check";
import { compilePattern, matchesPattern } from "../../../src/core/policy/pattern.ts";

describe("compilePattern", () => {
  const matching: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
    ["abc", ["abc"], ["", "ab", "abcd", "xabc", "ABC"]],
    ["", [""], ["a"]],
    ["^abc$", ["abc"], ["abc\n"]],
    ["a.c", ["abc", "a/c", "a\u{1f600}c"], ["ac", "a\nc"]],
    ["(?s)a.c", ["a\nc"], []],
    ["a*", ["", "aaa"], ["b"]],
    ["a+?", ["a", "aa"], [""]],
    ["ab?c", ["ac", "abc"], ["abbc"]],
    ["a{2}", ["aa"], ["a", "aaa"]],
    ["a{2,}", ["aa", "aaaa"], ["a"]],
    ["a{1,3}", ["a", "aaa"], ["", "aaaa"]],
    ["a{,3}", ["a{,3}"], ["aa"]],
    ["a|b|cd", ["a", "b", "cd"], ["ab", "c"]],
    ["(a|b)*c", ["c", "abac"], ["ab"]],
    ["(?:ab)+", ["abab"], ["aba"]],
    ["(?P<name>a)(?<other>b)", ["ab"], ["a"]],
    ["[a-c]", ["a", "b", "c"], ["d", "-"]],
    ["[^a-c]", ["d", "\n"], ["a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[a\\]-]", ["a", "]", "-"], ["\\"]],
    ["[\\d_]+", ["12_3"], ["a"]],
    ["[[:alpha:][:digit:]]+", ["aB1"], ["_"]],
    ["[[:^digit:]]", ["a"], ["1"]],
    ["\\d\\D\\w\\W\\s\\S", ["1a_- x"], ["aaaaaa"]],
    ["\\.\\*\\x41\\x{1F600}\\t", [".*A\u{1f600}\t"], [".*a"]],
    ["\\Qa.b\\E.", ["a.bx"], ["axbx"]],
    ["(?i)ab[c-d]", ["AbC"], ["abe"]],
    ["(?i:a)b", ["Ab"], ["AB"]],
    ["\\Aab\\z", ["ab"], ["abc"]],
    ["a\\b.*", ["a b", "a"], ["ab"]],
    ["a\\B.", ["ab"], ["a b"]],
    ["^(a|^b)$", ["a", "b"], ["ab"]],
    ["a$|^b", ["a", "b"], ["ab"]],
    [
      "^https://github\\.com/acme/[^/]+/\\.github/workflows/release\\.yml@refs/tags/v.*$",
      ["https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1"],
      [
        "https://github.com/acme/app/x/.github/workflows/release.yml@refs/tags/v1",
        "https://github-com/acme/app/.github/workflows/release.yml@refs/tags/v1",
      ],
    ],
  ];
  for (const [pattern, yes, no] of matching)
    it(`matches the whole of a subject by ${JSON.stringify(pattern)}`, () => {
      for (const subject of yes) assert.equal(matchesPattern(pattern, subject), true, subject);
      for (const subject of no) assert.equal(matchesPattern(pattern, subject), false, subject);
    });

  const invalid = [
    "(",
    ")",
    "(a",
    "a)",
    "[",
    "[a",
    "*a",
    "a**",
    "a{2}{3}",
    "a{3,2}",
    "a{1001}",
    "\\",
    "\\1",
    "\\pL",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?m)a",
    "[z-a]",
    "[[:nope:]]",
    "\\x{110000}",
    "a".repeat(513),
    "(".repeat(60) + ")".repeat(60),
    "((a{1000}){1000})",
    "(((){1000}){1000}){1000}",
  ];
  for (const pattern of invalid)
    it(`refuses ${JSON.stringify(pattern.slice(0, 30))}`, () => {
      const { value, problems } = compilePattern(pattern);
      assert.equal(value, undefined);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["pattern-invalid"],
      );
      assert.equal(matchesPattern(pattern, pattern), false);
    });

  const anchors: readonly (readonly [pattern: string, anchored: boolean])[] = [
    ["^a$", true],
    ["\\Aa\\z", true],
    ["^(a|b)$", true],
    ["(^a$|^b$)", true],
    [".*a.*", true],
    ["^a.*", true],
    [".+", true],
    ["a", false],
    ["^a", false],
    ["a$", false],
    ["^a|b$", false],
    ["(^a|b)$", false],
    ["", false],
    ["^a[^/]*", false],
    ["^a(x.*)?", false],
  ];
  for (const [pattern, anchored] of anchors)
    it(`${anchored ? "holds" : "does not hold"} both ends by ${JSON.stringify(pattern)}`, () =>
      assert.equal(compilePattern(pattern).value?.anchored, anchored));

  it("stays fast where backtracking would not end", () => {
    for (const pattern of ["(a*)*b", "(a|a)*b", "(a+)+$", "(.*)*x", "(a?){50}a{50}b"])
      assert.equal(matchesPattern(pattern, `${"a".repeat(2000)}!`), false, pattern);
    assert.equal(matchesPattern(".*", "a".repeat(2049)), false);
  });

  it("agrees with an anchored JavaScript expression on simple patterns", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "\\w");
    const part = fc.tuple(atom, fc.constantFrom("", "*", "+", "?", "{1,2}")).map(([one, suffix]) => one + suffix);
    const pattern = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[abc\n]{0,6}$/), (text, subject) => {
        assert.equal(matchesPattern(text, subject), new RegExp(`^(?:${text})$`, "u").test(subject));
      }),
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => void matchesPattern(text, text)));
    fc.assert(
      fc.property(
        fc.stringMatching(/^[ab(){}[\]|*+?^$\\.,0-9:<>P-]{0,12}$/),
        (text) => void matchesPattern(text, "ab"),
      ),
    );
  });
});
