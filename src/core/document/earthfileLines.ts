import type { Span } from "../image/span.ts";

/** An instruction of an Earthfile, or a target's name, with its continued lines. */
export interface EarthfileLine {
  /** In upper case as written; `target` for the line that names one. */
  readonly keyword: string;
  readonly start: number;
  readonly restStart: number;
  /** What follows the keyword, comments between continued lines left out. */
  readonly rest: string;
  /** Where `rest` stands. */
  readonly pieces: readonly Span[];
}

/** Lines that are read; more than any Earthfile has. */
const maximumLines = 50_000;

/** Splits an Earthfile into its instructions. */
export function earthfileLines(text: string): readonly EarthfileLine[] {
  const lines: EarthfileLine[] = [];
  for (let start = 0; start < text.length && lines.length < maximumLines;) {
    let end = lineEnd(text, start);
    const head = /^[ \t]*(?:([A-Z]+)\b[ \t]*|([a-z][\w.-]*):[ \t]*(?:#.*)?\r?$)/.exec(text.slice(start, end));
    const content = start + (head?.[0].length ?? 0);
    const pieces: Span[] = [];
    if (head?.[1] === undefined) {
      if (head?.[2] !== undefined) lines.push({ keyword: "target", start, restStart: content, rest: "", pieces });
      start = end + 1;
      continue;
    }
    pieces.push({ start: content, end: end });
    let quote = quoteAfter(text, { start: content, end }, undefined);
    while (end < text.length && (quote !== undefined || isContinued(text, pieces.at(-1) ?? { start, end }))) {
      // A quote that nothing closes is a character like any other.
      if (quote !== undefined && closingAfter(text, end, quote) === undefined) {
        quote = undefined;
        continue;
      }
      const next = end + 1;
      end = lineEnd(text, next);
      if (quote === undefined && /^[ \t]*(?:#|\r?$)/.test(text.slice(next, end))) continue;
      const last = pieces.at(-1);
      const isBare = last !== undefined && withoutComment(text, last) === undefined;
      // The line break belongs to the line that goes on.
      if (isBare && last.end < next) pieces[pieces.length - 1] = { start: last.start, end: last.end + 1 };
      else if (last !== undefined) pieces[pieces.length - 1] = withoutComment(text, last) ?? last;
      pieces.push({ start: next, end });
      quote = quoteAfter(text, { start: next, end }, quote);
    }
    const bare = pieces.map((piece) => withoutCarriageReturn(text, piece));
    const rest = bare.map((piece) => text.slice(piece.start, piece.end)).join("");
    lines.push({
      keyword: head[1],
      start: content - head[0].trimStart().length,
      restStart: content,
      rest,
      pieces: bare,
    });
    start = end + 1;
  }
  return lines;
}

/** Characters that a quoted text has at most. */
const maximumQuoted = 50_000;

/** The quote that is open at the end of a stretch, which a text in quotes goes over (EarthLexer.g4, QuotedAtomPart). */
function quoteAfter(text: string, { start, end }: Span, before: string | undefined): string | undefined {
  let quote = before;
  for (let at = start; at < end; at++) {
    const character = text.charAt(at);
    if (character === "\\") at++;
    else if (quote !== undefined) quote = character === quote ? undefined : quote;
    else if (character === '"' || character === "'") quote = character;
  }
  return quote;
}

/** The offset of the quote that closes a text which is open at `from`. */
function closingAfter(text: string, from: number, quote: string): number | undefined {
  const limit = Math.min(text.length, from + maximumQuoted);
  for (let at = from; at < limit; at++) {
    if (text.charAt(at) === "\\") at++;
    else if (text.charAt(at) === quote) return at;
  }
  return undefined;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** A comment may stand behind the backslash that continues a line. */
const commentedEnd = /\\[ \t]*#[^\n"']*$/;

function isContinued(text: string, { start, end }: Span): boolean {
  const line = text.slice(start, end);
  return /\\[ \t]*\r?\n?$/.test(line.slice(-8)) || (line.includes("#") && commentedEnd.test(line));
}

/** What stands before the backslash that a comment follows; undefined where none does. */
function withoutComment(text: string, { start, end }: Span): Span | undefined {
  const at = text.slice(start, end).search(commentedEnd);
  return at < 0 ? undefined : { start, end: start + at };
}

function withoutCarriageReturn(text: string, { start, end }: Span): Span {
  return text[end - 1] === "\r" && end > start ? { start, end: end - 1 } : { start, end };
}
