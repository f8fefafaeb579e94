import type { ImageReference } from "../image/reference.ts";
import { formatReference, repositoryName } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Binding, Piece, Value } from "./dockerfileExpand.ts";

/** An expanded reference of the document, as pinning looks at it. */
export interface ExpandedUse {
  readonly value: Value;
  /** Document offset right after the expression, inside its quotes. */
  readonly end: number;
  /** Absent where the value is no image, or not known. */
  readonly reference: ImageReference | undefined;
}

/** Where to pin a use, and the literal elsewhere that decides it. */
export interface PinPlace {
  readonly pinAt?: Span;
  readonly definedAt?: Span;
}

/**
 * Decides for each use where `@digest` can be written. A variable's value is edited only if everything that the
 * variable takes part in is the same image and ends with that value, so that no other image, name or command changes;
 * otherwise the digest follows the expression itself.
 */
export function createPinning(
  uses: readonly ExpandedUse[],
  usedElsewhere: ReadonlySet<Binding>,
): (use: ExpandedUse) => PinPlace {
  const editable = new Map<Binding, string | undefined>();
  for (const { value, reference } of uses) {
    for (const [binding, count] of value.touched) {
      const isTail = count === 1 && value.tails.some((site) => site.owner === binding);
      const image =
        reference === undefined || !isTail || usedElsewhere.has(binding) ? undefined : formatReference(reference);
      if (!editable.has(binding)) editable.set(binding, image);
      else if (editable.get(binding) !== image) editable.set(binding, undefined);
    }
  }
  const mayEdit = (owner: Binding | undefined): boolean => owner === undefined || editable.get(owner) !== undefined;
  return ({ value, end, reference }) => {
    if (reference === undefined) return {};
    const digest = digestPlace(value, end, mayEdit);
    const site = value.tails.find(({ owner }) => mayEdit(owner));
    const pinAt = reference.digest === undefined ? { start: site?.at ?? end, end: site?.at ?? end } : digest?.span;
    const literal = reference.digest === undefined ? site?.literal : digest?.literal;
    const definedAt = literal ?? definingLiteral(value, reference);
    return { ...(pinAt === undefined ? {} : { pinAt }), ...(definedAt === undefined ? {} : { definedAt }) };
  };
}

/** The `@sha256:...` that a new digest replaces, where it stands in one place that may be edited. */
function digestPlace(
  value: Value,
  end: number,
  mayEdit: (owner: Binding | undefined) => boolean,
): { span: Span; literal?: Span } | undefined {
  const index = value.pieces.findIndex((piece) => piece.kind === "text" && piece.text.includes("@"));
  const piece = value.pieces[index];
  if (piece?.kind !== "text" || piece.span === undefined || piece.span.end - piece.span.start !== piece.text.length)
    return undefined;
  const start = piece.span.start + piece.text.indexOf("@");
  const isLast = value.pieces.slice(index + 1).every((other) => other.kind === "text" && other.text === "");
  const isOwn = piece.owner === undefined && piece.literal === undefined;
  // `node@${DIGEST}`: the sign stands in the expression, so the digest is written there instead of the variable.
  if (isOwn) return { span: { start, end } };
  const literal = piece.literal ?? piece.owner?.span;
  return isLast && mayEdit(piece.owner) && literal !== undefined
    ? { span: { start, end: piece.span.end }, literal }
    : undefined;
}

/** The first literal outside the expression that the tag, or the digest, or else the end of the name comes from. */
function definingLiteral(value: Value, reference: ImageReference): Span | undefined {
  const { text } = value;
  const suffix =
    (reference.tag === undefined ? 0 : reference.tag.length) +
    (reference.digest === undefined ? 0 : reference.digest.length + 1);
  const from = suffix > 0 ? text.length - suffix : text.length - lastComponent(reference).length;
  let at = 0;
  for (const piece of value.pieces) {
    const length = piece.kind === "text" ? piece.text.length : 0;
    at += length;
    if (length === 0 || at <= from) continue;
    const literal = literalOf(piece);
    if (literal !== undefined) return literal;
  }
  return undefined;
}

function literalOf(piece: Piece): Span | undefined {
  return piece.kind === "text" ? (piece.literal ?? piece.owner?.span) : undefined;
}

function lastComponent(reference: ImageReference): string {
  const name = repositoryName(reference);
  return name.slice(name.lastIndexOf("/") + 1);
}
