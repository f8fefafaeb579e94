import { reportedImages, type Inspection } from "../core/report/inspection.ts";
import type { Severity } from "../core/rules/rule.ts";
import { exitCodes } from "./exitCodes.ts";
import type { Threshold } from "./options.ts";

const rank: Readonly<Record<Threshold, number>> = { note: 1, warning: 2, error: 3, never: 4 };

/** Problems that leave nothing unchecked: they say something about what was checked. */
const remarks = new Set([
  "suppression-expired",
  "identity-pattern-not-anchored",
  "identity-open",
  "signatures-not-looked-for",
  "template-not-read",
  "trusted-root-old",
]);

/** Exit code of a command that reports on files. A configuration that is wrong comes first, since its report cannot be relied on; what could not be checked is never a finding: it has a code of its own. */
export function inspectionExitCode(inspection: Inspection, threshold: Threshold): number {
  if (inspection.problems.some(({ code }) => code.startsWith("configuration-"))) return exitCodes.usage;
  const counts = (severity: Severity): boolean => rank[severity] >= rank[threshold];
  const findings = inspection.findings.filter(({ rule }) => rule !== "image-unknown");
  if (findings.some(({ severity }) => counts(severity))) return exitCodes.found;
  // A reference whose value is not known from the files has no verdict at all: passing it over would be a pass.
  const unknown =
    inspection.verdicts !== undefined &&
    reportedImages(inspection).some(({ verdict }) => verdict === undefined || verdict.state === "unknown");
  const unread = inspection.problems.some(({ code }) => !remarks.has(code));
  return (unknown || unread) && threshold !== "never" ? exitCodes.unchecked : exitCodes.clean;
}

/** Exit code of `verify`: 0 where all are verified, 3 where the others could not be checked, 1 where any is worse. */
export function verifyExitCode(inspection: Inspection): number {
  const states = [...(inspection.verdicts?.values() ?? [])].map(({ state }) => state);
  if (states.every((state) => state === "verified")) return exitCodes.clean;
  return states.every((state) => state === "verified" || state === "unknown") ? exitCodes.unchecked : exitCodes.found;
}
