import type { ImageUse } from "../document/document.ts";
import { isDigest, shortDigest } from "../image/digest.ts";
import { stateWord } from "../report/words.ts";
import type { Verdict } from "../verdict/verdict.ts";
import doc from "./image-without-digest.md";
import type { Fix, Rule } from "./rule.ts";
import { signedHere } from "./signCommands.ts";
import { quoted, signersOf, verdictOf } from "./verdictReports.ts";

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
      message: `${quoted(image)} has no digest, so what is pulled can change without notice.`,
      fixes: pin(document.path, image, verdictOf(image, verdicts)),
    }));
  },
};

// A partial reference is missing its tag or digest because a variable is: it cannot be said that it has none.
function isFloating(image: ImageUse): boolean {
  const known = image.resolution === "literal" || image.resolution === "resolved";
  return known && image.reference !== undefined && image.reference.digest === undefined && !isLocal(image);
}

// Podman and buildah name an image that was built on this machine `localhost/...`: there is nothing to pin to.
function isLocal(image: ImageUse): boolean {
  return image.reference?.registry === "localhost";
}

function pin(file: string, image: ImageUse, verdict: Verdict | undefined): readonly Fix[] {
  const digest = verdict?.digest;
  if (verdict === undefined || digest === undefined || image.pinAt === undefined || !isDigest(digest)) return [];
  // Pinning an image whose signatures are broken would give a bad image a good look.
  if (verdict.state === "invalid") return [];
  const verified = verdict.state === "verified";
  const signers = verified
    ? signersOf({ ...verdict, signatures: verdict.signatures.filter((each) => each.trusted) })
    : "";
  const why = stateWord(verdict.state).toLowerCase() + (signers === "" ? "" : `, signed by ${signers}`);
  return [
    {
      title: `Pin to ${shortDigest(digest)} (${why})`,
      edits: [{ file, span: image.pinAt, text: `${image.pinBefore ?? "@"}${digest}` }],
      ...(verified ? { preferred: true } : {}),
    },
  ];
}
