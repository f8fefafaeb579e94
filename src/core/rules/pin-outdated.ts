import { shortDigest } from "../image/digest.ts";
import { formatReference } from "../image/reference.ts";
import doc from "./pin-outdated.md";
import { pinFix, standing, tagOf, whichOf } from "./pinFix.ts";
import type { Rule } from "./rule.ts";
import { named } from "./verdictReports.ts";

/** A pin whose tag names another image by now. It speaks only where somebody asked what the tag names. */
export const pinOutdated: Rule = {
  id: "pin-outdated",
  severity: "note",
  confidence: "high",
  summary: "The tag of a pinned image has moved",
  doc,
  check: ({ document, verdicts }) =>
    document.images.flatMap((image) => {
      const { reference } = image;
      const tag = reference === undefined ? undefined : tagOf(reference);
      const verdict = tag === undefined ? undefined : verdicts.get(formatReference(tag));
      const moved = verdict?.digest;
      if (reference?.digest === undefined || verdict === undefined || moved === undefined || moved === reference.digest)
        return [];
      const change = `from ${shortDigest(reference.digest)} to ${shortDigest(moved)} (${standing(verdict)})`;
      return [
        {
          span: image.span,
          message: `The tag of ${named(image)} has moved ${change}, so the pin keeps an older image.`,
          fixes: pinFix(
            document.path,
            image,
            verdict,
            (digest, why) => `Refresh ${whichOf(document, image)}to ${shortDigest(digest)} (${why})`,
          ),
        },
      ];
    }),
};
