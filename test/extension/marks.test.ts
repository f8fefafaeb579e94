import assert from "node:assert/strict";
import type { Verdict } from "../../src/core/verdict/verdict.ts";
import { keysWorstFirst, markOf, markOfKey } from "../../src/extension/marks.ts";

const verdict: Verdict = {
  state: "unsigned",
  reason: { code: "unsigned", message: "The registry has no signature." },
  reference: "ghcr.io/acme/app:1",
  signatures: [],
  enforced: false,
  trace: [],
};

describe("marks", () => {
  const marks = keysWorstFirst.map((key) => ({ key, ...markOfKey(key, false) }));

  it("differ in outline and in word, so that colour never stands alone", () => {
    assert.equal(new Set(marks.map(({ icon }) => icon)).size, 7);
    assert.equal(new Set(marks.map(({ word }) => word)).size, 7);
  });

  it("are green for verified alone", () => {
    const green = marks.filter(({ color }) => color === "testing.iconPassed").map(({ key }) => key);
    assert.deepEqual(green, ["verified"]);
  });

  it("are red for what an enforcing policy refuses", () => {
    assert.equal(markOf({ kind: "judged", verdict }).color, "list.warningForeground");
    assert.equal(markOf({ kind: "judged", verdict: { ...verdict, enforced: true } }).color, "list.errorForeground");
  });

  it("say that an image is being checked, whatever was known before", () => {
    assert.equal(markOf({ kind: "checking", previous: { ...verdict, state: "verified" } }).word, "Checking");
  });
});
