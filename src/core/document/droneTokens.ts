import type { Span } from "../image/span.ts";

/** A token of a program in Jsonnet or Starlark; comments and white space are left out. */
export type DroneToken =
  /** With its path: `images.go`. */
  | { readonly kind: "name"; readonly text: string; readonly span: Span }
  | { readonly kind: "sign"; readonly text: string; readonly span: Span }
  /** `isPlain` where the document holds the text as it is. */
  | { readonly kind: "string"; readonly text: string; readonly isPlain: boolean; readonly span: Span };

const maximumTokens = 200_000;
const name = /[$A-Za-z_][\w$]*(?:\.[A-Za-z_]\w*)*/y;
const number = /\d[\w.]*/y;
const blanks = { jsonnet: /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/y, starlark: /(?:\s+|#[^\n]*)/y };
const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
]);

/** Splits a program into tokens (Jsonnet's and Starlark's specifications, "Lexical elements"). */
export function droneTokens(text: string, language: keyof typeof blanks): readonly DroneToken[] {
  const tokens: DroneToken[] = [];
  for (let at = 0; at < text.length && tokens.length < maximumTokens;) {
    const start = at;
    const skipped = lengthOf(text, blanks[language], at) || lengthOf(text, number, at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const string = readString(text, at, language);
    if (string !== undefined) {
      at = string.span.end;
      tokens.push(string);
      continue;
    }
    const named = lengthOf(text, name, at);
    // A comparison is no assignment.
    at += named || (/^[=!<>]=|^::/.test(text.slice(at, at + 2)) ? 2 : 1);
    const word = text.slice(start, at);
    tokens.push({ kind: named > 0 ? "name" : "sign", text: word, span: { start, end: at } });
  }
  return tokens;
}

/** A string, its span with its quotes; of a block text of Jsonnet only that it is there. */
function readString(
  text: string,
  start: number,
  language: keyof typeof blanks,
): Extract<DroneToken, { kind: "string" }> | undefined {
  if (language === "jsonnet" && text.startsWith("|||", start)) {
    const close = /\n[ \t]*\|\|\|/g;
    close.lastIndex = start + 3;
    const end = close.exec(text) === null ? text.length : close.lastIndex;
    return { kind: "string", text: "", isPlain: false, span: { start, end } };
  }
  const prefix = /(?:@|[rb]{1,2})?(?="""|'''|["'])/y;
  prefix.lastIndex = start;
  const before = prefix.exec(text)?.[0];
  if (before === undefined) return undefined;
  const open = start + before.length;
  const quote = text.charAt(open);
  const isLong = language === "starlark" && text.startsWith(quote.repeat(3), open);
  const close = isLong ? quote.repeat(3) : quote;
  let said = "";
  let isPlain = true;
  let at = open + close.length;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (text.startsWith(close, at))
      return { kind: "string", text: said, isPlain, span: { start, end: at + close.length } };
    if (character === "\n" && language === "starlark" && !isLong) break;
    if (character === "\\" && before === "") {
      at += 1;
      isPlain = false;
      said += escapes.get(text.charAt(at)) ?? text.charAt(at);
    } else said += character;
  }
  return { kind: "string", text: "", isPlain: false, span: { start, end: Math.min(at, text.length) } };
}

function lengthOf(text: string, form: RegExp, at: number): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}
