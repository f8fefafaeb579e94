import doc from "./image-unknown.md";
import type { Rule } from "./rule.ts";
import { clause, consequence, named, verdictReports } from "./verdictReports.ts";

/** Verdict `unknown`. */
export const imageUnknown: Rule = {
  id: "image-unknown",
  severity: "warning",
  confidence: "high",
  summary: "It could not be checked whether the image is signed",
  doc,
  // Never an error: whoever is offline or not logged in must not see red for it; the exit code says it instead.
  check: (input) => {
    const severities = { enforced: "warning", warned: "warning", undecided: "note" } as const;
    return verdictReports(input, "unknown", severities, (image, verdict) => {
      if (unasked.has(verdict.reason.code)) return undefined;
      const policy = verdict.decidedBy === undefined ? "" : `; ${consequence(verdict, input.policy)}`;
      return `${named(image)} could not be checked (${verdict.reason.code}): ${clause(verdict.reason.message)}${policy}.`;
    });
  },
};

// The person chose that nobody is asked: that says nothing of the image, whose mark shows it already.
const unasked = new Set(["offline", "workspace-not-trusted", "cancelled"]);
