import type { Document, ImageUse } from "../core/document/document.ts";
import { keysWorstFirst, statusKey, type ImageStatus } from "./marks.ts";
import { referenceOf } from "./tree/grouping.ts";

/** An image that a place in the text yields; `reference` is normalised. */
export interface PlacedImage {
  readonly use: ImageUse;
  readonly reference: string;
  readonly status: ImageStatus;
}

/**
 * The images of each place in a document, in the order of the text. A matrix or a loop yields several at one place; each
 * is there once, the worst first, so that one line can speak for the place.
 */
export function imagesByPlace(
  document: Document,
  statusOf: (reference: string) => ImageStatus,
): readonly (readonly [PlacedImage, ...PlacedImage[]])[] {
  const places = new Map<string, Map<string, PlacedImage>>();
  for (const use of document.images) {
    const reference = referenceOf(use);
    if (reference === undefined) continue;
    const key = `${use.span.start} ${use.span.end}`;
    const images = places.get(key) ?? new Map<string, PlacedImage>();
    if (!images.has(reference)) images.set(reference, { use, reference, status: statusOf(reference) });
    places.set(key, images);
  }
  const rank = ({ status }: PlacedImage): number => keysWorstFirst.indexOf(statusKey(status));
  return [...places.values()].flatMap((images) => {
    const [worst, ...others] = [...images.values()].toSorted((one, other) => rank(one) - rank(other));
    return worst === undefined ? [] : [[worst, ...others] as const];
  });
}
