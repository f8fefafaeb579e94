import type { Document, ImageUse } from "../document/document.ts";
import { isDigest } from "../image/digest.ts";
import { formatFamiliar, type ImageReference } from "../image/reference.ts";
import { stateWord } from "../report/words.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Fix } from "./rule.ts";
import { signersOf } from "./verdictReports.ts";

/** The fix that writes a verdict's digest; none where it is not known, is wrong, or has no safe place. */
export function pinFix(
  file: string,
  { pinAt, pinBefore }: ImageUse,
  verdict: Verdict | undefined,
  title: (digest: string, why: string) => string,
): readonly Fix[] {
  const digest = verdict?.digest;
  if (verdict === undefined || digest === undefined || pinAt === undefined || !isDigest(digest)) return [];
  // Pinning an image whose signatures are broken would give a bad image a good look.
  if (verdict.state === "invalid") return [];
  return [
    {
      title: title(digest, standing(verdict)),
      edits: [{ file, span: pinAt, text: `${pinBefore ?? "@"}${digest}` }],
      ...(verdict.state === "verified" ? { preferred: true } : {}),
    },
  ];
}

/** "node:20 " where the text of a use yields other images, too, and nothing where it says which one is meant. */
export function whichOf({ images }: Pick<Document, "images">, { reference, span }: ImageUse): string {
  if (reference === undefined) return "";
  const name = formatFamiliar(reference).split("@")[0] ?? "";
  const isOther = (image: ImageUse): boolean =>
    image.span.start === span.start &&
    image.reference !== undefined &&
    formatFamiliar(image.reference) !== formatFamiliar(reference);
  return images.some(isOther) ? `${name} ` : "";
}

/** How an image stands and who signed it: "verified, signed by acme". Of a verified one, only those who are trusted count. */
export function standing(verdict: Verdict): string {
  const signers =
    verdict.state === "verified"
      ? signersOf({ ...verdict, signatures: verdict.signatures.filter((each) => each.trusted) })
      : "";
  return stateWord(verdict.state).toLowerCase() + (signers === "" ? "" : `, signed by ${signers}`);
}

/** The reference without its digest, where it has both a tag and a digest: what the tag names now can be asked. */
export function tagOf({ registry, repository, tag, digest }: ImageReference): ImageReference | undefined {
  return tag === undefined || digest === undefined ? undefined : { registry, repository, tag };
}
