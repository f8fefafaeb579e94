import type { TextPieces } from "./origin.ts";
import { take } from "./take.ts";

/** A script of the command prompt as it is read, and what it becomes. */
export interface PromptReader {
  readonly text: string;
  at: number;
  readonly pieces: TextPieces;
  /** What ends the blocks that are open, the innermost last. */
  readonly closers: string[];
  /** What ends the line. */
  lineCloser: string;
  /** The labels that the script calls, in lower case, and whether what is read stands under one. */
  readonly labels: ReadonlySet<string>;
  isCalled: boolean;
}

const plain = /(?:(?!\d>)[\w.:/@=,+~[\] \t-])+/y;

/** Reads words up to where `isEnd`, or the parenthesis that closes a block. */
export function readWords(reader: PromptReader, isEnd: (character: string) => boolean): void {
  const { pieces, text, closers } = reader;
  while (reader.at < text.length) {
    const character = text[reader.at] ?? "";
    if (isEnd(character) || (character === ")" && closers.length > 0)) return;
    const start = reader.at;
    if (take(reader, plain) !== undefined) pieces.add(start, reader.at);
    else if (take(reader, /\^\r?\n[ \t]*/y) !== undefined) pieces.addText(" ", start);
    else if (take(reader, /\d?>+(?:&\d|[ \t]*nul\b)/iy) !== undefined) pieces.addText(" ", start);
    else if (character === '"') {
      reader.at += 1;
      pieces.add(start, reader.at);
      const rest = /[^"\r\n]*/y;
      rest.lastIndex = reader.at;
      readText(reader, reader.at + (rest.exec(text)?.[0].length ?? 0));
      if (text[reader.at] === '"') pieces.add(reader.at, ++reader.at);
      else pieces.addText('"', Math.max(start, reader.at - 1));
    } else if (!readExpansion(reader)) {
      const escaped = character === "^" && /[^\r\n]/.test(text[start + 1] ?? "\n") ? start + 1 : start;
      if (/[\\'$`#;*?{}()!<>|&"]/.test(text[escaped] ?? "") && (escaped > start || !/[<>]/.test(character)))
        pieces.addText("\\", escaped);
      pieces.add(escaped, escaped + 1);
      reader.at = escaped + 1;
    }
  }
}

/** Reads what stands in quotes, up to `end`. */
export function readText(reader: PromptReader, end: number): void {
  const { pieces, text } = reader;
  while (reader.at < end) {
    const start = reader.at;
    const run = /[^%!\\$`"^]+/y;
    run.lastIndex = start;
    const length = run.exec(text)?.[0].length ?? 0;
    if (length > 0) {
      reader.at = Math.min(end, start + length);
      pieces.add(start, reader.at);
    } else if (!readExpansion(reader, end)) {
      if (/[\\$`"]/.test(text[start] ?? "")) pieces.addText("\\", start);
      reader.at += 1;
      pieces.add(start, reader.at);
    }
  }
}

const expansion =
  /\$\{\{[^\r\n]*?\}\}|%%(?:~[a-z$:]*)?(\w)|%(?:~[a-z$:]*)?([*\d])|%([\w.#$@()-]+)(:[^%\r\n]*)?%|!([\w.#$@()-]+)(:[^!\r\n]*)?!/iy;

const replacement = /^:([\w./:@+-]+)=([\w./:@+-]*)$/;

/** Reads `%NAME%`, `!NAME!`, `%1` and `%%i`. */
function readExpansion(reader: PromptReader, end = Number.POSITIVE_INFINITY): boolean {
  const { pieces, text } = reader;
  const start = reader.at;
  if (!/[%!$]/.test(text[start] ?? "")) return false;
  const match = take(reader, expansion);
  if (match === undefined || reader.at > end) {
    reader.at = start;
    return false;
  }
  const [whole, item, argument, name, changed, delayed, delayedChange] = match;
  if (whole.startsWith("${{")) {
    pieces.add(start, reader.at);
    return true;
  }
  const variable = name ?? delayed;
  const change = changed ?? delayedChange;
  const [, from, to] = replacement.exec(change ?? "") ?? [];
  // Nothing sets what is changed in another way where it is used.
  const suffix = change === undefined || from !== undefined ? "" : "__";
  const called = variable === undefined ? (argument ?? loopName(item ?? "")) : nameOf(variable) + suffix;
  pieces.addText(`\${${called}`, start);
  if (from !== undefined) pieces.addText(`//${from.replaceAll("/", "\\/")}/${to}`, start);
  pieces.addText("}", reader.at - 1);
  return true;
}

/** Names are the same in any case. */
export function nameOf(name: string): string {
  const known = name.toLowerCase().replaceAll(/\W/g, "_");
  return /^\d/.test(known) ? `_${known}` : known;
}

/** The name of a loop's variable, which is one letter. */
export function loopName(letter: string): string {
  return `item_${letter}`;
}
