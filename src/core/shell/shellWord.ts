import { readDollar } from "./shellExpansion.ts";
import type { Expansion } from "./shellExpansion.ts";
import { awaiting, continuationLength, countPiece, deeper, giveUp, isAwaited } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";

/** A word as it was read, before it becomes the words of a command. */
export interface RawWord {
  readonly start: number;
  readonly end: number;
  /** Its value without field splitting, as an assignment takes it. */
  readonly value: string | undefined;
  /** Its value after field splitting (POSIX shell, 2.6.5): no field, one, or several. */
  readonly fields: readonly (string | undefined)[];
  readonly expands: readonly string[];
  /** Whether any of it was quoted or escaped: a quoted word is never a keyword, and a quoted delimiter is literal. */
  readonly quoted: boolean;
}

interface Building {
  value: string | undefined;
  field: string | undefined;
  /** Whether the current field exists even if it is empty. */
  present: boolean;
  quoted: boolean;
  readonly fields: (string | undefined)[];
  readonly expands: string[];
}

/** Most names that are listed for one word. */
const maximumNames = 100;

const ordinary = /[^\s'"\\$`;&|<>()]+/y;
const quotedOrdinary = /[^"\\$`]+/y;

/** Reads the word at the cursor. Gives undefined, without moving, where no word begins. */
export function readWord(state: ShellState): RawWord | undefined {
  const start = state.at;
  const word: Building = { value: "", field: "", present: false, quoted: false, fields: [], expands: [] };
  const { gaveUp } = state;
  while (state.at < state.end && readPiece(state, word));
  if (state.at === start) return undefined;
  // What was left out of a word that has no end is not known.
  if (state.gaveUp && !gaveUp) appendUnknown(word);
  endField(word);
  return {
    start,
    end: Math.min(state.at, state.end),
    value: word.value,
    fields: word.fields,
    expands: word.expands,
    quoted: word.quoted,
  };
}

function readPiece(state: ShellState, word: Building): boolean {
  const { text } = state;
  countPiece(state);
  if (state.at >= state.end) return false;
  const character = text[state.at] ?? "";
  switch (character) {
    case "'":
      readSingleQuoted(state, word);
      return true;
    case '"':
      state.at += 1;
      readDoubleQuoted(state, word);
      return true;
    case "\\": {
      const skipped = continuationLength(text, state.at);
      if (skipped === 0) {
        append(word, text.slice(state.at + 1, Math.min(state.at + 2, state.end)));
        word.quoted = true;
      }
      state.at = Math.min(state.end, state.at + Math.max(skipped, 2));
      return true;
    }
    case "$":
      if (text[state.at + 1] === "'") readAnsiQuoted(state, word);
      else if (text[state.at + 1] === '"') {
        state.at += 2;
        readDoubleQuoted(state, word);
      } else
        expandInto(
          word,
          readDollar(state, (inner) => nestedText(inner, false)),
          false,
        );
      return true;
    case "`":
      if (isAwaited(state, "`")) return false;
      readBackticks(state);
      expandInto(word, { value: undefined, names: [] }, false);
      return true;
    case "<":
    case ">":
      if (text[state.at + 1] !== "(") return false;
      state.at += 2;
      readProcessSubstitution(state);
      expandInto(word, { value: undefined, names: [] }, true);
      return true;
    default: {
      ordinary.lastIndex = state.at;
      const run = ordinary.exec(text)?.[0] ?? "";
      const kept = run.slice(0, state.end - state.at);
      append(word, kept);
      state.at += kept.length;
      return kept !== "";
    }
  }
}

function readSingleQuoted(state: ShellState, word: Building): void {
  const close = state.text.indexOf("'", state.at + 1);
  if (close < 0 || close >= state.end) {
    giveUp(
      state,
      "shell-unterminated",
      "A single quote is opened here and never closed; the rest of the script was not read.",
      state.at,
    );
    return;
  }
  const content = state.text.slice(state.at + 1, close);
  state.at = close + 1;
  quote(word);
  // GitHub replaces ${{ }} before any shell sees the quotes.
  const expressions = content.includes("${{") ? [...content.matchAll(/\$\{\{(.{0,1000}?)\}\}/gs)] : [];
  if (expressions.length === 0) append(word, content);
  else {
    addNames(
      word,
      expressions.map((match) => (match[1] ?? "").trim()),
    );
    appendUnknown(word);
  }
}

function readAnsiQuoted(state: ShellState, word: Building): void {
  const open = state.at;
  state.at += 2;
  let value = "";
  while (state.at < state.end && state.text[state.at] !== "'") {
    if (state.text[state.at] === "\\") state.at += 1;
    value += state.text[state.at] ?? "";
    state.at += 1;
  }
  if (state.at >= state.end) giveUp(state, "shell-unterminated", "A quote is opened here and never closed.", open);
  else state.at += 1;
  quote(word);
  if (state.text.slice(open, state.at).includes("\\")) appendUnknown(word);
  else append(word, value);
}

function readDoubleQuoted(state: ShellState, word: Building): void {
  const open = state.at - 1;
  quote(word);
  for (;;) {
    if (state.at >= state.end) {
      giveUp(
        state,
        "shell-unterminated",
        "A double quote is opened here and never closed; the rest of the script was not read.",
        open,
      );
      return;
    }
    const character = state.text[state.at] ?? "";
    if (character === '"') {
      state.at += 1;
      return;
    }
    if (character === "$")
      expandInto(
        word,
        readDollar(state, (inner) => nestedText(inner, true)),
        true,
      );
    else if (character === "`") {
      if (isAwaited(state, "`")) return;
      readBackticks(state);
      appendUnknown(word);
    } else if (character === "\\") {
      const skipped = continuationLength(state.text, state.at);
      const next = state.text[state.at + 1] ?? "";
      if (skipped === 0) append(word, '"$`\\'.includes(next) ? next : `\\${next}`);
      state.at += Math.max(skipped, 2);
    } else {
      quotedOrdinary.lastIndex = state.at;
      const run = (quotedOrdinary.exec(state.text)?.[0] ?? "").slice(0, state.end - state.at);
      append(word, run);
      state.at += run.length;
    }
  }
}

/**
 * The text inside `${name-...}` up to its closing brace, which it consumes: quotes and expansions as in any word,
 * but inside double quotes a single quote stands for itself.
 */
function nestedText(state: ShellState, inDoubleQuotes: boolean): Expansion {
  const word: Building = { value: "", field: "", present: false, quoted: false, fields: [], expands: [] };
  while (state.at < state.end && state.text[state.at] !== "}") {
    const character = state.text[state.at] ?? "";
    if (/[\s;&|<>()]/.test(character) || (inDoubleQuotes && character === "'")) {
      append(word, character);
      state.at += 1;
    } else if ("'\"\\$`".includes(character)) {
      if (!readPiece(state, word)) break;
    } else {
      const run = /[^\s'"\\$`;&|<>()}]+/y;
      run.lastIndex = state.at;
      const text = (run.exec(state.text)?.[0] ?? "").slice(0, state.end - state.at);
      append(word, text);
      state.at += Math.max(1, text.length);
    }
  }
  state.at = Math.min(state.end, state.at + 1);
  return { value: word.value, names: word.expands };
}

function readBackticks(state: ShellState): void {
  state.at += 1;
  deeper(state, () => awaiting(state, ["`"], () => state.readSubstitution(state, "`")));
}

function readProcessSubstitution(state: ShellState): void {
  deeper(state, () => awaiting(state, [")"], () => state.readSubstitution(state, ")")));
}

function append(word: Building, text: string): void {
  if (word.value !== undefined) word.value += text;
  if (word.field !== undefined) word.field += text;
  if (text !== "") word.present = true;
}

function appendUnknown(word: Building): void {
  word.value = undefined;
  word.field = undefined;
  word.present = true;
}

function quote(word: Building): void {
  word.present = true;
  word.quoted = true;
}

function expandInto(word: Building, expansion: Expansion, quoted: boolean): void {
  addNames(word, expansion.names);
  const { value } = expansion;
  if (value === undefined) {
    appendUnknown(word);
    return;
  }
  if (quoted || !/\s/.test(value)) {
    append(word, value);
    return;
  }
  const pieces = value.split(/\s+/);
  pieces.forEach((piece, index) => {
    if (index > 0) endField(word);
    if (word.field !== undefined) word.field += piece;
    if (piece !== "") word.present = true;
  });
  if (word.value !== undefined) word.value += value;
}

function addNames(word: Building, names: readonly string[]): void {
  for (const name of names) if (word.expands.length < maximumNames) word.expands.push(name);
}

function endField(word: Building): void {
  if (word.present) word.fields.push(word.field);
  word.field = "";
  word.present = false;
}
