import type { ShellWord, WordPart } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import { placedParts } from "./placedParts.ts";
import { textOfStretches, unknownCharacter } from "./stretch.ts";

/** A word with all its parts: `text` has one character for each part that is not known. */
export interface WordValue {
  readonly word: ShellWord;
  readonly text: string;
  readonly parts: readonly WordPart[];
}

/** A part of a word's value, by offsets in its text. */
export interface WordSlice {
  readonly value: WordValue;
  readonly from: number;
  readonly to: number;
}

/** The parts of a word of `document`; literals that the document does not hold as they are lose their place. */
export function valueOfWord(word: ShellWord, document: string): WordValue {
  if (word.parts === undefined) {
    const whole = wholeWord(word, document);
    const parts = whole.text === undefined || whole.literal !== undefined ? [whole] : heldParts(whole, document);
    return { word, parts, text: whole.text ?? unknownCharacter };
  }
  const parts = word.parts.flatMap((part) => (isInPlace(part, document) ? part : placedParts(part, document)));
  return { word, parts, text: textOfStretches(parts) };
}

function isInPlace({ literal, text = "" }: WordPart, document: string): boolean {
  return (
    literal === undefined || (literal.end - literal.start === text.length && document.startsWith(text, literal.start))
  );
}

/** The stretches of a word that the document holds with escapes, behind what quotes it there. */
function heldParts(part: WordPart, document: string): readonly WordPart[] {
  const { start, end } = part.span;
  const quotes = /^\\?["']?/.exec(document.slice(start, start + 2))?.[0].length ?? 0;
  for (const quote of new Set([quotes, 0])) {
    const parts = placedParts({ ...part, literal: { start: start + quote, end: end - quote } }, document);
    if (parts.some(({ literal }) => literal !== undefined)) return parts;
  }
  return [part];
}

function wholeWord({ text, raw, span, expands }: ShellWord, document: string): WordPart {
  if (text === undefined) {
    const chain = expands.length === 0 ? [] : [{ span, label: "expression", text: raw }];
    return { span, chain };
  }
  const at = document.startsWith(text, span.start) ? 0 : document.slice(span.start, span.end).indexOf(text);
  return at < 0
    ? { text, span, chain: [] }
    : { text, span, literal: { start: span.start + at, end: span.start + at + text.length }, chain: [] };
}

/** The whole word as a slice. */
export function wholeSlice(value: WordValue): WordSlice {
  return { value, from: 0, to: value.text.length };
}

/** The slice's text, with one character for each part that is not known. */
export function textOfSlice({ value, from, to }: WordSlice): string {
  return value.text.slice(from, to);
}

/** The slice after `prefix`; undefined where it does not begin with it. */
export function afterPrefix(slice: WordSlice, prefix: string): WordSlice | undefined {
  return textOfSlice(slice).startsWith(prefix) ? { ...slice, from: slice.from + prefix.length } : undefined;
}

/** The comma-separated fields of a slice. */
export function fieldsOf(slice: WordSlice): readonly WordSlice[] {
  const fields: WordSlice[] = [];
  let from = slice.from;
  for (const field of textOfSlice(slice).split(",")) {
    fields.push({ ...slice, from, to: from + field.length });
    from += field.length + 1;
  }
  return fields;
}

/** The parts of a slice; of a literal only what belongs to it. */
export function partsOfSlice({
  value,
  from,
  to,
}: {
  readonly value: Pick<WordValue, "parts">;
  readonly from: number;
  readonly to: number;
}): readonly WordPart[] {
  const slice: WordPart[] = [];
  let at = 0;
  for (const part of value.parts) {
    const length = part.text === undefined ? unknownCharacter.length : part.text.length;
    const begin = Math.max(from - at, 0);
    const end = Math.min(to - at, length);
    at += length;
    // What an expansion adds nothing by belongs to the text around it.
    if (length === 0 ? begin > 0 || end < 0 : begin >= end) continue;
    if (part.text === undefined || (begin === 0 && end === length)) {
      slice.push(part);
      continue;
    }
    const literal = part.literal && { start: part.literal.start + begin, end: part.literal.start + end };
    const span = part.chain.length === 0 && literal !== undefined ? literal : part.span;
    slice.push({ ...part, text: part.text.slice(begin, end), span, ...(literal === undefined ? {} : { literal }) });
  }
  return slice;
}

/** Where parts are written, with the quotes that begin or end inside; not those around all of it. */
export function writtenSpan(parts: readonly WordPart[], document: string): Span | undefined {
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return undefined;
  let { start } = first.span;
  let { end } = last.span;
  for (const quote of ["'", '"']) {
    if (document.slice(start, end).split(quote).length % 2 === 1) continue;
    if (document[end] === quote) end += 1;
    else if (document[start - 1] === quote) start -= 1;
  }
  return { start, end };
}

/** No text that holds a reference among other things is longer. */
const maximumHolder = 100_000;

/** Where a text stands that is a piece of a longer one of which the document holds the lines apart. */
export function pieceSpan([part, ...others]: readonly WordPart[], document: string): Span | undefined {
  if (part?.text === undefined || others.length > 0 || part.literal !== undefined || part.chain.length > 0)
    return undefined;
  const { text, span } = part;
  if (text === "" || span.end - span.start <= text.length + 2 || span.end - span.start > maximumHolder)
    return undefined;
  const held = document.slice(span.start, span.end);
  const at = held.indexOf(text);
  if (at < 0 || held.includes(text, at + 1)) return undefined;
  return { start: span.start + at, end: span.start + at + text.length };
}
