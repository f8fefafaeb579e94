import doc from "./image-untrusted.md";
import type { Rule } from "./rule.ts";
import { consequence, named, signersOf, verdictReports } from "./verdictReports.ts";

/** Verdict `untrusted`. */
export const imageUntrusted: Rule = {
  id: "image-untrusted",
  severity: "error",
  confidence: "high",
  summary: "Image is signed by someone whom no policy trusts",
  doc,
  check: (input) =>
    verdictReports(
      input,
      "untrusted",
      { enforced: "error", warned: "warning", undecided: "note" },
      (image, verdict) => {
        const signers = signersOf(verdict);
        return `${named(image)} is signed${signers === "" ? "" : ` by ${signers}`}, but ${consequence(verdict, input.policy)}.`;
      },
    ),
};
