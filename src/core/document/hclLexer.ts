import type { Span } from "../image/span.ts";
import type { YamlScalar } from "./yamlNode.ts";
import { printedFloat } from "./yamlNumber.ts";

/** A text of HCL while it is read. */
export interface HclReader {
  readonly text: string;
  at: number;
  /** Blocks and values read so far. */
  count: number;
}

/** Blocks and values that are read of one text. */
export const maximumCount = 200_000;

const space = /(?:[ \t\r]+|\/\*[\s\S]*?(?:\*\/|$))/y;
const lineComment = /(?:#|\/\/)[^\n]*/y;
const comment = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;

/** Goes over white space and comments, over line ends too where nothing ends there. */
export function skipSpace(reader: HclReader, overLines: boolean): void {
  for (;;) {
    if (take(reader, space) !== undefined) continue;
    if (overLines && (take(reader, lineComment) !== undefined || take(reader, /\n+/y) !== undefined)) continue;
    return;
  }
}

/** Goes over what has the form, a sticky expression, and gives it; undefined where nothing has. */
export function take(reader: HclReader, form: RegExp): string | undefined {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text)?.[0];
  if (found === undefined || found === "") return undefined;
  reader.at += found.length;
  return found;
}

/** A key or label: a name or a string. */
export function readName(reader: HclReader): YamlScalar | undefined {
  if (reader.text[reader.at] === '"') return readString(reader);
  const start = reader.at;
  const name = take(reader, /[\p{L}_][\p{L}\p{N}_-]*/uy);
  return name === undefined ? undefined : scalar(name, { start, end: reader.at }, "plain");
}

/** A scalar of HCL. */
export function scalar(text: string, span: Span, style: YamlScalar["style"], exact = true, tag?: string): YamlScalar {
  return { kind: "scalar", text, span, style, exact, contentStart: span.start, ...(tag === undefined ? {} : { tag }) };
}

/** A number, which becomes a text without the zeros behind its point. */
export function numberScalar(number: string, span: Span): YamlScalar {
  const text = printedFloat(number, "8");
  return scalar(text, span, "plain", text === number);
}

/** A string; the quotes of its interpolations are not its own. */
export function readString(reader: HclReader): YamlScalar {
  const { text } = reader;
  const start = reader.at + 1;
  reader.at = start;
  let hasEscapes = false;
  while (reader.at < text.length && text[reader.at] !== '"' && text[reader.at] !== "\n") {
    if (text[reader.at] === "\\") {
      hasEscapes = true;
      reader.at += 2;
    } else if (isOpening(text, reader.at)) skipBraces(reader);
    else reader.at += 1;
  }
  const end = Math.min(reader.at, text.length);
  if (text[reader.at] === '"') reader.at += 1;
  const raw = text.slice(start, end);
  return hasEscapes
    ? scalar(unescaped(raw), { start, end }, "double-quoted", false)
    : scalar(raw, { start, end }, "double-quoted");
}

function unescaped(raw: string): string {
  const simple = new Map([
    ["n", "\n"],
    ["r", "\r"],
    ["t", "\t"],
  ]);
  return raw.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (simple.get(code) ?? code),
  );
}

/** Whether `${` or `%{` begins here, which `$${` does not. */
function isOpening(text: string, at: number): boolean {
  const sign = text[at];
  return (sign === "$" || sign === "%") && text[at + 1] === "{" && text[at - 1] !== sign;
}

/** Skips from `${` to the brace that closes it, over strings and braces inside. */
function skipBraces(reader: HclReader): void {
  const { text } = reader;
  let depth = 0;
  let inString = false;
  for (; reader.at < text.length; reader.at++) {
    const character = text[reader.at];
    if (character === "\n" && !inString && depth > 20) return;
    if (inString) {
      if (character === "\\") reader.at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") depth += 1;
    else if (character === "}" && --depth === 0) {
      reader.at += 1;
      return;
    }
  }
}

/** What is another thing where blanks stand before it: the end of a heredoc within, a directive of a Dockerfile. */
const heedsIndentation = /<<-?[ \t]*["'\\]?[A-Za-z_]|^\s*#[ \t]*[A-Za-z]+[ \t]*=/;

/** Takes from each line the spaces that all lines begin with, as HCL does for `<<-`. */
function withoutIndentation(body: string): string {
  const indents = Array.from(body.matchAll(/^( *)\S/gm), ([, spaces = ""]) => spaces.length);
  const indent = indents.reduce((least, each) => Math.min(least, each), body.length);
  return indent === 0
    ? body
    : body
        .split("\n")
        .map((line) => line.slice(indent).replace(/\r$/, ""))
        .join("\n");
}

/** `<<EOT` and `<<-EOT` up to the line that says so again; blanks before the name, which HCL refuses, hide nothing. */
export function readHeredoc(reader: HclReader): YamlScalar | undefined {
  const { text } = reader;
  const head = /<<-?[ \t]*([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\r?\n/uy;
  head.lastIndex = reader.at;
  const found = head.exec(text);
  const word = found?.[1];
  if (found === null || word === undefined) return undefined;
  const start = reader.at + found[0].length;
  for (let at = start; ;) {
    const lineBreak = text.indexOf("\n", at);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const isEnd = text.slice(at, end).trim() === word;
    if (isEnd || lineBreak < 0) {
      const to = isEnd ? at : end;
      reader.at = end;
      const body = text.slice(start, to);
      const flush = found[0].startsWith("<<-") && heedsIndentation.test(body) ? withoutIndentation(body) : body;
      return scalar(flush, { start, end: to }, "literal", flush === body);
    }
    at = end + 1;
  }
}

function isLineComment({ text, at }: HclReader): boolean {
  return text[at] === "#" || (text[at] === "/" && text[at + 1] === "/");
}

/** Skips the rest of an expression: to the end of its line, or to what closes or separates it. */
export function skipRest(reader: HclReader): void {
  const { text } = reader;
  let depth = 0;
  while (reader.at < text.length) {
    const character = text[reader.at] ?? "";
    if (depth === 0 && (character === "," || character === "\n" || isLineComment(reader))) return;
    if (character === '"') readString(reader);
    else if (take(reader, comment) === undefined) {
      if ("([{".includes(character)) depth += 1;
      else if (")]}".includes(character) && --depth < 0) return;
      reader.at += 1;
    }
  }
}

/** Goes to the bracket that closes what is open, over those inside. */
export function skipTo(reader: HclReader, close: string): void {
  let depth = 0;
  const { text } = reader;
  while (reader.at < text.length) {
    const character = text[reader.at] ?? "";
    if (character === '"') {
      readString(reader);
      continue;
    }
    if (take(reader, comment) !== undefined) continue;
    if (depth === 0 && character === close) return;
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    reader.at += 1;
  }
}
