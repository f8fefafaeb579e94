/** How `${name<operator>word}` treats the variable's value. */
type Operator = "" | "-" | "+" | "?" | "#" | "##" | "%" | "%%" | "/" | "//";

/** A part of a Dockerfile word after quote removal. Offsets count in the text that was parsed. */
export type WordPart =
  | { readonly kind: "text"; readonly text: string; readonly start: number; readonly end: number }
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly operator: Operator;
      /** Whether an empty value counts as unset (`:-`, `:+`, `:?`). */
      readonly colon: boolean;
      /** The default, alternative, message or pattern. */
      readonly word: readonly WordPart[];
      readonly replacement: readonly WordPart[];
      readonly start: number;
      readonly end: number;
    };

/** A word's parts; or in words why BuildKit refuses it. */
export interface ParsedWord {
  readonly parts: readonly WordPart[];
  readonly refusal?: string;
}

interface Cursor {
  readonly text: string;
  readonly end: number;
  readonly escape: string;
  at: number;
  depth: number;
}

/** Deepest nesting of `${a:-${b:-...}}` that is read. */
const maximumDepth = 32;

class Refusal extends Error {}

/** Parses the word between `start` and `end` by the rules of BuildKit's Dockerfile lexer: quotes, escapes and `$` expansions. */
export function parseWord(text: string, start: number, end: number, escape: string): ParsedWord {
  const cursor: Cursor = { text, end, escape, at: start, depth: 0 };
  try {
    return { parts: readParts(cursor, undefined, false) };
  } catch (error) {
    if (error instanceof Refusal) return { parts: [], refusal: error.message };
    throw error;
  }
}

/** The offset after the `$...` at `at`; undefined where BuildKit refuses it. */
export function skipVariable(text: string, at: number, end: number, escape: string): number | undefined {
  const cursor: Cursor = { text, end, escape, at, depth: 0 };
  try {
    readVariable(cursor);
    return cursor.at;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

function readParts(cursor: Cursor, stop: "}" | "/" | undefined, keepEscapes: boolean): WordPart[] {
  const parts: WordPart[] = [];
  while (cursor.at < cursor.end) {
    const character = cursor.text[cursor.at] ?? "";
    if (character === stop) {
      cursor.at += 1;
      return parts;
    }
    if (character === "'") readSingleQuoted(cursor, parts);
    else if (character === '"') readDoubleQuoted(cursor, parts);
    else if (character === "$") parts.push(readVariable(cursor));
    else if (character === cursor.escape) {
      if (keepEscapes) addText(parts, character, cursor.at);
      cursor.at += 1;
      if (cursor.at < cursor.end) addText(parts, cursor.text[cursor.at] ?? "", cursor.at);
      cursor.at += 1;
    } else {
      const from = cursor.at;
      while (cursor.at < cursor.end && !isSpecial(cursor, stop)) cursor.at += 1;
      addText(parts, cursor.text.slice(from, cursor.at), from);
    }
  }
  if (stop !== undefined) throw new Refusal(`a closing ${stop} is missing`);
  return parts;
}

function isSpecial(cursor: Cursor, stop: string | undefined): boolean {
  const character = cursor.text[cursor.at] ?? "";
  return (
    character === "'" || character === '"' || character === "$" || character === cursor.escape || character === stop
  );
}

function readSingleQuoted(cursor: Cursor, parts: WordPart[]): void {
  const close = cursor.text.indexOf("'", cursor.at + 1);
  if (close < 0 || close >= cursor.end) throw new Refusal("a closing single quote is missing");
  addText(parts, cursor.text.slice(cursor.at + 1, close), cursor.at + 1);
  cursor.at = close + 1;
}

function readDoubleQuoted(cursor: Cursor, parts: WordPart[]): void {
  cursor.at += 1;
  for (;;) {
    if (cursor.at >= cursor.end) throw new Refusal("a closing double quote is missing");
    const character = cursor.text[cursor.at] ?? "";
    if (character === '"') {
      cursor.at += 1;
      return;
    }
    if (character === "$") parts.push(readVariable(cursor));
    else {
      const next = cursor.text[cursor.at + 1];
      // Inside double quotes only these can be escaped; before anything else the escape character stands for itself.
      if (character === cursor.escape && (next === '"' || next === "$" || next === cursor.escape)) cursor.at += 1;
      addText(parts, cursor.text[cursor.at] ?? "", cursor.at);
      cursor.at += 1;
    }
  }
}

const nameForm = /[0-9]+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*/uy;

function readName(cursor: Cursor): string {
  nameForm.lastIndex = cursor.at;
  const name = (nameForm.exec(cursor.text)?.[0] ?? "").slice(0, Math.max(0, cursor.end - cursor.at));
  cursor.at += name.length;
  return name;
}

function readVariable(cursor: Cursor): WordPart {
  const start = cursor.at;
  cursor.at += 1;
  if (cursor.text[cursor.at] !== "{" || cursor.at >= cursor.end) {
    const name = readName(cursor);
    if (name === "") return { kind: "text", text: "$", start, end: cursor.at };
    return { kind: "variable", name, operator: "", colon: false, word: [], replacement: [], start, end: cursor.at };
  }
  cursor.at += 1;
  if (cursor.at >= cursor.end) throw new Refusal("a closing } is missing");
  if ("{}:".includes(cursor.text[cursor.at] ?? "")) throw new Refusal("bad substitution");
  const name = readName(cursor);
  const colon = cursor.text[cursor.at] === ":" && cursor.at < cursor.end;
  if (colon) cursor.at += 1;
  const symbol = cursor.at < cursor.end ? (cursor.text[cursor.at] ?? "") : "";
  cursor.at += 1;
  if (symbol === "}" && !colon)
    return { kind: "variable", name, operator: "", colon, word: [], replacement: [], start, end: cursor.at };
  if (!(colon ? "-+?" : "-+?#%/").includes(symbol) || symbol === "")
    throw new Refusal(`'${colon ? ":" : ""}${symbol}' is not an operator in an expansion`);
  if (cursor.depth >= maximumDepth) throw new Refusal(`it nests deeper than ${maximumDepth} levels`);
  cursor.depth += 1;
  let operator = operatorOf(symbol);
  if (symbol === "/" || symbol === "#" || symbol === "%") {
    if (cursor.text[cursor.at] === symbol) {
      operator = operatorOf(symbol + symbol);
      cursor.at += 1;
    }
  }
  const isPattern = operator !== "-" && operator !== "+" && operator !== "?";
  const word = readParts(cursor, symbol === "/" ? "/" : "}", isPattern);
  const replacement = symbol === "/" ? readParts(cursor, "}", true) : [];
  cursor.depth -= 1;
  return { kind: "variable", name, operator, colon, word, replacement, start, end: cursor.at };
}

function operatorOf(symbol: string): Operator {
  switch (symbol) {
    case "-":
    case "+":
    case "?":
    case "#":
    case "##":
    case "%":
    case "%%":
    case "/":
    case "//":
      return symbol;
    default:
      return "";
  }
}

/** Adds text; what continues the part before it without a gap is joined to it, so that a literal keeps one range. */
function addText(parts: WordPart[], text: string, start: number): void {
  const before = parts.at(-1);
  if (before?.kind === "text" && before.end === start && before.end - before.start === before.text.length) {
    parts[parts.length - 1] = { kind: "text", text: before.text + text, start: before.start, end: start + text.length };
  } else parts.push({ kind: "text", text, start, end: start + text.length });
}
