import { signAt, type GroovyToken } from "./groovy.ts";

/** Tokens between brackets that are looked through. */
const maximumBlock = 20_000;
/** Tokens before one that are looked through for the bracket around it. */
const maximumBefore = 1000;

const opens = new Set(["(", "[", "{"]);
const closes = new Set([")", "]", "}"]);

/** The token that closes the bracket of any kind that stands at `open`. */
export function closingAt(tokens: readonly GroovyToken[], open: number): number | undefined {
  let depth = 0;
  for (let at = open; at < tokens.length && at - open < maximumBlock; at++) {
    const sign = signAt(tokens, at);
    if (opens.has(sign)) depth += 1;
    else if (closes.has(sign) && --depth === 0) return at;
  }
  return undefined;
}

/** The token that opens the bracket of any kind around the token at `inner`, or the one that this token closes. */
export function openingAt(tokens: readonly GroovyToken[], inner: number): number | undefined {
  let depth = 0;
  for (let at = inner - 1; at >= 0 && inner - at < maximumBefore; at--) {
    const sign = signAt(tokens, at);
    if (closes.has(sign)) depth += 1;
    else if (opens.has(sign) && --depth < 0) return at;
  }
  return undefined;
}

/** The token that closes the bracket of any kind that stands at each token, where one does. */
export function closingsOf(tokens: readonly GroovyToken[]): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const sign = signAt(tokens, at);
    if (opens.has(sign)) open.push(at);
    else if (closes.has(sign)) {
      const opened = open.pop();
      if (opened !== undefined) closings.set(opened, at);
    }
  }
  return closings;
}

/** What commas part between two tokens, each by its first token and the one after its last. */
export function elementsBetween(
  tokens: readonly GroovyToken[],
  from: number,
  to: number,
): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  let start = from;
  for (let at = from; at <= to; at++) {
    const sign = at === to ? "," : signAt(tokens, at);
    if (sign === "(" || sign === "[" || sign === "{") at = Math.min(closingAt(tokens, at) ?? to, to - 1);
    else if (sign === ",") {
      if (at > start) found.push([start, at]);
      start = at + 1;
    }
  }
  return found;
}
