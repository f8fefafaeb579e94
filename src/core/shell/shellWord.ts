import { append, appendUnknown, emptyWord, expandInto, finishWord, plainWord, quote } from "./rawWord.ts";
import type { Building, RawWord } from "./rawWord.ts";
import { evaluateExpression, readDollar, substituted } from "./shellExpansion.ts";
import type { Expansion } from "./shellExpansion.ts";
import { awaiting, continuationLength, countPiece, deeper, giveUp, isAwaited } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import type { Stretch } from "./stretch.ts";

const ordinary = /[^\s'"\\$`;&|<>()]+/y;
const quotedOrdinary = /[^"\\$`]+/y;

/** Reads the word at the cursor. Gives undefined, without moving, where no word begins. */
export function readWord(state: ShellState): RawWord | undefined {
  const start = state.at;
  const plain = readPlainWord(state);
  if (plain !== undefined) return plain;
  const word = emptyWord();
  const { gaveUp } = state;
  while (state.at < state.end && readPiece(state, word));
  if (state.at === start) return undefined;
  // What was left out of a word that has no end is not known.
  if (state.gaveUp && !gaveUp) appendUnknown(word, { start, end: state.at });
  return finishWord(word, start, Math.min(state.at, state.end));
}

/** Reads a word that is nothing but text, as most words are. */
function readPlainWord(state: ShellState): RawWord | undefined {
  const { text, at: start } = state;
  ordinary.lastIndex = start;
  if (!ordinary.test(text)) return undefined;
  const end = ordinary.lastIndex;
  // What follows may belong to the word.
  if (end >= state.end || !/[\s;&|)]/.test(text[end] ?? "")) return undefined;
  const value = text.slice(start, end);
  if (value.includes("{")) return undefined;
  countPiece(state);
  countPiece(state);
  if (state.at >= state.end) return undefined;
  state.at = end;
  return plainWord(value, start, end);
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
        append(word, text.slice(state.at + 1, Math.min(state.at + 2, state.end)), state.at + 1);
        word.quoted = true;
      }
      state.at = Math.min(state.end, state.at + Math.max(skipped, 2));
      return true;
    }
    case "$": {
      const start = state.at;
      if (text[state.at + 1] === "'") readAnsiQuoted(state, word);
      else if (text[state.at + 1] === '"') {
        state.at += 2;
        readDoubleQuoted(state, word);
      } else
        expandInto(
          word,
          readDollar(state, (inner, stop) => nestedText(inner, stop, false)),
          false,
          { start, end: state.at },
        );
      return true;
    }
    case "`":
      if (isAwaited(state, "`")) return false;
      readBackticks(state, word, false);
      return true;
    case "<":
    case ">":
      if (text[state.at + 1] !== "(") return false;
      expandUnknown(state, word, readProcessSubstitution);
      return true;
    default: {
      ordinary.lastIndex = state.at;
      const run = ordinary.exec(text)?.[0] ?? "";
      const kept = run.slice(0, state.end - state.at);
      append(word, kept, state.at);
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
  const open = state.at;
  state.at = close + 1;
  quote(word);
  // GitHub replaces ${{ }} before any shell sees the quotes.
  let at = 0;
  for (const found of content.includes("${{") ? content.matchAll(/\$\{\{(.{0,1000}?)\}\}/gs) : []) {
    append(word, content.slice(at, found.index), open + 1 + at);
    at = found.index + found[0].length;
    const place = { start: open + 1 + found.index, end: open + 1 + at };
    expandInto(word, evaluateExpression(state, (found[1] ?? "").trim()), true, place);
  }
  append(word, content.slice(at), open + 1 + at);
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
  const place = { start: open + 2, end: Math.max(open + 2, state.at - 1) };
  if (state.text.slice(open, state.at).includes("\\")) appendUnknown(word, place);
  else append(word, value, place.start);
}

function readDoubleQuoted(state: ShellState, word: Building, isClosed = true): void {
  const open = state.at - 1;
  quote(word);
  for (;;) {
    if (state.at >= state.end) {
      if (!isClosed) return;
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
      if (isClosed) return;
      append(word, character, state.at - 1);
    } else if (character === "$") {
      const start = state.at;
      const expansion = readDollar(state, (inner, stop, isPattern) => nestedText(inner, stop, !isPattern));
      expandInto(word, expansion, true, { start, end: state.at });
    } else if (character === "`") {
      if (isAwaited(state, "`")) return;
      readBackticks(state, word, true);
    } else if (character === "\\") {
      const skipped = continuationLength(state.text, state.at);
      const next = state.text[state.at + 1] ?? "";
      if (skipped === 0 && '"$`\\'.includes(next)) append(word, next, state.at + 1);
      else if (skipped === 0) append(word, `\\${next}`, state.at);
      state.at += Math.max(skipped, 2);
    } else {
      quotedOrdinary.lastIndex = state.at;
      const run = (quotedOrdinary.exec(state.text)?.[0] ?? "").slice(0, state.end - state.at);
      append(word, run, state.at);
      state.at += run.length;
    }
  }
}

/** Reads what is left of the text as the body of a here-document (POSIX shell, 2.7.4): expansions, but no quotes. */
export function readBody(state: ShellState): readonly Stretch[] {
  const word = emptyWord();
  readDoubleQuoted(state, word, false);
  return word.stretches;
}

/**
 * The text inside `${name-...}` up to its closing brace, or to the slash in `${name/...`, which it consumes: quotes and
 * expansions as in any word, but inside double quotes a single quote stands for itself where no pattern is.
 */
function nestedText(state: ShellState, stop: "}" | "/", inDoubleQuotes: boolean): Expansion {
  const word = emptyWord();
  const ends = stop === "}" ? "}" : "}/";
  while (state.at < state.end && !ends.includes(state.text[state.at] ?? "")) {
    const character = state.text[state.at] ?? "";
    if (/[\s;&|<>()]/.test(character) || (character === "'" && (inDoubleQuotes || !isPair(state)))) {
      append(word, character, state.at);
      state.at += 1;
    } else if ("'\"\\$`".includes(character)) {
      if (!readPiece(state, word)) break;
    } else {
      const run = stop === "}" ? /[^\s'"\\$`;&|<>()}]+/y : /[^\s'"\\$`;&|<>()}/]+/y;
      run.lastIndex = state.at;
      const text = (run.exec(state.text)?.[0] ?? "").slice(0, state.end - state.at);
      append(word, text, state.at);
      state.at += Math.max(1, text.length);
    }
  }
  state.at = Math.min(state.end, state.at + 1);
  return { value: word.value, names: word.expands, stretches: word.stretches };
}

/** Of a pattern within double quotes, only a closed pair of single quotes counts as such. */
function isPair(state: ShellState): boolean {
  const pair = /'[^'\n]*'/y;
  pair.lastIndex = state.at;
  return pair.test(state.text);
}

/** A command of nothing but a comment, by which people explain the lines of another that goes on. */
const onlyComment = /`[ \t]*#[^`\n\\]*`/y;

function readBackticks(state: ShellState, word: Building, quoted: boolean): void {
  const start = state.at;
  onlyComment.lastIndex = start;
  const comment = onlyComment.exec(state.text)?.[0];
  if (comment !== undefined) {
    state.at += comment.length;
    expandInto(word, { value: undefined, names: [], items: [] }, quoted, { start, end: state.at });
    return;
  }
  state.at += 1;
  deeper(state, () => awaiting(state, ["`"], () => state.readSubstitution(state, "`")));
  const place = { start, end: state.at };
  const expansion = substituted(state, state.text.slice(start + 1, Math.min(state.at - 1, start + 1000)), place);
  if (expansion.stretches === undefined) appendUnknown(word, place);
  else expandInto(word, expansion, quoted, place);
}

function readProcessSubstitution(state: ShellState): void {
  state.at += 2;
  deeper(state, () => awaiting(state, [")"], () => state.readSubstitution(state, ")")));
}

function expandUnknown(state: ShellState, word: Building, read: (state: ShellState) => void): void {
  const start = state.at;
  read(state);
  appendUnknown(word, { start, end: state.at });
}
