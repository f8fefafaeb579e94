import type { Span } from "../image/span.ts";

/** A stretch of a Nix string: text as it stands, or the expression between `${` and `}`. */
export interface NixPiece {
  readonly kind: "text" | "expression";
  readonly text: string;
  readonly span: Span;
}

/**
 * A token of a Nix expression. A name may be a whole selection (`cfg.image`); the span of a string is without its
 * quotes, and its pieces are absent where it has escapes or white space that is no part of it.
 */
export type NixToken =
  | { readonly kind: "name" | "sign"; readonly text: string; readonly span: Span }
  | {
      readonly kind: "string";
      readonly text: string;
      readonly span: Span;
      /** With its quotes. */
      readonly outer: Span;
      readonly pieces?: readonly NixPiece[];
    };

const maximumTokens = 200_000;
const maximumNesting = 50;
const skipped = /(?:\s+|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\d[\w.]*)/y;
const name = /[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*/y;

/** The tokens of a Nix expression, without comments and numbers. */
export function nixTokens(text: string): readonly NixToken[] {
  const tokens: NixToken[] = [];
  for (let at = 0; at < text.length && tokens.length < maximumTokens;) {
    const blank = lengthOf(text, skipped, at);
    const named = blank > 0 ? 0 : lengthOf(text, name, at);
    if (named > 0)
      tokens.push({ kind: "name", text: text.slice(at, at + named), span: { start: at, end: at + named } });
    if (blank + named > 0) {
      at += blank + named;
      continue;
    }
    const quote = text.startsWith("''", at) ? "''" : text.charAt(at) === '"' ? '"' : "";
    if (quote === "") {
      tokens.push({ kind: "sign", text: text.charAt(at), span: { start: at, end: at + 1 } });
      at += 1;
    } else {
      const { end, pieces } = readString(text, at, quote, 0);
      const start = at + quote.length;
      const span = { start, end: Math.max(start, end - quote.length) };
      const isExact = pieces !== undefined && (quote === '"' || !text.slice(span.start, span.end).includes("\n"));
      tokens.push({
        kind: "string",
        text: text.slice(span.start, span.end),
        span,
        outer: { start: at, end },
        ...(isExact ? { pieces } : {}),
      });
      at = end;
    }
  }
  return tokens;
}

/** The end of a string, past the expressions in it, which may hold strings again. */
function readString(
  text: string,
  open: number,
  quote: string,
  depth: number,
): { readonly end: number; readonly pieces?: readonly NixPiece[] } {
  const pieces: NixPiece[] = [];
  let isPlain = true;
  let from = open + quote.length;
  const push = (kind: NixPiece["kind"], start: number, end: number): void => {
    if (kind === "expression" || end > start) pieces.push({ kind, text: text.slice(start, end), span: { start, end } });
  };
  for (let at = from; at < text.length; at++) {
    if (quote === "''" && /^''(?:\$|'|\\)/.test(text.slice(at, at + 3))) {
      isPlain = false;
      at += 2;
    } else if (text.startsWith(quote, at)) {
      push("text", from, at);
      return { end: at + quote.length, ...(isPlain ? { pieces } : {}) };
    } else if (quote === '"' && text.charAt(at) === "\\") {
      isPlain = false;
      at += 1;
    } else if (text.startsWith("$$", at)) at += 1;
    else if (text.startsWith("${", at)) {
      push("text", from, at);
      const end = endOfExpression(text, at + 2, depth + 1);
      push("expression", at + 2, end - 1);
      from = end;
      at = end - 1;
    }
  }
  return { end: text.length };
}

/** The end of the expression of an interpolation, past its closing brace. */
export function endOfExpression(text: string, from: number, depth: number): number {
  let braces = 1;
  for (let at = from; at < text.length;) {
    const character = text.charAt(at);
    if (character === "{") braces += 1;
    if (character === "}" && --braces === 0) return at + 1;
    const quote = text.startsWith("''", at) ? "''" : character === '"' ? '"' : "";
    at = quote === "" || depth > maximumNesting ? at + 1 : readString(text, at, quote, depth).end;
  }
  return text.length;
}

function lengthOf(text: string, form: RegExp, at: number): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}
