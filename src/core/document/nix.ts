import { withoutByteOrderMark } from "../image/span.ts";
import type { Document, ImageUse, ValueStep } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import type { Literal } from "./literalUses.ts";
import type { ValuePart } from "./value.ts";

/** A token of a Nix expression; `literal` is absent where a string has escapes or expressions in it. */
type Token =
  | { readonly kind: "name" | "sign"; readonly text: string }
  | { readonly kind: "string"; readonly literal: Literal | undefined };

const maximumTokens = 200_000;
const maximumNesting = 50;
const skipped = /(?:\s+|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\d[\w.]*)/y;
const name = /[A-Za-z_][\w'-]*(?:\.[A-Za-z_][\w'-]*)*/y;

/**
 * Reads Nix expressions: the images that `dockerTools.pullImage` pulls. Its digest has a key of its own; without the
 * hash of the content, which only Nix can tell, a changed digest does not build, so nothing is pinned there.
 */
export function readNix(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const tokens = text.includes("pullImage") ? tokensOf(text) : [];
  const images = tokens.flatMap((token, at): readonly ImageUse[] => {
    const next = tokens[at + 1];
    const isCall = token.kind === "name" && /(?:^|\.)pullImage$/.test(token.text);
    return isCall && next?.kind === "sign" && next.text === "{" ? useOf(text, attributesAt(tokens, at + 2)) : [];
  });
  return { path, dialect: "nix", text, images, commands: [], jobs: [], problems: [] };
}

/** The attributes of a set that begins at a token; what is no plain string is known to be there, and no more. */
function attributesAt(tokens: readonly Token[], from: number): ReadonlyMap<string, Literal | undefined> {
  const attributes = new Map<string, Literal | undefined>();
  let depth = 0;
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at];
    if (token?.kind === "sign" && "{[(".includes(token.text)) depth += 1;
    if (token?.kind === "sign" && "}])".includes(token.text) && --depth < 0) break;
    const sign = tokens[at + 1];
    if (depth > 0 || token?.kind !== "name" || sign?.kind !== "sign" || sign.text !== "=") continue;
    const value = tokens[at + 2];
    const end = tokens[at + 3];
    const isAlone = end?.kind === "sign" && end.text === ";";
    attributes.set(token.text, value?.kind === "string" && isAlone ? value.literal : undefined);
  }
  return attributes;
}

function useOf(text: string, attributes: ReadonlyMap<string, Literal | undefined>): readonly ImageUse[] {
  const image = attributes.get("imageName");
  if (image === undefined || image.text === "") return [];
  const chain: ValueStep[] = [];
  const parts: ValuePart[] = [{ text: image.text, span: image.span }];
  const digest = attributes.get("imageDigest");
  if (digest !== undefined) chain.push({ span: digest.span, label: "imageDigest", text: digest.text });
  if (attributes.has("imageDigest"))
    parts.push({ text: "@" }, digest === undefined ? {} : { text: digest.text, literal: digest.span });
  const use = useOfValue(text, {
    span: image.span,
    site: "pull",
    parts,
    chain,
    hasVariables: true,
    pin: "none",
  });
  return "code" in use ? [] : [use];
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length && tokens.length < maximumTokens;) {
    const blank = lengthOf(text, skipped, at);
    const named = blank > 0 ? 0 : lengthOf(text, name, at);
    if (named > 0) tokens.push({ kind: "name", text: text.slice(at, at + named) });
    if (blank + named > 0) {
      at += blank + named;
      continue;
    }
    const quote = text.startsWith("''", at) ? "''" : text.charAt(at) === '"' ? '"' : "";
    if (quote === "") tokens.push({ kind: "sign", text: text.charAt(at++) });
    else {
      const { end, isPlain } = readString(text, at, quote, 0);
      const span = { start: at + quote.length, end: Math.max(at + quote.length, end - quote.length) };
      // White space before the lines of an indented string is no part of it.
      const literal = isPlain && quote === '"' ? { text: text.slice(span.start, span.end), span } : undefined;
      tokens.push({ kind: "string", literal });
      at = end;
    }
  }
  return tokens;
}

/** The end of a string, past the expressions in it, which may hold strings again. */
function readString(text: string, open: number, quote: string, depth: number): { end: number; isPlain: boolean } {
  let isPlain = true;
  for (let at = open + quote.length; at < text.length; at++) {
    if (quote === "''" && /^''(?:\$|'|\\)/.test(text.slice(at, at + 3))) at += 2;
    else if (text.startsWith(quote, at)) return { end: at + quote.length, isPlain };
    else if (quote === '"' && text.charAt(at) === "\\") {
      isPlain = false;
      at += 1;
    } else if (text.startsWith("$$", at)) at += 1;
    else if (text.startsWith("${", at)) {
      isPlain = false;
      at = endOfExpression(text, at + 2, depth + 1) - 1;
    }
  }
  return { end: text.length, isPlain: false };
}

function endOfExpression(text: string, from: number, depth: number): number {
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
