import type { ShellCommand } from "../document/document.ts";
import type { Problem } from "../problem.ts";
import { documentSpan } from "./origin.ts";
import { readRedirection, readSimpleCommand, skipBlanks } from "./shellCommand.ts";
import { skipBalanced } from "./shellExpansion.ts";
import { awaiting, deeper, giveUp, isAwaited } from "./shellState.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { readWord } from "./shellWord.ts";
import type { RawWord } from "./shellWord.ts";
import type { Stretch } from "./stretch.ts";
import { createVariables } from "./variables.ts";
import { wordParts } from "./wordParts.ts";

/** Where a script stands and what is known around it. */
export interface ShellOptions {
  /** Document offset of the script's first character, where the script stands in the document as it is. */
  readonly offset?: number;
  /** Document offset of a character of the script, where lines were unindented, unescaped or joined. Wins over `offset`. */
  readonly toDocumentOffset?: (offset: number) => number;
  /** Environment that the script starts with, as far as it is known. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The value of a GitHub expression (the text between `${{` and `}}`, trimmed), where it is known. */
  readonly resolveExpression?: (expression: string) => string | undefined;
  readonly job?: string;
  readonly step?: number;
}

/** The simple commands of a script in the order in which they are written, those inside substitutions first. */
export interface ShellReading {
  readonly commands: readonly ShellCommand[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a POSIX or bash script: simple commands at any depth (pipelines, compound commands, functions, substitutions,
 * here-documents that a shell runs), with variables that the script itself sets resolved. Works in linear time, with
 * bounds on depth, commands and expansion; what could not be read is a problem. Never throws.
 */
export function readShell(text: string, options: ShellOptions = {}): ShellReading {
  const { offset = 0, toDocumentOffset = (at: number) => offset + at } = options;
  const state: ShellState = {
    text,
    at: 0,
    end: text.length,
    depth: 0,
    gaveUp: false,
    pieces: 0,
    budget: 1_000_000 + text.length,
    variables: createVariables(options.environment ?? {}),
    commands: [],
    problems: [],
    heredocs: [],
    awaited: new Map(),
    expressionEnd: 0,
    resolveExpression: options.resolveExpression ?? (() => undefined),
    spanOf: (start, end) => documentSpan(toDocumentOffset, start, end),
    readSubstitution,
    place: {
      ...(options.job === undefined ? {} : { job: options.job }),
      ...(options.step === undefined ? {} : { step: options.step }),
    },
  };
  readList(state);
  if (state.budget < 0) {
    const message = "The script's variables expand to more text than is followed; later values count as unknown.";
    state.problems.push({ code: "limit-reached", message, span: state.spanOf(0, Math.min(1, text.length)) });
  }
  return { commands: state.commands, problems: state.problems };
}

/** Words that end a list of commands inside a compound command. */
const closers = new Set(["then", "elif", "else", "fi", "do", "done", "esac", "}"]);

function readSubstitution(state: ShellState, closing: ")" | "`"): void {
  state.variables.enter("subshell");
  readList(state);
  if (state.text[state.at] === closing && state.at < state.end) state.at += 1;
  state.variables.leave();
}

/** Reads commands up to the end, or to a closing word or character that something around awaits, which it leaves. */
function readList(state: ShellState): void {
  while (state.at < state.end) {
    skipBlanks(state);
    const character = state.text[state.at] ?? "";
    if (character === "\n") readLineBreak(state);
    else if (character === ")" || character === "`") {
      if (isAwaited(state, character)) return;
      state.at += 1;
    } else if (character === ";") {
      if (isAwaited(state, ";;") && /^;[;&]/.test(state.text.slice(state.at, state.at + 2))) return;
      state.at += 1;
    } else if (character === "&" || character === "|") state.at += 1;
    else {
      const closer = keywordAt(state);
      if (closer !== undefined && closers.has(closer)) {
        if (isAwaited(state, closer)) return;
        state.at += closer.length;
      } else readAndOr(state);
    }
  }
}

function readAndOr(state: ShellState): void {
  let certain = readPipeline(state);
  let entered = false;
  for (;;) {
    skipBlanks(state);
    const operator = state.text.slice(state.at, state.at + 2);
    if ((operator !== "&&" && operator !== "||") || state.at >= state.end) break;
    state.at += 2;
    skipLineBreaks(state);
    // After a command that may fail, what follows perhaps does not run.
    if ((!certain || operator === "||") && !entered) {
      state.variables.enter("perhaps");
      entered = true;
    }
    certain = readPipeline(state) && certain;
  }
  if (entered) state.variables.leave();
}

/** Reads commands joined by `|`; gives whether they only assign. */
function readPipeline(state: ShellState): boolean {
  const only = readCommand(state);
  let piped = false;
  for (;;) {
    skipBlanks(state);
    if (state.text[state.at] !== "|" || state.text[state.at + 1] === "|" || state.at >= state.end)
      return only && !piped;
    state.at += state.text[state.at + 1] === "&" ? 2 : 1;
    skipLineBreaks(state);
    piped = true;
    state.variables.enter("subshell");
    readCommand(state);
    state.variables.leave();
  }
}

function readCommand(state: ShellState): boolean {
  skipBlanks(state);
  if (state.text[state.at] === "(") {
    deeper(state, () => readParenthesis(state));
    readRedirections(state);
    return false;
  }
  const keyword = keywordAt(state);
  const compound = keyword === undefined ? undefined : compounds.get(keyword);
  if (keyword !== undefined && compound !== undefined) {
    state.at += keyword.length;
    deeper(state, () => compound(state));
    if (keyword !== "!" && keyword !== "time") readRedirections(state);
    return false;
  }
  const start = state.at;
  const before = state.commands.length;
  const read = readSimpleCommand(state);
  if (state.text[state.at] === "(" && state.at < state.end) {
    readFunction(state, before);
    return false;
  }
  // Whatever stands here belongs to no command; it must not stop the reader.
  if (read === "nothing" && state.at === start && !/[\n;&|)`]/.test(state.text[state.at] ?? "")) state.at += 1;
  return read === "assignments";
}

/** `name ()` and its body: the name was read as a command, which it is not. */
function readFunction(state: ShellState, before: number): void {
  state.at += 1;
  skipBlanks(state);
  if (state.text[state.at] === ")") state.at += 1;
  else return;
  if (state.commands.length > before) state.commands.pop();
  readBody(state);
}

function readBody(state: ShellState): void {
  skipLineBreaks(state);
  state.variables.enter("perhaps");
  deeper(state, () => readCommand(state));
  state.variables.leave();
}

function readParenthesis(state: ShellState): void {
  if (state.text[state.at + 1] === "(") {
    skipBalanced(state);
    return;
  }
  state.at += 1;
  awaiting(state, [")"], () => readSubstitution(state, ")"));
}

const compounds = new Map<string, (state: ShellState) => void>([
  ["!", (state) => void readCommand(state)],
  ["time", (state) => void readCommand(state)],
  ["{", (state) => readUntil(state, ["}"])],
  ["if", readIf],
  ["while", readLoop],
  ["until", readLoop],
  ["for", readFor],
  ["select", readFor],
  ["case", readCase],
  [
    "function",
    (state) => {
      skipBlanks(state);
      readWord(state);
      skipBlanks(state);
      if (state.text[state.at] === "(") skipBalanced(state);
      readBody(state);
    },
  ],
  ["[[", readTest],
]);

function readIf(state: ShellState): void {
  readUntil(state, ["then", "fi"]);
  let closer: string | undefined;
  do {
    state.variables.enter("perhaps");
    closer = readUntil(state, ["elif", "else", "fi"]);
    state.variables.leave();
    if (closer === "elif") readUntil(state, ["then", "fi"]);
  } while (closer === "elif" || closer === "else");
}

function readLoop(state: ShellState): void {
  readUntil(state, ["do"]);
  state.variables.enter("perhaps");
  readUntil(state, ["done"]);
  state.variables.leave();
}

function readFor(state: ShellState): void {
  skipBlanks(state);
  if (state.text[state.at] === "(") skipBalanced(state);
  else {
    const name = readWord(state)?.value;
    skipLineBreaks(state);
    const items: RawWord[] = [];
    if (keywordAt(state) === "in") {
      state.at += 2;
      for (skipBlanks(state); ; skipBlanks(state)) {
        const item = readWord(state);
        if (item === undefined) break;
        items.push(item);
      }
    }
    if (name !== undefined) state.variables.assign(name, undefined, itemStretches(state, items));
  }
  readLoop(state);
}

/** More items than any loop over images has. */
const maximumItems = 200;

/** What a loop's variable is, one item after the other, where all of them are known. */
function itemStretches(state: ShellState, items: readonly RawWord[]): readonly Stretch[] | undefined {
  const [first] = items;
  const last = items.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (items.some(({ fields }) => fields.some((field) => field === undefined || /[*?[]/.test(field)))) return undefined;
  const choices = items.flatMap(({ fieldStretches }) => fieldStretches.map((field) => wordParts(state, field)));
  if (choices.length > maximumItems) return undefined;
  return [{ text: undefined, start: first.start, end: last.end, steps: [], choices }];
}

function readCase(state: ShellState): void {
  skipBlanks(state);
  readWord(state);
  skipLineBreaks(state);
  if (keywordAt(state) === "in") state.at += 2;
  awaiting(state, ["esac", ";;"], () => {
    while (state.at < state.end) {
      skipLineBreaks(state);
      if (keywordAt(state) === "esac") break;
      if (state.text[state.at] === "(") state.at += 1;
      if (!readCasePatterns(state)) return;
      state.variables.enter("perhaps");
      readList(state);
      state.variables.leave();
      const closer = /^;(?:;&|;|&)/.exec(state.text.slice(state.at, state.at + 3))?.[0] ?? "";
      state.at += closer.length;
      if (closer === "" && keywordAt(state) !== "esac") return;
    }
  });
  if (keywordAt(state) === "esac") state.at += 4;
}

/** Reads `a | b)`; gives false where no closing parenthesis follows, as nothing can be made of the rest then. */
function readCasePatterns(state: ShellState): boolean {
  for (;;) {
    skipBlanks(state);
    readWord(state);
    skipBlanks(state);
    const character = state.text[state.at];
    if (character !== "|" && character !== ")") return false;
    state.at += 1;
    if (character === ")") return true;
  }
}

/** `[[ ... ]]` is no simple command: `&&`, `||`, `<` and parentheses have their own meaning up to `]]`. */
function readTest(state: ShellState): void {
  while (state.at < state.end) {
    skipBlanks(state);
    const word = readWord(state);
    if (word?.value === "]]" && !word.quoted) return;
    if (word !== undefined) continue;
    const character = state.text[state.at];
    if ((character === ")" || character === "`") && isAwaited(state, character) && character === "`") return;
    state.at += 1;
  }
}

/** Reads a list up to one of `wanted`, consumes that and gives it; undefined where the construct is not closed. */
function readUntil(state: ShellState, wanted: readonly string[]): string | undefined {
  awaiting(state, wanted, () => readList(state));
  const closer = keywordAt(state);
  if (closer === undefined || !wanted.includes(closer)) return undefined;
  state.at += closer.length;
  return closer;
}

const keywordForm = /(?:[a-z]+|\[\[|[!{}])(?=[\s;&|()<>]|$)/y;

/** The unquoted word at the cursor, if it can be a reserved word. */
function keywordAt(state: ShellState): string | undefined {
  if (state.at >= state.end) return undefined;
  keywordForm.lastIndex = state.at;
  const word = keywordForm.exec(state.text)?.[0];
  return word !== undefined && word.length <= 8 && state.at + word.length <= state.end ? word : undefined;
}

function readRedirections(state: ShellState): void {
  const heredocs: PendingHeredoc[] = [];
  for (skipBlanks(state); state.at < state.end && readRedirection(state, heredocs); skipBlanks(state));
}

function skipLineBreaks(state: ShellState): void {
  for (skipBlanks(state); state.text[state.at] === "\n" && state.at < state.end; skipBlanks(state))
    readLineBreak(state);
}

/** Consumes a line break and the bodies of the here-documents that begin after it. */
function readLineBreak(state: ShellState): void {
  state.at += 1;
  const pending = state.heredocs;
  state.heredocs = [];
  for (const heredoc of pending) readHeredocBody(state, heredoc);
}

function readHeredocBody(state: ShellState, heredoc: PendingHeredoc): void {
  const bodyStart = state.at;
  for (;;) {
    if (state.at >= state.end) {
      const message = `The here-document is not closed: no line '${heredoc.delimiter}' follows.`;
      giveUp(state, "shell-unterminated", message, heredoc.start);
      return;
    }
    const lineBreak = state.text.indexOf("\n", state.at);
    const lineEnd = lineBreak < 0 || lineBreak >= state.end ? state.end : lineBreak;
    const line = state.text.slice(state.at, lineEnd).replace(/\r$/, "");
    const bodyEnd = state.at;
    state.at = Math.min(state.end, lineEnd + 1);
    if ((heredoc.stripTabs ? line.replace(/^\t+/, "") : line) !== heredoc.delimiter) continue;
    if (heredoc.isScript) readWithin(state, bodyStart, bodyEnd);
    return;
  }
}

/** Reads a part of the text as a script of its own. */
function readWithin(state: ShellState, start: number, end: number): void {
  const { at, end: outerEnd } = state;
  const awaited = new Map(state.awaited);
  state.awaited.clear();
  state.at = start;
  state.end = end;
  state.variables.enter("subshell");
  deeper(state, () => readList(state));
  state.variables.leave();
  for (const [closing, count] of awaited) state.awaited.set(closing, count);
  state.at = at;
  state.end = outerEnd;
}
