import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { ValueStep, WordPart } from "./document.ts";
import { signAt, type GroovyToken } from "./groovy.ts";
import type { GroovyValue } from "./groovyValue.ts";

/** What takes a text apart. */
export const takesApart = /^(?:split|tokenize)$/;

/** The sign that parts a text, where the argument of what takes it apart is one that stands for itself. */
export function separatorAt(tokens: readonly GroovyToken[], open: number): string | undefined {
  const token = tokens[open + 1];
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  if (signAt(tokens, open) !== "(" || signAt(tokens, open + 2) !== ")" || others.length > 0) return undefined;
  return piece?.kind === "text" && /^[:/,;@_ -]$/.test(piece.text) ? piece.text : undefined;
}

/** The number between brackets at a token. */
export function indexAt(tokens: readonly GroovyToken[], open: number): number | undefined {
  const token = tokens[open + 1];
  const [piece] = token?.kind === "string" ? token.pieces : [];
  const isIndex = piece?.kind === "text" && piece.isBare === true && signAt(tokens, open + 2) === "]";
  return isIndex && signAt(tokens, open) === "[" && /^\d+$/.test(piece.text) ? Number(piece.text) : undefined;
}

/** What stands between two signs of a text, by its number: `text.split(':')[1]`, for each that the text may be. */
export function partBetween(
  parts: readonly WordPart[],
  separator: string,
  index: number,
  { span, step }: { readonly span: Span; readonly step: ValueStep },
): readonly WordPart[] {
  const open: readonly WordPart[] = [{ span, chain: [step] }];
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0 && only.choices !== undefined) {
    const choices = only.choices.map((choice) => partBetween(choice, separator, index, { span, step }));
    return [{ span, chain: [step], choices, ...(only.group === undefined ? {} : { group: only.group }) }];
  }
  if (only === undefined || parts.some(({ text }) => text === undefined)) return open;
  const text = textOfStretches(parts).split(separator)[index];
  // What is written for a part may be parted itself.
  return text === undefined || text === "" ? open : [{ text, span, chain: [step, ...only.chain] }];
}

/** What elements are with the text between them that is the argument of `join`, whose parenthesis stands at `open`. */
export function joinedParts(
  tokens: readonly GroovyToken[],
  elements: readonly number[],
  open: number,
  valueAt: (index: number) => GroovyValue | undefined,
): readonly WordPart[] | undefined {
  const token = tokens[open + 1];
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  if (signAt(tokens, open) !== "(" || signAt(tokens, open + 2) !== ")") return undefined;
  if (piece?.kind !== "text" || others.length > 0) return undefined;
  return elements.flatMap((at, index) => {
    const { start = 0, end = 0 } = tokens[at]?.span ?? {};
    const value = valueAt(at);
    const isWhole = value !== undefined && /^[,\]]$/.test(signAt(tokens, value.next));
    const between = { text: piece.text, span: { start, end: start }, chain: [] };
    return [...(index === 0 ? [] : [between]), ...(isWhole ? value.parts : [{ span: { start, end }, chain: [] }])];
  });
}
