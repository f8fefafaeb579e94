import type { Span } from "../image/span.ts";
import type { WordPart } from "./document.ts";

/**
 * A token of Ruby, as far as configuration in it goes: names (also of methods), keys (`image:`), symbols (`:image`),
 * texts and heredocs with their parts, other signs, and the ends of lines as the sign `\n`.
 */
export interface RubyToken {
  readonly kind: "name" | "key" | "symbol" | "string" | "sign";
  readonly text: string;
  /** Of a string, what stands between its quotes. */
  readonly span: Span;
  /** What a string says; a part without text is an expression. */
  readonly parts: readonly WordPart[];
}

/** Tokens that are read of one file. */
const maximumTokens = 100_000;

const blanks = /(?:[ \t\r]|\\\r?\n)+/y;
const comment = /#[^\n]*/y;
const block = /=begin\b[\s\S]*?(?:\n=end\b[^\n]*|$)/y;
const word = /[@$]{0,2}[A-Za-z_]\w*[?!]?/y;
const keyEnd = /:(?!:)/y;
const symbol = /:([A-Za-z_]\w*[?!]?)/y;
const number = /\d[\w.]*/y;
const heredoc = /<<([-~]?)(["'`]?)([A-Za-z_]\w*)\2/y;
const percent = /%([qQwWiI]?)([[({<|!])/y;
const sign = /=>|==|=~|&&|\|\||::|[^\s\w]/y;
const closers = new Map([
  ["[", "]"],
  ["(", ")"],
  ["{", "}"],
  ["<", ">"],
]);

/** The tokens of a text in Ruby. */
export function rubyTokens(text: string): readonly RubyToken[] {
  const tokens: RubyToken[] = [];
  /** Where the bodies of heredocs on this line begin and end. */
  let body = -1;
  /** Names of heredocs that nothing ends, however far one looks. */
  const endless = new Set<string>();
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | undefined => {
    form.lastIndex = at;
    const found = form.exec(text) ?? undefined;
    if (found !== undefined) at = form.lastIndex;
    return found;
  };
  const push = (kind: RubyToken["kind"], written: string, span: Span, parts: readonly WordPart[] = []): void => {
    tokens.push({ kind, text: written, span, parts });
  };
  const pushString = (start: number, end: number, isPlain: boolean): void => {
    push(
      "string",
      text.slice(start, end),
      { start, end },
      isPlain ? plainParts(text, start, end) : partsOf(text, start, end),
    );
  };
  while (at < text.length && tokens.length < maximumTokens) {
    const start = at;
    const character = text.charAt(at);
    if (character === "\n") {
      push("sign", "\n", { start, end: start + 1 });
      at = body > at ? body : at + 1;
      body = -1;
      if (text.startsWith("__END__\n", at)) break;
      if (text.startsWith("=begin", at)) take(block);
      continue;
    }
    if (take(blanks) !== undefined || take(comment) !== undefined || take(number) !== undefined) continue;
    const here = character === "<" ? take(heredoc) : undefined;
    if (here !== undefined) {
      const [, indented = "", quote, end = ""] = here;
      const line = text.indexOf("\n", Math.max(at, body - 1));
      const from = body > at ? body : line + 1;
      const to = from <= 0 || endless.has(end) ? -1 : endOfHeredoc(text, from, end, indented !== "");
      if (to < 0) {
        if (indented !== "") endless.add(end);
        push("sign", "<<", { start, end: at });
        continue;
      }
      pushString(from, to, quote === "'");
      const next = text.indexOf("\n", to);
      body = next < 0 ? text.length : next + 1;
      continue;
    }
    if (character === '"' || character === "'" || character === "`") {
      const end = endOfQuoted(text, at + 1, character);
      if (end < 0) break;
      pushString(at + 1, end, character === "'");
      at = end + 1;
      continue;
    }
    const before = tokens.at(-1);
    const isOperand =
      before !== undefined && (before.kind !== "sign" || /^[)\]}]$/.test(before.text)) && before.kind !== "key";
    if (character === "/" && (!isOperand || /^(?:if|unless|when|and|or|not)$/.test(before.text))) {
      const end = endOfQuoted(text, at + 1, "/");
      if (end > 0) {
        at = end + 1;
        continue;
      }
    }
    const literal = character === "%" ? take(percent) : undefined;
    if (literal !== undefined) {
      const [, kind = "", opener = ""] = literal;
      const end = text.indexOf(closers.get(opener) ?? opener, at);
      if (end < 0) break;
      if (/[wi]/i.test(kind))
        for (const item of text.slice(at, end).matchAll(/\S+/g))
          pushString(at + item.index, at + item.index + item[0].length, kind === "w" || kind === "i");
      else pushString(at, end, kind === "q");
      at = end + 1;
      continue;
    }
    const name = take(word)?.[0];
    if (name !== undefined) {
      const isKey = take(keyEnd) !== undefined;
      push(isKey ? "key" : "name", name, { start, end: start + name.length });
      continue;
    }
    const named = take(symbol)?.[1];
    if (named !== undefined) push("symbol", named, { start: start + 1, end: at });
    else if (take(sign) !== undefined) push("sign", text.slice(start, at), { start, end: at });
    else at += 1;
  }
  push("sign", "\n", { start: text.length, end: text.length });
  return tokens;
}

/** Where the line begins that ends a heredoc. */
function endOfHeredoc(text: string, from: number, name: string, isIndented: boolean): number {
  const end = new RegExp(`^${isIndented ? "[ \\t]*" : ""}${name}\\r?$`, "gm");
  end.lastIndex = from;
  return end.exec(text)?.index ?? -1;
}

function endOfQuoted(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at += 1;
    else if (character === quote) return at;
    // A regular expression that goes on in the next line is a division.
    else if (character === "\n" && quote === "/") return -1;
    // What stands in an expression has quotes of its own.
    else if (quote !== "'" && character === "#" && text[at + 1] === "{") {
      const end = text.indexOf("}", at);
      if (end < 0) return -1;
      at = end;
    }
  }
  return -1;
}

const noSteps: readonly never[] = [];

function plainParts(text: string, start: number, end: number): readonly WordPart[] {
  return start === end ? [] : [literalPart(text, start, end)];
}

function literalPart(text: string, start: number, end: number): WordPart {
  const span = { start, end };
  return { text: text.slice(start, end), span, literal: span, chain: noSteps };
}

const piece = /#\{([^}]*)\}|\\(\r?\n|[\s\S])|[^#\\]+|#/g;
const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
]);

/** What stands between double quotes: text, what a backslash makes of a character, and expressions. */
function partsOf(text: string, start: number, end: number): readonly WordPart[] {
  const parts: WordPart[] = [];
  for (const { 0: written, 1: expression, 2: escaped, index } of text.slice(start, end).matchAll(piece)) {
    const span = { start: start + index, end: start + index + written.length };
    if (expression !== undefined)
      parts.push({ span, chain: [{ span, label: `variable ${expression.trim()}`, text: written }] });
    else if (escaped !== undefined)
      parts.push({ text: escaped.endsWith("\n") ? "" : (escapes.get(escaped) ?? escaped), span, chain: noSteps });
    else parts.push(literalPart(text, span.start, span.end));
  }
  return parts;
}
