import type { Span } from "../image/span.ts";
import type { Literal } from "./literalUses.ts";

/** A token of a Starlark file; comments and white space are left out. */
type Token =
  | { readonly kind: "name" | "sign"; readonly text: string; readonly span: Span }
  | { readonly kind: "string"; readonly literal: Literal | undefined; readonly whole: Literal };

/** What an argument says: a string, or the constant of the file that it names. */
export interface StarlarkText extends Literal {
  /** Where the argument is written: the string itself, or the constant's name. */
  readonly at: Span;
}

/** A call with the arguments that are given by name as one string each. */
export interface StarlarkCall {
  /** With its path: `oci.pull`. */
  readonly name: string;
  readonly strings: ReadonlyMap<string, StarlarkText>;
  /** The first string of arguments that are lists of strings. */
  readonly firsts: ReadonlyMap<string, StarlarkText>;
  /** Names of the arguments that are given as anything else. */
  readonly others: ReadonlySet<string>;
}

/** An argument of a call: the strings that it is, or the list of them; none where it is anything else. */
export interface StarlarkArgument {
  /** Absent where it is given by its place. */
  readonly name?: string;
  /** As many characters as the file has; escapes are what they stand for, behind a space. */
  readonly texts: readonly StarlarkText[];
  readonly isList: boolean;
}

const maximumTokens = 200_000;
/** Tokens of one call. */
const maximumCall = 5000;
const maximumDepth = 50;
const blank = /(?:\s+|#[^\n]*)/y;
const name = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y;
const number = /\d[\w.]*/y;

/** The calls of a Starlark file (Bazel's language of build files), also those within arguments of others. */
export function starlarkCalls(text: string): readonly StarlarkCall[] {
  const tokens = tokensOf(text);
  const constants = constantsOf(tokens);
  const calls: StarlarkCall[] = [];
  const open: Mutable[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "sign") continue;
    const before = tokens[at - 1];
    if ("([{".includes(token.text)) {
      const leading = tokens[at - 2];
      const isDefinition = leading?.kind === "name" && leading.text === "def";
      const called = token.text === "(" && before?.kind === "name" && !isDefinition ? before.text : "";
      open.push({ name: called, strings: new Map(), firsts: new Map(), others: new Set() });
      if (open.length > maximumDepth) return calls;
    } else if (")]}".includes(token.text)) {
      const call = open.pop();
      if (call !== undefined && call.name !== "") calls.push(call);
    } else if (token.text === "=" && before?.kind === "name") {
      const after = tokens[at + 2];
      const isAlone = after?.kind === "sign" && (after.text === "," || after.text === ")");
      const call = open.at(-1);
      const value = isAlone ? textOf(tokens[at + 1], constants) : undefined;
      const first = firstOfList(tokens, at + 1, constants);
      if (value !== undefined) call?.strings.set(before.text, value);
      else call?.others.add(before.text);
      if (first !== undefined) call?.firsts.set(before.text, first);
    }
  }
  return calls;
}

/** The calls of functions of these names with their arguments, in the order of the file. */
export function starlarkArguments(
  text: string,
  names: ReadonlySet<string>,
): readonly { readonly name: string; readonly arguments: readonly StarlarkArgument[] }[] {
  const tokens = tokensOf(text);
  const constants = constantsOf(tokens, wholeOf);
  return tokens.flatMap((token, at) => {
    if (token.kind !== "name" || !names.has(token.text) || !isSignAt(tokens, at + 1, "(")) return [];
    const before = tokens[at - 1];
    if (before?.kind === "name" && before.text === "def") return [];
    return [{ name: token.text, arguments: argumentsFrom(tokens, at + 2, constants) }];
  });
}

function argumentsFrom(
  tokens: readonly Token[],
  from: number,
  constants: ReadonlyMap<string, Literal | undefined>,
): readonly StarlarkArgument[] {
  const found: StarlarkArgument[] = [];
  let depth = 0;
  let start = from;
  const end = Math.min(tokens.length, from + maximumCall);
  for (let at = from; at < end; at++) {
    const token = tokens[at];
    if (token?.kind !== "sign") continue;
    if ("([{".includes(token.text)) depth += 1;
    const isEnd = depth === 0 && ")]}".includes(token.text);
    if (isEnd || (depth === 0 && token.text === ",")) {
      if (at > start) found.push(argumentOf(tokens.slice(start, at), constants));
      start = at + 1;
    }
    if (isEnd) break;
    if (")]}".includes(token.text)) depth -= 1;
  }
  return found;
}

function argumentOf(tokens: readonly Token[], constants: ReadonlyMap<string, Literal | undefined>): StarlarkArgument {
  const [first] = tokens;
  const named = first?.kind === "name" && isSignAt(tokens, 1, "=") ? { name: first.text } : {};
  const value = "name" in named ? tokens.slice(2) : tokens;
  if (isSignAt(value, 0, "[") && isSignAt(value, value.length - 1, "]")) {
    const items = value.slice(1, -1).filter((token) => token.kind !== "sign" || token.text !== ",");
    const texts = items.flatMap((token) => textOf(token, constants, wholeOf) ?? []);
    return { ...named, texts: texts.length === items.length ? texts : [], isList: true };
  }
  const text = textOf(value[0], constants, wholeOf);
  // What is put behind a blank adds words.
  const isAlone = value.length === 1 || (isSignAt(value, 1, "+") && /\s$/.test(text?.text ?? ""));
  return { ...named, texts: text !== undefined && isAlone ? [text] : [], isList: false };
}

function isSignAt(tokens: readonly Token[], at: number, sign: string): boolean {
  const token = tokens[at];
  return token?.kind === "sign" && token.text === sign;
}

/** What a file's dictionaries hold under keys that end with a name, where it is a string or a constant alone. */
export function starlarkEntries(text: string, ending: string): readonly StarlarkText[] {
  const tokens = tokensOf(text);
  const constants = constantsOf(tokens);
  return tokens.flatMap((token, at) => {
    const [colon, value, after] = tokens.slice(at + 1, at + 4);
    const isKey = token.kind === "string" && token.literal?.text.endsWith(ending) === true;
    if (!isKey || colon?.kind !== "sign" || colon.text !== ":" || after?.kind !== "sign") return [];
    return /^[,}]$/.test(after.text) ? (textOf(value, constants) ?? []) : [];
  });
}

interface Mutable {
  readonly name: string;
  readonly strings: Map<string, StarlarkText>;
  readonly firsts: Map<string, StarlarkText>;
  readonly others: Set<string>;
}

type StringToken = Extract<Token, { kind: "string" }>;
const plainOf = ({ literal }: StringToken): Literal | undefined => literal;
const wholeOf = ({ whole }: StringToken): Literal | undefined => whole;

/** Names that the file sets once, outside of everything, to a string. */
function constantsOf(tokens: readonly Token[], literalOf = plainOf): ReadonlyMap<string, Literal | undefined> {
  const constants = new Map<string, Literal | undefined>();
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "sign") continue;
    if ("([{".includes(token.text)) depth += 1;
    if (")]}".includes(token.text)) depth -= 1;
    const named = tokens[at - 1];
    if (token.text !== "=" || depth !== 0 || named?.kind !== "name") continue;
    const value = tokens[at + 1];
    const after = tokens[at + 2];
    const isAlone = after?.kind !== "sign" || !/^[+%.[]$/.test(after.text);
    const literal = value?.kind === "string" && isAlone ? literalOf(value) : undefined;
    constants.set(named.text, constants.has(named.text) ? undefined : literal);
  }
  return constants;
}

function textOf(
  token: Token | undefined,
  constants: ReadonlyMap<string, Literal | undefined>,
  literalOf = plainOf,
): StarlarkText | undefined {
  const own = token?.kind === "string" ? literalOf(token) : undefined;
  if (own !== undefined) return { ...own, at: own.span };
  const literal = token?.kind === "name" ? constants.get(token.text) : undefined;
  return literal === undefined || token?.kind !== "name" ? undefined : { ...literal, at: token.span };
}

/** The first of the strings of a list, where all are plain. */
function firstOfList(
  tokens: readonly Token[],
  open: number,
  constants: ReadonlyMap<string, Literal | undefined>,
): StarlarkText | undefined {
  const begin = tokens[open];
  if (begin?.kind !== "sign" || begin.text !== "[") return undefined;
  const first = textOf(tokens[open + 1], constants);
  for (let at = open + 1; first !== undefined && at < tokens.length; at += 2) {
    const after = tokens[at + 1];
    if (textOf(tokens[at], constants) === undefined || after?.kind !== "sign") return undefined;
    const next = tokens[at + 2];
    const isLast = after.text === "]" || (after.text === "," && next?.kind === "sign" && next.text === "]");
    if (isLast) return first;
    if (after.text !== ",") return undefined;
  }
  return undefined;
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
      tokens.push({ kind: "name", text: text.slice(at, at + named), span: { start: at, end: at + named } });
      at += named;
      continue;
    }
    if (isPrefix) at += named;
    const character = text.charAt(at);
    if (character === '"' || character === "'") {
      const { end, literal, whole } = readString(text, at, character);
      tokens.push({ kind: "string", literal, whole });
      at = end;
    } else {
      // A comparison is no argument.
      const length = /^[=!<>]=/.test(text.slice(at, at + 2)) ? 2 : 1;
      tokens.push({ kind: "sign", text: text.slice(at, at + length), span: { start: at, end: at + length } });
      at += length;
    }
  }
  return tokens;
}

/** A string's end, its text where it is written without escapes and on one line, and its text in any case. */
function readString(
  text: string,
  open: number,
  quote: string,
): { end: number; literal: Literal | undefined; whole: Literal } {
  const isLong = text.startsWith(quote.repeat(3), open);
  const close = isLong ? quote.repeat(3) : quote;
  const start = open + close.length;
  let isPlain = true;
  let at = start;
  for (; at < text.length && !text.startsWith(close, at); at++) {
    const character = text[at];
    if (character === "\n" && !isLong) break;
    if (character !== "\\" && character !== "\n") continue;
    isPlain = false;
    if (character === "\\") at += 1;
  }
  const span = { start, end: Math.min(at, text.length) };
  const written = text.slice(span.start, span.end);
  const isClosed = text.startsWith(close, at);
  return {
    end: isClosed ? at + close.length : span.end,
    literal: isClosed && isPlain ? { text: written, span } : undefined,
    whole: { text: isPlain ? written : unescaped(written), span },
  };
}

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", " "],
]);

/** A text in which escapes are what they stand for, as long as before; one at a line's end joins lines in shells, too. */
function unescaped(written: string): string {
  return written.replaceAll(/\\([^\n])/g, (_, escaped: string) => ` ${escapes.get(escaped) ?? escaped}`);
}

function lengthOf(text: string, form: RegExp, at: number): number {
  form.lastIndex = at;
  return form.exec(text)?.[0].length ?? 0;
}
