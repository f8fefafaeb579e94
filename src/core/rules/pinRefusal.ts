import type { ImageUse } from "../document/document.ts";

/** Why no digest can be written where an image is used, as the end of a sentence after "because"; undefined where one can. */
export function pinRefusal({ pinAt, reference, resolution, chain }: ImageUse): string | undefined {
  if (pinAt !== undefined) return undefined;
  if (reference === undefined) {
    const what = resolution === "partial" ? "all of its value is not" : "its value is not";
    return `${what} known from the files`;
  }
  const file = chain.findLast((step) => step.file !== undefined && step.file !== "")?.file;
  if (file !== undefined) return `its value stands in ${file}`;
  return chain.length > 0
    ? "it is put together from parts that other images share, or that have no place for a digest"
    : "its format has no place for a digest there";
}
