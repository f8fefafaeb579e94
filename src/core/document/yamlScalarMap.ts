import type { Span } from "../image/span.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** Finds where a part of a scalar's value stands in the document. */
export interface ScalarMap {
  /** The document's span of the half-open range `[start, end)` of the value. */
  spanOf(start: number, end: number): Span;
  /** The document's offset of the character at `offset` of the value. */
  offsetOf(offset: number): number;
}

/** A run of the value that one run of the document yields: unit by unit where the lengths are equal. */
interface Piece {
  readonly value: number;
  readonly length: number;
  readonly source: number;
  readonly sourceLength: number;
}

/**
 * Maps offsets of a scalar's value to its document: through indentation, folding (YAML 1.2.2, 6.5 and 8.1) and
 * escapes (5.7). What folding made up (a space for a line end) maps to the end of what stands before it.
 */
export function createScalarMap(text: string, scalar: YamlScalar): ScalarMap {
  const { span } = scalar;
  if (scalar.exact)
    return {
      spanOf: (start, end) => clamp(span, span.start + start, span.start + end),
      offsetOf: (offset) => clamp(span, span.start + offset, span.end).start,
    };
  const pieces = piecesOf(text, scalar);
  if (pieces === undefined) return { spanOf: () => span, offsetOf: () => span.start };
  return {
    // A line end that only the value has, at the end of the document, must not lead out of it.
    offsetOf: (offset) => Math.min(sourceOf(pieces, offset, "start") ?? span.end, Math.max(0, text.length - 1)),
    spanOf(start, end) {
      const from = sourceOf(pieces, start, "start") ?? span.end;
      const to = end > start ? (sourceOf(pieces, end, "end") ?? from) : from;
      return { start: from, end: Math.max(from, to) };
    },
  };
}

/** The pieces of scalars, since a script is asked about once for each expression in it. */
const known = new WeakMap<YamlScalar, { readonly text: string; readonly pieces: readonly Piece[] | undefined }>();

function piecesOf(text: string, scalar: YamlScalar): readonly Piece[] | undefined {
  const before = known.get(scalar);
  if (before?.text === text) return before.pieces;
  const pieces = align(scalar, linesOf(text, scalar));
  known.set(scalar, { text, pieces });
  return pieces;
}

function clamp(span: Span, start: number, end: number): Span {
  const from = Math.max(span.start, Math.min(start, span.end));
  return { start: from, end: Math.max(from, Math.min(end, span.end)) };
}

/** The document's offset for an offset of the value, as the start of a range or as its exclusive end. */
function sourceOf(pieces: readonly Piece[], offset: number, side: "start" | "end"): number | undefined {
  const at = side === "start" ? offset : offset - 1;
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.value ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  if (piece === undefined) return undefined;
  const into = Math.max(0, at - piece.value);
  if (into >= piece.length) return piece.source + piece.sourceLength;
  if (piece.length !== piece.sourceLength) return side === "start" ? piece.source : piece.source + piece.sourceLength;
  return piece.source + into + (side === "start" ? 0 : 1);
}

/** A stretch of the document that belongs to the value as it is, or, after an escape, as `value`. */
interface Run {
  readonly source: number;
  readonly sourceLength: number;
  readonly value: string;
  /** The first of its line: folding may have put a space or line ends before it. */
  readonly first: boolean;
}

/** Puts the runs side by side with the value; undefined where they do not agree, so that nothing false is claimed. */
function align(scalar: YamlScalar, runs: readonly Run[]): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  for (const run of runs) {
    if (run.first) {
      while (scalar.text.charAt(at) === "\n" && run.value !== "\n") at++;
      if (scalar.text.charAt(at) === " " && !scalar.text.startsWith(run.value, at)) at++;
    }
    if (!scalar.text.startsWith(run.value, at)) return undefined;
    pieces.push({ value: at, length: run.value.length, source: run.source, sourceLength: run.sourceLength });
    at += run.value.length;
  }
  return scalar.text.slice(at).trim() === "" ? pieces : undefined;
}

function linesOf(text: string, scalar: YamlScalar): readonly Run[] {
  const isBlock = scalar.style === "literal" || scalar.style === "folded";
  const start = isBlock ? scalar.contentStart : scalar.span.start;
  const runs: Run[] = [];
  const body = text.slice(start, scalar.span.end);
  const indent = isBlock ? indentOf(body, scalar.text) : 0;
  let offset = start;
  for (const rawLine of body.split("\n")) {
    const line = rawLine.endsWith("\r") ? rawLine.slice(0, -1) : rawLine;
    if (isBlock) {
      const content = line.slice(indent);
      if (content !== "")
        runs.push({ source: offset + indent, sourceLength: content.length, value: content, first: true });
    } else {
      // White space before a line end is folded away, but not before the closing quote.
      const isLast = offset + rawLine.length >= start + body.length;
      runs.push(...flowRuns(isLast ? line : line.replace(/[ \t]+$/, ""), offset, offset === start, scalar.style));
    }
    offset += rawLine.length + 1;
  }
  return runs;
}

/** Spaces that the block's indentation takes from each line: those that the value's first line does not have. */
function indentOf(body: string, value: string): number {
  const leading = (of: string): number => {
    const line = of.split("\n").find((candidate) => candidate.trim() !== "") ?? "";
    return line.length - line.replace(/^ +/, "").length;
  };
  return Math.max(0, leading(body) - leading(value));
}

/** The runs of one line of a plain or quoted scalar; white space around line ends belongs to the folding. */
function flowRuns(line: string, offset: number, isFirst: boolean, style: YamlScalar["style"]): readonly Run[] {
  const from = isFirst ? 0 : line.length - line.replace(/^[ \t]+/, "").length;
  const escape = style === "double-quoted" ? doubleEscape : style === "single-quoted" ? singleEscape : undefined;
  const runs: Run[] = [];
  let at = from;
  let begin = from;
  const flush = (end: number): void => {
    if (end > begin)
      runs.push({
        source: offset + begin,
        sourceLength: end - begin,
        value: line.slice(begin, end),
        first: runs.length === 0 && !isFirst,
      });
  };
  while (at < line.length) {
    const found = escape?.(line, at);
    if (found === undefined) {
      at++;
      continue;
    }
    flush(at);
    runs.push({
      source: offset + at,
      sourceLength: found.length,
      value: found.value,
      first: runs.length === 0 && !isFirst,
    });
    at += found.length;
    begin = at;
  }
  flush(line.length);
  return runs;
}

function singleEscape(line: string, at: number): { length: number; value: string } | undefined {
  return line.startsWith("''", at) ? { length: 2, value: "'" } : undefined;
}

const simpleEscapes = new Map([
  ["0", "\0"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["e", "\u001b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["N", "\u0085"],
  ["_", "\u00a0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);
const hexLengths = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

function doubleEscape(line: string, at: number): { length: number; value: string } | undefined {
  if (line.charAt(at) !== "\\") return undefined;
  const letter = line.charAt(at + 1);
  // A backslash before the line end joins the lines.
  if (letter === "") return { length: 1, value: "" };
  const digits = hexLengths.get(letter);
  if (digits === undefined) return { length: 2, value: simpleEscapes.get(letter) ?? letter };
  const code = Number.parseInt(line.slice(at + 2, at + 2 + digits), 16);
  const isCodePoint = code >= 0 && code <= 0x10ffff;
  return { length: 2 + digits, value: isCodePoint ? String.fromCodePoint(code) : letter };
}
