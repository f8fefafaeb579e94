import type { ImageUse } from "../document/document.ts";
import { shortDigest } from "../image/digest.ts";
import doc from "./image-without-digest.md";
import { pinFix, whichOf } from "./pinFix.ts";
import { pinRefusal } from "./pinRefusal.ts";
import type { Rule } from "./rule.ts";
import { signedHere } from "./signCommands.ts";
import { quoted, verdictOf } from "./verdictReports.ts";

/** A reference by tag alone: what it names can be another image tomorrow, signed by somebody else. */
export const imageWithoutDigest: Rule = {
  id: "image-without-digest",
  severity: "note",
  confidence: "high",
  summary: "Image is not pinned to a digest",
  doc,
  check: ({ document, verdicts }) => {
    const isSignedHere = signedHere(document);
    const floating = document.images.filter((image) => isFloating(image) && !isSignedHere(image));
    return floating.map((image) => ({
      span: image.span,
      message: `${quoted(image)} has no digest, so what is pulled can change without notice${standing(image)}.`,
      fixes: pinFix(
        document.path,
        image,
        verdictOf(image, verdicts),
        (digest, why) => `Pin ${whichOf(document, image)}to ${shortDigest(digest)} (${why})`,
      ),
    }));
  },
};

function standing(image: ImageUse): string {
  const refusal = pinRefusal(image);
  return refusal === undefined ? "" : `; none can be written here, because ${refusal}`;
}

// A partial reference is missing its tag or digest because a variable is: it cannot be said that it has none.
function isFloating(image: ImageUse): boolean {
  const known = image.resolution === "literal" || image.resolution === "resolved";
  return known && image.reference !== undefined && image.reference.digest === undefined && !isLocal(image);
}

// Podman and buildah name an image that was built on this machine `localhost/...`: there is nothing to pin to.
function isLocal(image: ImageUse): boolean {
  return image.reference?.registry === "localhost";
}
