import assert from "node:assert/strict";
import type { Finding, Fix } from "../../src/core/rules/rule.ts";
import { safeEdits } from "../../src/extension/safeEdits.ts";

const fix = (start: number, end: number, preferred = true, file = "a"): Fix => ({
  title: "",
  edits: [{ file, span: { start, end }, text: `${start}` }],
  preferred,
});
const finding = (rule: string, ...fixes: readonly Fix[]): Finding => ({
  rule,
  severity: "note",
  confidence: "high",
  file: "a",
  span: { start: 0, end: 0 },
  message: "",
  fixes,
});

describe("safeEdits", () => {
  for (const [name, findings, expected, rule] of [
    [
      "take every preferred fix, of a finding of several images too",
      [finding("x", fix(1, 1), fix(5, 5)), finding("y", fix(9, 9))],
      [1, 5, 9],
    ],
    ["leave what needs a decision", [finding("x", fix(1, 1, false), fix(5, 5))], [5]],
    ["take one rule's alone", [finding("x", fix(1, 1)), finding("y", fix(5, 5))], [5], "y"],
    ["take a place once", [finding("x", fix(1, 1)), finding("x", fix(1, 1))], [1]],
    ["take the first of two that overlap", [finding("x", fix(1, 4)), finding("x", fix(3, 6), fix(4, 6))], [1, 4]],
    ["keep files apart", [finding("x", fix(1, 4), fix(1, 4, true, "b"))], [1, 1]],
  ] as const)
    it(name, () =>
      assert.deepEqual(
        safeEdits(findings, rule).map(({ span }) => span.start),
        expected,
      ),
    );
});
