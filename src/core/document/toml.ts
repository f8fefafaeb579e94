import type { Literal } from "./literalUses.ts";

/** A string of a TOML document under its keys; `*` stands for a place in an array. */
export interface TomlString extends Literal {
  readonly path: readonly string[];
}

const maximumStrings = 50_000;
const maximumDepth = 30;

interface Reader {
  readonly text: string;
  readonly strings: TomlString[];
  at: number;
}

/**
 * The strings of a TOML 1.0 document that are written as they are, without escapes and on one line. A line that is no
 * TOML is left out.
 */
export function tomlStrings(text: string): readonly TomlString[] {
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
    if (string?.isExact === true) reader.strings.push({ path, text: string.text, span: string.span });
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

/** A string of any of the four kinds; undefined where it does not end. */
function readString(reader: Reader): (Literal & { readonly isExact: boolean }) | undefined {
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
      return { text: value, span: { start, end: at }, isExact };
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
