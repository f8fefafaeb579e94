import type { ImageEntry } from "./tree/grouping.ts";

/** Where images could not be checked for one reason of their registry: one of them says it for all. */
export interface Unreachable {
  /** The use that says it. */
  readonly path: string;
  readonly offset: number;
  readonly registry: string;
  readonly code: string;
  /** How many other images it is said for. */
  readonly others: number;
}

/** Reasons that a registry gives whatever image it is asked about; the others are about one image. */
const ofRegistry: ReadonlySet<string> = new Set([
  "network",
  "timeout",
  "tls",
  "authentication",
  "auth-helper-failed",
  "rate-limit",
  "registry-error",
]);

/** Asked of the images as they were, which never change. */
const known = new WeakMap<readonly ImageEntry[], ReadonlyMap<string, Unreachable>>();

/**
 * The registries that could not be asked, each with its reason, and the one place that says so. `isPointedOut` tells whether
 * a place is in the problems at all: what is suppressed says nothing for others.
 */
export function unreachable(
  images: readonly ImageEntry[],
  isPointedOut: (path: string, offset: number) => boolean,
): ReadonlyMap<string, Unreachable> {
  const before = known.get(images);
  if (before !== undefined) return before;
  const found = new Map<string, Unreachable>();
  for (const image of images) {
    const key = keyOf(image);
    if (key === undefined || image.status.kind !== "judged") continue;
    const group = found.get(key);
    if (group !== undefined) {
      found.set(key, { ...group, others: group.others + 1 });
      continue;
    }
    const place = image.uses.find(({ document, use }) => isPointedOut(document.path, use.span.start));
    if (place === undefined) continue;
    const { code } = image.status.verdict.reason;
    const [path, offset] = [place.document.path, place.use.span.start];
    found.set(key, { path, offset, registry: image.registry, code, others: 0 });
  }
  known.set(images, found);
  return found;
}

/** What the images of one registry and reason have in common; undefined for an image that speaks for itself. */
export function keyOf({ registry, status }: Pick<ImageEntry, "registry" | "status">): string | undefined {
  if (status.kind !== "judged" || status.verdict.state !== "unknown") return undefined;
  const { code } = status.verdict.reason;
  return ofRegistry.has(code) ? `${registry} ${code}` : undefined;
}
