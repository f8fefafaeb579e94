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
    while (end < text.length && isContinued(text, pieces.at(-1) ?? { start, end })) {
      const next = end + 1;
      end = lineEnd(text, next);
      const last = pieces.at(-1);
      // The line break belongs to the line that goes on.
      if (/^[ \t]*(?:#|\r?$)/.test(text.slice(next, end))) continue;
      if (last !== undefined && last.end < next) pieces[pieces.length - 1] = { start: last.start, end: last.end + 1 };
      pieces.push({ start: next, end });
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

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function isContinued(text: string, { start, end }: Span): boolean {
  return /\\[ \t]*\r?\n?$/.test(text.slice(Math.max(start, end - 8), end));
}

function withoutCarriageReturn(text: string, { start, end }: Span): Span {
  return text[end - 1] === "\r" && end > start ? { start, end: end - 1 } : { start, end };
}
