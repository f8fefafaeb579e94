import assert from "node:assert/strict";
import type { Threshold } from "../../src/cli/options.ts";
import { readDocument } from "../../src/core/document/readDocument.ts";
import { inspectionExitCode, verifyExitCode } from "../../src/cli/outcome.ts";
import type { Inspection } from "../../src/core/report/inspection.ts";
import type { Severity } from "../../src/core/rules/rule.ts";
import type { VerdictState } from "../../src/core/verdict/verdict.ts";
import { verdictOn } from "../helpers/rules.ts";

function inspection(
  states: readonly VerdictState[],
  findings: readonly (readonly [string, Severity])[] = [],
  problems: readonly string[] = [],
): Inspection {
  return {
    documents: [readDocument(states.map((_, index) => `FROM r.example/${index}:1\n`).join(""), "Dockerfile")],
    verdicts: new Map(states.map((state, index) => [`r.example/${index}:1`, verdictOn(`r.example/${index}:1`, state)])),
    findings: findings.map(([rule, severity]) => ({
      rule,
      severity,
      confidence: "high",
      file: "f",
      span: { start: 0, end: 0 },
      message: "M.",
      fixes: [],
    })),
    problems: problems.map((code) => ({ code, message: "M." })),
  };
}

describe("exit codes", () => {
  const inspections: readonly (readonly [string, Inspection, Threshold, number])[] = [
    ["nothing", inspection([]), "note", 0],
    ["a note below the threshold", inspection([], [["r", "note"]]), "warning", 0],
    ["a warning at the threshold", inspection([], [["r", "warning"]]), "warning", 1],
    ["an error above the threshold", inspection([], [["r", "error"]]), "note", 1],
    ["an error with never", inspection(["unknown"], [["r", "error"]]), "never", 0],
    ["an unknown verdict", inspection(["unknown"], [["image-unknown", "warning"]]), "error", 3],
    ["an unknown verdict with a low threshold", inspection(["unknown"], [["image-unknown", "warning"]]), "note", 3],
    ["an unknown verdict and an error", inspection(["unknown"], [["r", "error"]]), "error", 1],
    [
      "a reference whose value is not known",
      { ...inspection([]), documents: [readDocument("ARG X\nFROM $X\n", "Dockerfile")] },
      "error",
      3,
    ],
    ["a file that could not be read", inspection(["verified"], [], ["file-unreadable"]), "error", 3],
    ["a remark", inspection(["verified"], [], ["suppression-expired"]), "error", 0],
    ["a wrong configuration", inspection(["verified"], [["r", "error"]], ["configuration-invalid"]), "error", 2],
  ];
  for (const [what, given, threshold, code] of inspections) {
    it(`of ${what} (--fail-on ${threshold}) is ${code}`, () =>
      assert.equal(inspectionExitCode(given, threshold), code));
  }

  const verifications: readonly (readonly [readonly VerdictState[], number])[] = [
    [["verified"], 0],
    [["verified", "verified"], 0],
    [["verified", "unknown"], 3],
    [["unknown", "unsigned"], 1],
    [["untrusted"], 1],
    [["invalid"], 1],
    [["unsigned"], 1],
  ];
  for (const [states, code] of verifications) {
    it(`of verify with ${states.join(" and ")} is ${code}`, () =>
      assert.equal(verifyExitCode(inspection(states)), code));
  }
});
