import doc from "./image-invalid.md";
import type { Rule } from "./rule.ts";
import { clause, consequence, named, verdictReports } from "./verdictReports.ts";

/** Verdict `invalid`. */
export const imageInvalid: Rule = {
  id: "image-invalid",
  severity: "error",
  confidence: "high",
  summary: "Image has signatures, but none is valid",
  doc,
  check: (input) =>
    verdictReports(
      input,
      "invalid",
      { enforced: "error", warned: "warning", undecided: "warning" },
      (image, verdict) => {
        const policy = verdict.decidedBy === undefined ? "" : `; ${consequence(verdict, input.policy)}`;
        return `${named(image)} has no valid signature: ${clause(verdict.reason.message)}${policy}.`;
      },
    ),
};
