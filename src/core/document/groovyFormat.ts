import type { WordPart } from "./document.ts";
import { signAt, type GroovyToken } from "./groovy.ts";
import type { GroovyValue } from "./groovyValue.ts";

/** Calls that put values into a text. */
export const putsIn = /^(?:String\.format|sprintf)$/;
/** Values that are put into one text. */
const maximumValues = 16;

/**
 * The parts of a text that a call makes of others, whose bracket opens at a token: `String.format('%s/app:%s', a, b)`.
 * Undefined where it is written in another way than by strings and whole numbers.
 */
export function formattedAt(
  tokens: readonly GroovyToken[],
  open: number,
  valueAt: (index: number) => GroovyValue | undefined,
): readonly WordPart[] | undefined {
  const format = tokens[open + 1];
  const [piece, ...others] = format?.kind === "string" ? format.pieces : [];
  if (piece?.kind !== "text" || others.length > 0 || /%(?![sdS])/.test(piece.text)) return undefined;
  const values: (readonly WordPart[])[] = [];
  for (let at = open + 2; signAt(tokens, at) === "," && values.length < maximumValues;) {
    const value = valueAt(at + 1);
    if (value === undefined) return undefined;
    values.push(value.parts);
    at = value.next;
  }
  const texts = piece.text.split(/%[sdS]/);
  if (texts.length !== values.length + 1) return undefined;
  let start = piece.start;
  return texts.flatMap((text, index) => {
    const span = { start, end: start + text.length };
    start = span.end + 2;
    const own: readonly WordPart[] = text === "" ? [] : [{ text, span, chain: [], literal: span }];
    return [...own, ...(values[index] ?? [])];
  });
}
