import { formatReference, type ImageReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Document, ImageUse, ValueStep } from "./document.ts";

/**
 * Leaves out where to pin through a place that gives several images, or a literal that other uses take as a part of
 * their value: a digest there would be wrong for them. What a literal says that is pinned itself is pinned there, so
 * that it does not get two digests.
 */
export function withoutUnsafePins({ images: uses, path }: Pick<Document, "images" | "path">): readonly ImageUse[] {
  if (uses.length < 2 || areApart(uses)) return uses;
  // What is read within a document may call it by its name.
  const isHere = ({ file }: ValueStep): boolean => file === undefined || file === path || file === "";
  const placed = atTheirLiterals(uses, isHere);
  /** Where the uses that go through a literal would be pinned; absent for one that cannot be. */
  const through = new Map<number, Set<number | undefined>>();
  const pinned = new Map<number, ImageReference>();
  const several = new Set<number>();
  for (const { chain, pinAt, reference } of placed) {
    for (const step of chain) if (isHere(step)) addTo(through, step.span.start, pinAt?.start);
    if (pinAt === undefined || reference === undefined) continue;
    const first = pinned.get(pinAt.start);
    if (first === undefined) pinned.set(pinAt.start, reference);
    else if (!isSame(first, reference)) several.add(pinAt.start);
  }
  // The items of a list have their own places in the literal that holds it.
  const isShared = (span: Span, start: number): boolean =>
    isIn(span, start) && [...(through.get(span.start) ?? [])].some((at) => !isIn(span, at));
  return placed.map((use) => {
    const { pinAt } = use;
    if (pinAt === undefined) return use;
    const isUnsafe =
      several.has(pinAt.start) ||
      (use.chain.length === 0
        ? isShared(use.span, pinAt.start)
        : use.chain.some((step) => isHere(step) && isShared(step.span, pinAt.start)));
    return isUnsafe ? withoutPin(use) : use;
  });
}

/** Whether each use is said, and would be pinned, in a place of its own, as in most documents. */
function areApart(uses: readonly ImageUse[]): boolean {
  const pins = new Set<number>();
  for (const { chain, pinAt } of uses) {
    if (chain.length > 0 || (pinAt !== undefined && pins.has(pinAt.start))) return false;
    if (pinAt !== undefined) pins.add(pinAt.start);
  }
  return true;
}

/** The uses, where one that another use says as a whole, or takes whole from a literal, is pinned where that is. */
function atTheirLiterals(uses: readonly ImageUse[], isHere: (step: ValueStep) => boolean): readonly ImageUse[] {
  if (!uses.some(({ chain }) => chain.length > 0)) return uses;
  const literals = new Map<number, ImageUse>();
  for (const use of uses)
    if (use.definedAt !== undefined && isIn(use.definedAt, use.pinAt?.start)) literals.set(use.definedAt.start, use);
  for (const use of uses) if (use.chain.length === 0) literals.set(use.span.start, use);
  if (literals.size === 0) return uses;
  return uses.map((use) => {
    const { pinAt, reference } = use;
    if (pinAt === undefined || reference === undefined || use.chain.length === 0) return use;
    const said = use.chain.find((step) => isHere(step) && literals.has(step.span.start));
    const literal = said === undefined ? undefined : literals.get(said.span.start);
    if (literal?.pinAt === undefined || literal.reference === undefined || literal.pinAt.start === pinAt.start)
      return use;
    if (!isSame(literal.reference, reference)) return use;
    const before = literal.pinBefore === undefined ? {} : { pinBefore: literal.pinBefore };
    return { ...withoutPin(use), pinAt: literal.pinAt, ...before };
  });
}

function withoutPin(use: ImageUse): ImageUse {
  const { pinAt: _, pinBefore: __, ...rest } = use;
  return rest;
}

function isSame(one: ImageReference, other: ImageReference): boolean {
  return one === other || formatReference(one) === formatReference(other);
}

function isIn({ start, end }: Span, at: number | undefined): boolean {
  return at !== undefined && start <= at && at <= end;
}

function addTo<T>(sets: Map<number, Set<T>>, key: number, value: T): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
