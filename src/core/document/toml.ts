import type { Literal } from "./literalUses.ts";

/** A string of a TOML document under its keys; `*` stands for a place in an array. */
export interface TomlString extends Literal {
  readonly path: readonly string[];
}

const maximumStrings = 50_000;
const maximumDepth = 30;

/** A string of any kind, as pieces of its value that the document holds as they are, and others. */
export interface TomlText extends Literal {
  readonly path: readonly string[];
  readonly pieces: readonly TomlPiece[];
}

/** Text of a string; `at`: where the document has it, or what it stands for. */
interface TomlPiece {
  readonly text: string;
  readonly at: number;
  readonly isWritten: boolean;
}

interface Reader {
  readonly text: string;
  readonly strings: (TomlString & WrittenString)[];
  at: number;
}

/**
 * The strings of a TOML 1.0 document that are written as they are, without escapes and on one line. A line that is no
 * TOML is left out.
 */
export function tomlStrings(text: string): readonly TomlString[] {
  return stringsOf(text)
    .filter(({ isExact }) => isExact)
    .map(({ path, text: value, span }) => ({ path, text: value, span }));
}

/** All strings of a TOML 1.0 document, those on several lines and with escapes, too. */
export function tomlTexts(text: string): readonly TomlText[] {
  return stringsOf(text).map((string) => {
    const pieces = piecesOf(string);
    return { path: string.path, span: string.span, text: pieces.map((piece) => piece.text).join(""), pieces };
  });
}

function stringsOf(text: string): Reader["strings"] {
  const reader: Reader = { text, strings: [], at: 0 };
  let table: readonly string[] = [];
  while (reader.at < text.length && reader.strings.length < maximumStrings) {
    skipBlank(reader);
    const before = reader.at;
    const brackets = text.startsWith("[[", reader.at) ? 2 : text.charAt(reader.at) === "[" ? 1 : 0;
    reader.at += brackets;
    const keys = readKey(reader);
    if (brackets > 0) {
      const isClosed = keys !== undefined && text.startsWith("]".repeat(brackets), reader.at);
      // What stands under a header that cannot be read is under no known table.
      table = isClosed ? [...keys, ...(brackets === 2 ? ["*"] : [])] : ["", ""];
    } else if (keys !== undefined && text.charAt(reader.at) === "=") {
      reader.at += 1;
      readValue(reader, [...table, ...keys], 0);
    }
    skipLine(reader);
    if (reader.at <= before) reader.at = before + 1;
  }
  return reader.strings;
}

function skipSpace(reader: Reader): void {
  while (/[ \t]/.test(reader.text.charAt(reader.at))) reader.at += 1;
}

/** White space, line ends and comments. */
function skipBlank(reader: Reader): void {
  for (;;) {
    while (/\s/.test(reader.text.charAt(reader.at))) reader.at += 1;
    if (reader.text.charAt(reader.at) !== "#") return;
    skipLine(reader);
  }
}

function skipLine(reader: Reader): void {
  const end = reader.text.indexOf("\n", reader.at);
  reader.at = end < 0 ? reader.text.length : end;
}

/** A key with its dots; undefined where none stands. */
function readKey(reader: Reader): readonly string[] | undefined {
  const keys: string[] = [];
  for (;;) {
    skipSpace(reader);
    const quoted = /["']/.test(reader.text.charAt(reader.at)) ? readString(reader) : undefined;
    const bare = quoted === undefined ? matchAt(reader, /[A-Za-z0-9_-]+/y) : undefined;
    const key = quoted === undefined ? bare : quoted.text;
    if (key === undefined) return undefined;
    keys.push(key);
    skipSpace(reader);
    if (reader.text.charAt(reader.at) !== ".") return keys;
    reader.at += 1;
  }
}

function readValue(reader: Reader, path: readonly string[], depth: number): void {
  skipSpace(reader);
  const first = reader.text.charAt(reader.at);
  if (first === '"' || first === "'") {
    const string = readString(reader);
    if (string !== undefined) reader.strings.push({ path, ...string });
  } else if ((first === "[" || first === "{") && depth < maximumDepth) {
    reader.at += 1;
    readItems(reader, path, first === "[" ? "]" : "}", depth + 1);
  } else matchAt(reader, /[^\s,\]}#]+/y);
}

/** The items of an array, or the pairs of an inline table, to what closes them. */
function readItems(reader: Reader, path: readonly string[], close: string, depth: number): void {
  while (reader.at < reader.text.length && reader.strings.length < maximumStrings) {
    skipBlank(reader);
    const before = reader.at;
    const next = reader.text.charAt(reader.at);
    if (next === close) {
      reader.at += 1;
      return;
    }
    if (next === ",") reader.at += 1;
    else if (close === "]") readValue(reader, [...path, "*"], depth);
    else {
      const keys = readKey(reader);
      if (keys === undefined || reader.text.charAt(reader.at) !== "=") return;
      reader.at += 1;
      readValue(reader, [...path, ...keys], depth);
    }
    if (reader.at <= before) return;
  }
}

/** What stands between a string's quotes. */
interface WrittenString extends Literal {
  readonly isExact: boolean;
  readonly isLong: boolean;
  readonly quote: string;
}

const escape = /\\(?:[ \t]*\r?\n\s*|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)/g;
const escaped = new Map(Object.entries({ b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" }));

/** The value of a string, whose first line break is not its own and whose escapes stand for something else. */
function piecesOf({ text, span, isLong, quote }: WrittenString): readonly TomlPiece[] {
  let at = isLong ? (/^\r?\n/.exec(text)?.[0].length ?? 0) : 0;
  const pieces: TomlPiece[] = [];
  const add = (end: number): void => {
    if (end > at) pieces.push({ text: text.slice(at, end), at: span.start + at, isWritten: true });
  };
  for (const { 0: whole, index } of quote === "'" ? [] : text.matchAll(escape)) {
    add(index);
    at = index + whole.length;
    const value = meaningOf(whole.slice(1));
    if (value !== "") pieces.push({ text: value, at: span.start + index, isWritten: false });
  }
  add(text.length);
  return pieces;
}

function meaningOf(after: string): string {
  if (/^\s/.test(after)) return "";
  const code = /^[uU]./.test(after) ? Number.parseInt(after.slice(1), 16) : undefined;
  if (code !== undefined) return code <= 0x10_ff_ff ? String.fromCodePoint(code) : "";
  return escaped.get(after) ?? after;
}

/** A string of any of the four kinds; undefined where it does not end. */
function readString(reader: Reader): WrittenString | undefined {
  const { text, at: open } = reader;
  const quote = text.charAt(open);
  const isLong = text.startsWith(quote.repeat(3), open);
  const close = isLong ? quote.repeat(3) : quote;
  const start = open + close.length;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith(close, at)) {
      reader.at = at + close.length;
      const value = text.slice(start, at);
      const isExact = !value.includes("\n") && (quote === "'" || !value.includes("\\"));
      return { text: value, span: { start, end: at }, isExact, isLong, quote };
    }
    if (text.charAt(at) === "\n" && !isLong) break;
    if (text.charAt(at) === "\\" && quote === '"') at += 1;
  }
  reader.at = open + 1;
  return undefined;
}

function matchAt(reader: Reader, form: RegExp): string | undefined {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text)?.[0];
  if (found !== undefined) reader.at += found.length;
  return found;
}
