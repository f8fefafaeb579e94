import type { Span } from "../image/span.ts";

/** A part of a string: text, or an expression that Groovy puts into it. */
export type GroovyPiece =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly start: number;
      /** Whether it stands without quotes, as numbers do. */
      readonly isBare?: true;
    }
  | { readonly kind: "expression"; readonly name: string; readonly span: Span };

/** A token of a Groovy script; comments and white space are left out. A number is a string that stands without quotes. */
export type GroovyToken =
  | { readonly kind: "name"; readonly text: string; readonly span: Span }
  | { readonly kind: "sign"; readonly text: string; readonly span: Span }
  | { readonly kind: "string"; readonly pieces: readonly GroovyPiece[]; readonly span: Span };

/** Tokens that are read; more than any pipeline has. */
const maximumTokens = 200_000;
/** Longest expression in a string. */
const maximumExpression = 500;

const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/y;
/** A path may go on in the next line, and may be one that ends where something is null. */
const name = /[A-Za-z_]\w*(?:\s*\??\.\s*[A-Za-z_]\w*)*/y;
const decimal = /\d+(?:\.\d+)?(?!\w)/y;
const bareName = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y;

/** Splits a Groovy script into tokens (Groovy language documentation, "Syntax"); names keep their path (`env.IMAGE`). */
export function groovyTokens(text: string): readonly GroovyToken[] {
  const tokens: GroovyToken[] = [];
  for (let at = 0; at < text.length && tokens.length < maximumTokens;) {
    const start = at;
    const skipped = match(text, blank, at);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const word = match(text, name, at);
    if (word !== undefined) {
      at += word.length;
      tokens.push({ kind: "name", text: word.replaceAll(/[\s?]+/g, ""), span: { start, end: at } });
      continue;
    }
    if (text.startsWith("$/", at)) {
      const string = readDollarSlashy(text, at);
      at = string.end;
      tokens.push({ kind: "string", pieces: string.pieces, span: { start, end: at } });
      continue;
    }
    const character = text[at] ?? "";
    if (character === "'" || character === '"') {
      const string = readString(text, at, character);
      at = string.end;
      tokens.push({ kind: "string", pieces: string.pieces, span: { start, end: at } });
      continue;
    }
    const number = character >= "0" && character <= "9" ? match(text, decimal, at) : undefined;
    if (number !== undefined) {
      at += number.length;
      tokens.push({
        kind: "string",
        pieces: [{ kind: "text", text: number, start, isBare: true }],
        span: { start, end: at },
      });
      continue;
    }
    const pattern =
      character === "/" && opensPattern(tokens.at(-1)) ? match(text, /\/(?:[^/\\\n]|\\.)+\//y, at) : undefined;
    at += pattern?.length ?? 1;
    tokens.push(
      pattern === undefined
        ? { kind: "sign", text: character, span: { start, end: at } }
        : { kind: "string", pieces: piecesOfPattern(pattern, start), span: { start, end: at } },
    );
  }
  return tokens;
}

/** What stands between slashes; what it expands is not looked at. */
function piecesOfPattern(pattern: string, start: number): readonly GroovyPiece[] {
  const span = { start, end: start + pattern.length };
  const inner = pattern.slice(1, -1);
  return [
    /\$[\w{]/.test(inner)
      ? { kind: "expression", name: pattern, span }
      : { kind: "text", text: inner, start: start + 1 },
  ];
}

function match(text: string, form: RegExp, at: number): string | undefined {
  form.lastIndex = at;
  const found = form.exec(text)?.[0];
  return found === undefined || found === "" ? undefined : found;
}

/** The sign that a token is; empty where it is none. */
export function signAt(tokens: readonly GroovyToken[], index: number): string {
  const token = tokens[index];
  return token?.kind === "sign" ? token.text : "";
}

/** The name that a token is; empty where it is none. */
export function nameAt(tokens: readonly GroovyToken[], index: number): string {
  const token = tokens[index];
  return token?.kind === "name" ? token.text : "";
}

/** After these a slash begins a pattern; elsewhere it divides. */
function opensPattern(before: GroovyToken | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "name") return /^(?:return|in|case|assert|else)$/.test(before.text);
  return before.kind === "sign" && "=(,~[{:?!|&+<>;".includes(before.text);
}

/** What a string holds between its escapes, expressions and ends, by its quote, on one line and on several. */
const contents = new Map([
  ["'", /[^\\'\n]+/y],
  ["'''", /[^\\']+/y],
  ['"', /[^\\$"\n]+/y],
  ['"""', /[^\\$"]+/y],
]);
const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["\n", ""],
]);

function readString(text: string, open: number, quote: string): { pieces: readonly GroovyPiece[]; end: number } {
  const isTriple = text.startsWith(quote.repeat(3), open);
  const close = isTriple ? quote.repeat(3) : quote;
  const content = contents.get(close);
  const pieces: GroovyPiece[] = [];
  /** What the file holds as it stands, up to here. */
  let held = { start: open, end: open };
  const flush = (at: number): void => {
    if (held.end > held.start) pieces.push({ kind: "text", text: text.slice(held.start, held.end), start: held.start });
    held = { start: at, end: at };
  };
  const push = (piece: string, start: number): void => {
    // What an escape stands for is not what the file holds there.
    const isHeld = text.startsWith(piece, start);
    if (!isHeld || held.end !== start) flush(start);
    if (isHeld) held.end = start + piece.length;
    else pieces.push({ kind: "text", text: piece, start });
  };
  const done = (end: number): { pieces: readonly GroovyPiece[]; end: number } => {
    flush(end);
    return { pieces, end };
  };
  for (let at = open + close.length; at < text.length;) {
    if (text.startsWith(close, at)) return done(at + close.length);
    const character = text[at] ?? "";
    if (character === "\n" && !isTriple) return done(at);
    if (character === "\\") {
      const next = text[at + 1] ?? "";
      if (next === "\r" && text[at + 2] === "\n") {
        at += 3;
        continue;
      }
      const escaped = escapes.get(next);
      // A variable of the shell begins with what keeps it from being one of Groovy.
      if (escaped !== "") push(escaped ?? next, next === "$" ? at : at + 1);
      at += 2;
      continue;
    }
    const expression = character === "$" && quote === '"' ? expressionAt(text, at) : undefined;
    if (expression !== undefined) {
      flush(at);
      pieces.push(expression);
      at = expression.span.end;
      continue;
    }
    const run = (content === undefined ? undefined : match(text, content, at)) ?? character;
    push(run, at);
    at += run.length;
  }
  return done(text.length);
}

/** `$/ ... /$`, in which only a dollar sign escapes. */
function readDollarSlashy(text: string, open: number): { pieces: readonly GroovyPiece[]; end: number } {
  const close = text.indexOf("/$", open + 2);
  const end = close < 0 ? text.length : close;
  const pieces: GroovyPiece[] = [];
  let from = open + 2;
  for (let at = from; at < end; at++) {
    if (text[at] !== "$") continue;
    const isEscape = /[$/]/.test(text[at + 1] ?? "");
    const expression = isEscape ? undefined : expressionAt(text, at);
    if (!isEscape && expression === undefined) continue;
    if (at > from) pieces.push({ kind: "text", text: text.slice(from, at), start: from });
    if (expression !== undefined) pieces.push(expression);
    from = isEscape ? at + 1 : (expression?.span.end ?? at);
    at = Math.max(at, isEscape ? at + 1 : from - 1);
  }
  if (end > from) pieces.push({ kind: "text", text: text.slice(from, end), start: from });
  return { pieces, end: Math.min(text.length, end + 2) };
}

function expressionAt(text: string, at: number): Extract<GroovyPiece, { kind: "expression" }> | undefined {
  const bare = match(text, bareName, at + 1);
  if (bare !== undefined) return { kind: "expression", name: bare, span: { start: at, end: at + 1 + bare.length } };
  if (text[at + 1] !== "{") return undefined;
  let depth = 0;
  const limit = Math.min(text.length, at + maximumExpression);
  for (let end = at + 1; end < limit; end++) {
    if (text[end] === "{") depth += 1;
    else if (text[end] === "}" && --depth === 0)
      return { kind: "expression", name: text.slice(at + 2, end).trim(), span: { start: at, end: end + 1 } };
  }
  return undefined;
}
