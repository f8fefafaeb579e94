import { formatReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { ImageUse } from "./document.ts";

/**
 * Leaves out where to pin through a place that gives several images, or a literal that other uses take as a part of
 * their value: a digest there would be wrong for them.
 */
export function withoutUnsafePins(uses: readonly ImageUse[]): readonly ImageUse[] {
  if (uses.length < 2) return uses;
  /** Where the uses that go through a literal would be pinned; absent for one that cannot be. */
  const through = new Map<number, Set<number | undefined>>();
  const pinned = new Map<number, Set<string>>();
  for (const { chain, pinAt, reference } of uses) {
    for (const { span, file } of chain) if (file === undefined) addTo(through, span.start, pinAt?.start);
    if (pinAt !== undefined && reference !== undefined) addTo(pinned, pinAt.start, formatReference(reference));
  }
  // The items of a list have their own places in the literal that holds it.
  const isUnsafe = ({ start }: Span, chain: ImageUse["chain"]): boolean =>
    (pinned.get(start)?.size ?? 0) > 1 ||
    chain.some(
      ({ span, file }) =>
        file === undefined && isIn(span, start) && [...(through.get(span.start) ?? [])].some((at) => !isIn(span, at)),
    );
  return uses.map((use) => {
    const { pinAt, pinBefore: _, ...rest } = use;
    return pinAt !== undefined && isUnsafe(pinAt, use.chain) ? rest : use;
  });
}

function isIn({ start, end }: Span, at: number | undefined): boolean {
  return at !== undefined && start <= at && at <= end;
}

function addTo<T>(sets: Map<number, Set<T>>, key: number, value: T): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
