import type { Document, ImageUse } from "../../core/document/document.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { formatFamiliar, formatReference, parseReference, type ImageReference } from "../../core/image/reference.ts";
import { summaryDetail } from "../../core/report/words.ts";
import { keysWorstFirst, markOfKey, statusKey, type ImageStatus, type StatusKey } from "../marks.ts";

/**
 * A reference's name without its registry, and the registry: in a narrow side bar a host with its port would hide the
 * name that people look for. Names of Docker Hub have no registry to show.
 */
export function splitName(name: string): { readonly path: string; readonly registry: string } {
  const registry = parseReference(name).value?.registry ?? "";
  const shown = registry !== "" && name.startsWith(`${registry}/`);
  return shown ? { path: name.slice(registry.length + 1), registry } : { path: name, registry: "" };
}

/** How the images are grouped. */
export type Grouping = "verdict" | "file" | "registry";

/** A place where an image is used. */
export interface Use {
  readonly document: Document;
  readonly use: ImageUse;
}

/** An image of the workspace with every place that uses it; `reference` is normalised. */
export interface ImageEntry {
  readonly reference: string;
  /** As people write it. */
  readonly name: string;
  readonly registry: string;
  readonly status: ImageStatus;
  readonly uses: readonly Use[];
}

/** A group of images with its label and count, and the mark of its worst image. */
export interface ImageGroup {
  readonly key: string;
  readonly label: string;
  readonly status: StatusKey;
  readonly enforced: boolean;
  readonly count: number;
  readonly images: readonly ImageEntry[];
}

/** The normalised reference of a use, where it is known whole: one without its tag or digest would be another image. */
export function referenceOf(use: ImageUse): string | undefined {
  const { reference, resolution } = use;
  if (reference === undefined || resolution === "partial" || resolution === "unresolved") return undefined;
  const known = formatted.get(use) ?? formatReference(reference);
  formatted.set(use, known);
  return known;
}

/** Uses never change, and are asked for their reference again with every drawing. */
const formatted = new WeakMap<ImageUse, string>();

/** Every image that the documents refer to, once, in the order of first use. What cannot be resolved is no image yet. */
export function imagesOf(
  documents: readonly Document[],
  statusOf: (reference: string) => ImageStatus,
): readonly ImageEntry[] {
  const entries = new Map<string, ImageEntry & { readonly uses: Use[] }>();
  for (const document of documents) {
    for (const { reference, name, registry, place } of namedUses(document)) {
      const entry = entries.get(reference);
      if (entry !== undefined) entry.uses.push(place);
      else entries.set(reference, { reference, name, registry, status: statusOf(reference), uses: [place] });
    }
  }
  return [...entries.values()];
}

/** A use with what is shown of its image. */
interface NamedUse {
  readonly reference: string;
  readonly name: string;
  readonly registry: string;
  readonly place: Use;
}

/** Documents never change, and all of them are asked again when one is replaced. */
const named = new WeakMap<Document, readonly NamedUse[]>();

/** The uses of a document whose image is known whole; worked out once, which is worth doing early for one of thousands. */
export function namedUses(document: Document): readonly NamedUse[] {
  const known = named.get(document);
  if (known !== undefined) return known;
  const uses = document.images.flatMap((use): NamedUse[] => {
    const reference = referenceOf(use);
    if (use.reference === undefined || reference === undefined) return [];
    return [{ reference, name: nameOf(use.reference), registry: use.reference.registry, place: { document, use } }];
  });
  named.set(document, uses);
  return uses;
}

/** In the order of the person's language, numbers by their value; much faster than asking each name. */
const collator = new Intl.Collator(undefined, { numeric: true });

/** Groups images, the worst group first and the worst image first in each. */
export function groupImages(images: readonly ImageEntry[], by: Grouping): readonly ImageGroup[] {
  const groups = new Map<string, ImageEntry[]>();
  for (const image of images) {
    for (const key of new Set(keysOf(image, by))) {
      const list = groups.get(key);
      if (list === undefined) groups.set(key, [image]);
      else list.push(image);
    }
  }
  return [...groups]
    .map(([key, list]) => toGroup(key, list, by))
    .sort((a, b) => rank(a.status) - rank(b.status) || collator.compare(a.label, b.label));
}

/** Images whose name, registry, files, state or signer contain every word of the filter, without regard to case. */
export function filterImages(images: readonly ImageEntry[], filter: string, now: Date): readonly ImageEntry[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (words.length === 0) return images;
  return images.filter((image) => {
    const text = searchText(image, now);
    return words.every((word) => text.includes(word));
  });
}

/** A name for people: the familiar one, with a digest shortened. */
function nameOf(reference: ImageReference): string {
  const { digest } = reference;
  return digest === undefined
    ? formatFamiliar(reference)
    : formatFamiliar(reference).replace(digest, shortDigest(digest));
}

function keysOf(image: ImageEntry, by: Grouping): readonly string[] {
  switch (by) {
    case "verdict":
      return [statusKey(image.status)];
    case "file":
      return image.uses.map(({ document }) => document.path);
    case "registry":
      return [image.registry];
  }
}

function toGroup(key: string, list: readonly ImageEntry[], by: Grouping): ImageGroup {
  const worst = list.reduce((least, image) => Math.min(least, rank(statusKey(image.status))), keysWorstFirst.length);
  const status = keysWorstFirst[worst] ?? "not-checked";
  const enforced = list.some((image) => image.status.kind === "judged" && image.status.verdict.enforced);
  let sorted: readonly ImageEntry[] | undefined;
  return {
    key,
    label: by === "verdict" ? markOfKey(status, false).word : key,
    status,
    enforced,
    count: list.length,
    // Thousands are put in order only when somebody opens the group.
    get images() {
      sorted ??= list.toSorted(
        (a, b) => rank(statusKey(a.status)) - rank(statusKey(b.status)) || collator.compare(a.name, b.name),
      );
      return sorted;
    },
  };
}

function rank(key: StatusKey): number {
  return keysWorstFirst.indexOf(key);
}

function searchText(image: ImageEntry, now: Date): string {
  const detail = image.status.kind === "judged" ? summaryDetail(image.status.verdict, now) : "";
  const files = image.uses.map(({ document }) => document.path);
  const word = markOfKey(statusKey(image.status), false).word;
  return [image.reference, image.name, word, detail, ...files].join("\n").toLowerCase();
}
