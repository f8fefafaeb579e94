import type { Span } from "../image/span.ts";
import type { PiecedText } from "../shell/origin.ts";
import { isBlank, isSpace } from "./dockerfileSpace.ts";

/** A builder flag such as `--from=nginx`, after quotes and escapes are removed. */
export interface Flag {
  readonly name: string;
  readonly value: string;
  /** Offset in the logical line of each UTF-16 unit of `value`. */
  readonly offsets: readonly number[];
}

/** A here-document that belongs to an instruction. Offsets count in the document. */
export interface DockerfileHeredoc {
  readonly name: string;
  readonly stripTabs: boolean;
  readonly bodyStart: number;
  /** Start of the terminating line. */
  readonly bodyEnd: number;
  /** End of the terminating line, without its line break. */
  readonly end: number;
}

/** One instruction: a logical line cut into keyword, flags and arguments. Offsets count in `line.text`. */
export interface Instruction {
  /** In lower case. */
  readonly keyword: string;
  readonly keywordStart: number;
  readonly keywordEnd: number;
  readonly line: PiecedText;
  readonly flags: readonly Flag[];
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  readonly heredocs: readonly DockerfileHeredoc[];
}

/** No keyword is as long. */
const maximumKeyword = 40;

/** A part of a logical line. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Cuts the part of `line` from `start` to `end` into keyword, flags and arguments, as BuildKit's `splitCommand` does. */
export function cutInstruction(
  line: PiecedText,
  start: number,
  end: number,
  escape: string,
): Omit<Instruction, "heredocs"> {
  const { text } = line;
  let at = start;
  let last = end;
  while (at < last && isSpace(text[at])) at += 1;
  while (last > at && isSpace(text[last - 1])) last -= 1;
  const keywordStart = at;
  while (at < last && !isBlank(text[at])) at += 1;
  const keywordEnd = Math.min(at, keywordStart + maximumKeyword);
  const keyword = text.slice(keywordStart, keywordEnd).toLowerCase();
  const { flags, rest } = readFlags(text, at, last, escape);
  return { keyword, keywordStart, keywordEnd, line, flags, argumentsStart: rest, argumentsEnd: last };
}

/** Where an instruction's keyword stands in the document. */
export function keywordSpan({ line, keywordStart, keywordEnd }: Omit<Instruction, "heredocs">): Span {
  const start = line.toDocumentOffset(keywordStart);
  return { start, end: keywordEnd > keywordStart ? line.toDocumentOffset(keywordEnd - 1) + 1 : start };
}

/** Whether the arguments are a JSON array of strings (exec form), and those strings with the ranges of their literals. */
export function execForm(
  instruction: Omit<Instruction, "heredocs">,
): readonly (Range & { readonly text: string })[] | undefined {
  const { text } = instruction.line;
  if (text[instruction.argumentsStart] !== "[") return undefined;
  const source = text.slice(instruction.argumentsStart, instruction.argumentsEnd);
  try {
    const parsed: unknown = JSON.parse(source);
    if (!Array.isArray(parsed)) return undefined;
    const literals = source.matchAll(/"(?:[^"\\]|\\.)*"/g);
    const words: (Range & { text: string })[] = [];
    for (const element of parsed) {
      const literal = literals.next().value;
      if (typeof element !== "string" || literal === undefined) return undefined;
      const start = instruction.argumentsStart + literal.index;
      words.push({ text: element, start, end: start + literal[0].length });
    }
    return words;
  } catch {
    return undefined;
  }
}

/** Splits at whitespace only, as FROM does: quotes do not keep words together. */
export function splitAtSpaces(text: string, start: number, end: number): readonly Range[] {
  const words: Range[] = [];
  for (let at = start; at < end;) {
    while (at < end && isBlank(text[at])) at += 1;
    const from = at;
    while (at < end && !isBlank(text[at])) at += 1;
    if (at > from) words.push({ start: from, end: at });
  }
  return words;
}

/** Splits into words that quotes keep together, as ARG and ENV do; quotes stay in. */
export function splitKeepingQuotes(text: string, start: number, end: number, escape: string): readonly Range[] {
  const words: Range[] = [];
  for (let at = start; at < end;) {
    while (at < end && isSpace(text[at])) at += 1;
    const from = at;
    let quote = "";
    for (; at < end; at++) {
      const character = text[at] ?? "";
      if (character === escape && quote !== "'") at += 1;
      else if (quote !== "") quote = character === quote ? "" : quote;
      else if (character === "'" || character === '"') quote = character;
      else if (isSpace(character)) break;
    }
    at = Math.min(at, end);
    if (at > from) words.push({ start: from, end: at });
  }
  return words;
}

function readFlags(text: string, start: number, end: number, escape: string): { flags: Flag[]; rest: number } {
  const flags: Flag[] = [];
  let at = start;
  for (;;) {
    while (at < end && isSpace(text[at])) at += 1;
    if (text[at] !== "-" || text[at + 1] !== "-" || at + 1 >= end) return { flags, rest: at };
    const characters: string[] = [];
    const offsets: number[] = [];
    let quote = "";
    for (; at < end; at++) {
      const character = text[at] ?? "";
      if (character === escape) {
        at += 1;
        if (at >= end) break;
      } else if (quote !== "") {
        if (character === quote) {
          quote = "";
          continue;
        }
      } else if (character === "'" || character === '"') {
        quote = character;
        continue;
      } else if (isSpace(character)) break;
      characters.push(text[at] ?? "");
      offsets.push(at);
    }
    const word = characters.join("");
    if (word === "--") return { flags, rest: skipSpaces(text, at, end) };
    const equals = word.indexOf("=");
    flags.push({
      name: word.slice(2, equals < 0 ? undefined : equals),
      value: equals < 0 ? "" : word.slice(equals + 1),
      offsets: equals < 0 ? [] : offsets.slice(equals + 1),
    });
  }
}

function skipSpaces(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text[at])) at += 1;
  return at;
}
