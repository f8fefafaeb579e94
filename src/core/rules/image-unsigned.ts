import doc from "./image-unsigned.md";
import type { Rule } from "./rule.ts";
import { consequence, quoted, verdictReports } from "./verdictReports.ts";

/** Verdict `unsigned`. */
export const imageUnsigned: Rule = {
  id: "image-unsigned",
  severity: "error",
  confidence: "high",
  summary: "Image is not signed",
  doc,
  check: (input) =>
    verdictReports(
      input,
      "unsigned",
      { enforced: "error", warned: "warning", undecided: "note" },
      (image, verdict) => `${quoted(image)} is not signed; ${consequence(verdict, input.policy)}.`,
    ),
};
