import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";
import { groovyTokens, type GroovyToken } from "./groovy.ts";

/** A value in a Groovy script: strings and names joined by `+`. */
export interface GroovyValue {
  readonly parts: readonly WordPart[];
  readonly span: Span;
  /** Index of the token after it. */
  readonly next: number;
  /** Whether a name ends it, and not a string. */
  readonly endsWithName: boolean;
}

/** The first line of what a text says. */
export function firstLine(value: GroovyValue): GroovyValue {
  const parts: WordPart[] = [];
  for (const part of value.parts) {
    const end = part.text?.indexOf("\n") ?? -1;
    const { literal, ...rest } = part;
    const cut = literal === undefined ? {} : { literal: { start: literal.start, end: literal.start + end } };
    if (end > 0) parts.push({ ...rest, text: part.text?.slice(0, end) ?? "", ...cut });
    if (end >= 0) break;
    parts.push(part);
  }
  return { ...value, parts };
}

/** The tokens of what a string puts in at `${...}`, and a sign before and after them that keeps others apart. */
export function expressionTokens(text: string, { start, end }: Span): readonly GroovyToken[] {
  const from = start + 2;
  return [
    { kind: "sign", text: ";", span: { start: from, end: from } },
    ...groovyTokens(text.slice(from, end - 1)).map((token) => moved(token, from)),
    { kind: "sign", text: ";", span: { start: end, end } },
  ];
}

/** A token of an expression within a string, where the script has it. */
function moved(token: GroovyToken, by: number): GroovyToken {
  const span = { start: token.span.start + by, end: token.span.end + by };
  if (token.kind !== "string") return { ...token, span };
  const pieces = token.pieces.map((piece) =>
    piece.kind === "text"
      ? { ...piece, start: piece.start + by }
      : { ...piece, span: { start: piece.span.start + by, end: piece.span.end + by } },
  );
  return { ...token, span, pieces };
}

/** A value without the quotes of a single string. */
export function contentOf({ parts, span }: GroovyValue): Span {
  const [first] = parts;
  const last = parts.at(-1);
  return first === undefined || last === undefined ? span : { start: first.span.start, end: last.span.end };
}

/**
 * The parts of a value for the place that takes it, after the steps that led there. What nobody knows of a text that
 * begins with options is more of them rather than an image.
 */
export function within({ parts }: GroovyValue, span: Span, steps: readonly ValueStep[]): readonly WordPart[] {
  const isOptions = /^\s*-/.test(parts[0]?.text ?? "");
  return parts.map((part) => {
    const isOpen = isOptions && part.text === undefined && part.choices === undefined;
    return { ...part, span, chain: isOpen ? [] : [...steps, ...part.chain] };
  });
}

/** The parts of a text without what stands before a margin in its lines. */
export function withoutMargins(parts: readonly WordPart[]): readonly WordPart[] {
  return parts.flatMap((part, index): readonly WordPart[] => {
    const { text, literal, ...rest } = part;
    if (text === undefined) return [part];
    const kept: WordPart[] = [];
    let from = 0;
    const keep = (to: number): void => {
      const place = literal === undefined ? {} : { literal: { start: literal.start + from, end: literal.start + to } };
      if (to > from) kept.push({ ...rest, ...place, text: text.slice(from, to) });
    };
    for (const { index: at, 0: margin } of text.matchAll(/(?<=^|\n)[ \t]*\|/g)) {
      if (at === 0 && index > 0) continue;
      keep(at);
      from = at + margin.length;
    }
    keep(text.length);
    return kept;
  });
}

/** Whether a script says anything of what these parts are. */
export function saysAny(parts: readonly WordPart[]): boolean {
  return parts.some(({ text, choices }) => text !== undefined || choices !== undefined);
}
