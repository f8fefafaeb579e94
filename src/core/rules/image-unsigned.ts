import doc from "./image-unsigned.md";
import type { Rule } from "./rule.ts";
import { signedHere } from "./signCommands.ts";
import { consequence, named, verdictReports } from "./verdictReports.ts";

/** Verdict `unsigned`. */
export const imageUnsigned: Rule = {
  id: "image-unsigned",
  severity: "error",
  confidence: "high",
  summary: "Image is not signed",
  doc,
  check(input) {
    const isSignedHere = signedHere(input.document);
    const images = input.document.images.filter((image) => !isSignedHere(image));
    return verdictReports(
      { ...input, document: { ...input.document, images } },
      "unsigned",
      { enforced: "error", warned: "warning", undecided: "note" },
      (image, verdict) => `${named(image)} is not signed; ${consequence(verdict, input.policy)}.`,
    );
  },
};
