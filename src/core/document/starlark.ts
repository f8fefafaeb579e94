import type { Literal } from "./literalUses.ts";

/** A token of a Starlark file; comments and white space are left out. */
type Token =
  | { readonly kind: "name" | "sign"; readonly text: string }
  | { readonly kind: "string"; readonly literal: Literal | undefined };

/** A call with the arguments that are given by name as one string each. */
export interface StarlarkCall {
  /** With its path: `oci.pull`. */
  readonly name: string;
  readonly strings: ReadonlyMap<string, Literal>;
  /** Names of the arguments that are given as anything else. */
  readonly others: ReadonlySet<string>;
}

const maximumTokens = 200_000;
const maximumDepth = 50;
const blank = /(?:\s+|#[^\n]*)/y;
const name = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y;
const number = /\d[\w.]*/y;

/** The calls of a Starlark file (Bazel's language of build files), also those within arguments of others. */
export function starlarkCalls(text: string): readonly StarlarkCall[] {
  const tokens = tokensOf(text);
  const calls: StarlarkCall[] = [];
  const open: { name: string; strings: Map<string, Literal>; others: Set<string> }[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "sign") continue;
    const before = tokens[at - 1];
    if ("([{".includes(token.text)) {
      const leading = tokens[at - 2];
      const isDefinition = leading?.kind === "name" && leading.text === "def";
      const called = token.text === "(" && before?.kind === "name" && !isDefinition ? before.text : "";
      open.push({ name: called, strings: new Map(), others: new Set() });
      if (open.length > maximumDepth) return calls;
    } else if (")]}".includes(token.text)) {
      const call = open.pop();
      if (call !== undefined && call.name !== "") calls.push(call);
    } else if (token.text === "=" && before?.kind === "name") {
      const value = tokens[at + 1];
      const after = tokens[at + 2];
      const isAlone = after?.kind === "sign" && (after.text === "," || after.text === ")");
      const call = open.at(-1);
      if (value?.kind === "string" && value.literal !== undefined && isAlone)
        call?.strings.set(before.text, value.literal);
      else call?.others.add(before.text);
    }
  }
  return calls;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length && tokens.length < maximumTokens;) {
    const skipped = lengthOf(text, blank, at) || lengthOf(text, number, at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const named = lengthOf(text, name, at);
    const isPrefix =
      named > 0 && named <= 2 && /["']/.test(text.charAt(at + named)) && /^[rb]+$/.test(text.slice(at, at + named));
    if (named > 0 && !isPrefix) {
      tokens.push({ kind: "name", text: text.slice(at, at + named) });
      at += named;
      continue;
    }
    if (isPrefix) at += named;
    const character = text.charAt(at);
    if (character === '"' || character === "'") {
      const { end, literal } = readString(text, at, character);
      tokens.push({ kind: "string", literal });
      at = end;
    } else {
      // A comparison is no argument.
      const length = /^[=!<>]=/.test(text.slice(at, at + 2)) ? 2 : 1;
      tokens.push({ kind: "sign", text: text.slice(at, at + length) });
      at += length;
    }
  }
  return tokens;
}

/** A string's end, and its text where it is written without escapes. */
function readString(text: string, open: number, quote: string): { end: number; literal: Literal | undefined } {
  const isLong = text.startsWith(quote.repeat(3), open);
  const close = isLong ? quote.repeat(3) : quote;
  const start = open + close.length;
  let isPlain = true;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith(close, at)) {
      const literal = { text: text.slice(start, at), span: { start, end: at } };
      return { end: at + close.length, literal: isPlain ? literal : undefined };
    }
    const character = text.charAt(at);
    if (character === "\n" && !isLong) return { end: at, literal: undefined };
    if (character !== "\\" && character !== "\n") continue;
    isPlain = false;
    if (character === "\\") at += 1;
  }
  return { end: text.length, literal: undefined };
}

function lengthOf(text: string, form: RegExp, at: number): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}
