import type { ShellWord } from "../document/document.ts";
import { heldByChoices } from "./heldChoices.ts";
import { feedsShell, runsElsewhere } from "./shellInterpreter.ts";
import { arrayItems, unsetElement, withElement } from "./shellArray.ts";
import { skipBlanks } from "./shellBlanks.ts";
import { noteForwarding, shiftPositional } from "./shellFunction.ts";
import { giveUp, maximumCommands } from "./shellState.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { fileName, type ShellInput } from "./shellInput.ts";
import { assignedStretches, followInput, inputOf, setArguments } from "./shellPipe.ts";
import { exportFile, sourceFile } from "./shellSource.ts";
import { readWord } from "./shellWord.ts";
import type { RawWord } from "./rawWord.ts";
import { sliceStretches, withinBounds } from "./stretch.ts";
import type { Stretch } from "./stretch.ts";
import type { ArrayItem } from "./variables.ts";
import { wordParts } from "./wordParts.ts";

const assignmentStart = /[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s]{0,100}\])?\+?=/y;
const redirection = /(?:[0-9]{1,3}|\{[A-Za-z_][A-Za-z0-9_]*\})?(?:<<<|<<-|<<|<>|<&|>>|>&|>\||>|<)|&>>?/y;

/** Commands that variables hold, as far as they are followed. */
const maximumHeld = 1000;

interface Assignment {
  readonly name: string;
  readonly value: string | undefined;
  readonly stretches?: readonly Stretch[] | undefined;
  /** The elements, where it is an array. */
  readonly items?: readonly ArrayItem[];
}

/**
 * Reads one simple command (POSIX shell, 2.9.1) at the cursor and lists it, unless it only assigns.
 * Gives whether it only assigned, which always succeeds.
 */
export function readSimpleCommand(state: ShellState): "assignments" | "command" | "nothing" {
  const start = state.at;
  const { piped, redirected: around } = state;
  state.piped = undefined;
  state.redirected = undefined;
  const words: RawWord[] = [];
  const heredocs: PendingHeredoc[] = [];
  const assignments = readAssignments(state, heredocs);
  for (skipBlanks(state); state.at < state.end; skipBlanks(state)) {
    if (readRedirection(state, heredocs)) continue;
    const word = readWord(state);
    if (word === undefined) break;
    words.push(word);
    readDeclaredArray(state, words);
  }
  const input = state.redirected ?? piped;
  state.redirected = around;
  state.printed = undefined;
  if (words.length === 0) {
    for (const assignment of assignments) assign(state, assignment);
    return assignments.length > 0 ? "assignments" : state.at > start ? "command" : "nothing";
  }
  list(state, words, { assignments, heredocs, input, start });
  return isDeclaration(words) ? "assignments" : "command";
}

/** `declare -a name=(...)`: the elements belong to the word before them. */
function readDeclaredArray(state: ShellState, words: readonly RawWord[]): void {
  if (state.text[state.at] !== "(" || !isDeclaration(words)) return;
  const last = words.at(-1);
  const [, name, appends] = /^([A-Za-z_]\w*)(\+?)=$/.exec(state.text.slice(last?.start, last?.end)) ?? [];
  if (name === undefined) return;
  state.variables.assignArray(name, arrayItems(state, name, appends === "+"));
}

/** Reads a redirection at the cursor; a here-document's body is left for the next line break. */
export function readRedirection(state: ShellState, heredocs: PendingHeredoc[]): boolean {
  if (!/[\d<>&{]/.test(state.text[state.at] ?? "")) return false;
  redirection.lastIndex = state.at;
  const operator = redirection.exec(state.text)?.[0];
  if (operator === undefined || state.at + operator.length > state.end) return false;
  // `<(` and `>(` are substitutions, which are words.
  if (/^[<>]$/.test(operator) && state.text[state.at + 1] === "(") return false;
  state.at += operator.length;
  skipBlanks(state);
  const word = readWord(state);
  if (word === undefined) return true;
  if (!/(?:^|[^<])<<-?$/.test(operator)) {
    if (operator === "<" || operator === "<<<") state.redirected = inputOf(state, operator, word);
    return true;
  }
  const heredoc: PendingHeredoc = {
    start: word.start,
    delimiter: word.quoted ? unquote(state.text.slice(word.start, word.end)) : state.text.slice(word.start, word.end),
    stripTabs: operator.endsWith("-"),
    isScript: false,
    isRemote: false,
    isQuoted: word.quoted,
    readers: [],
  };
  heredocs.push(heredoc);
  state.heredocs.push(heredoc);
  state.redirected = { kind: "heredoc", heredoc };
  return true;
}

const mayBegin = /[\w<>&{]/;

/** Whether an assignment or a redirection begins here. */
function beginsOther({ text, at }: ShellState): boolean {
  assignmentStart.lastIndex = at;
  redirection.lastIndex = at;
  return assignmentStart.test(text) || redirection.test(text);
}

/** The assignments before a command. Later ones see earlier ones; whether they last is known once no command follows. */
function readAssignments(state: ShellState, heredocs: PendingHeredoc[]): readonly Assignment[] {
  const assignments: Assignment[] = [];
  skipBlanks(state);
  // Most commands begin with their name.
  if (!mayBegin.test(state.text[state.at] ?? "") || !beginsOther(state)) return assignments;
  state.variables.enter("subshell");
  for (skipBlanks(state); state.at < state.end; skipBlanks(state)) {
    if (readRedirection(state, heredocs)) continue;
    const assignment = readAssignment(state);
    if (assignment === undefined) break;
    assign(state, assignment);
    assignments.push(assignment);
  }
  state.variables.leave();
  return assignments;
}

function assign({ variables }: ShellState, { name, value, stretches, items }: Assignment): void {
  if (items === undefined) variables.assign(name, value, stretches);
  else variables.assignArray(name, items);
}

function readAssignment(state: ShellState): Assignment | undefined {
  assignmentStart.lastIndex = state.at;
  const head = assignmentStart.exec(state.text)?.[0];
  if (head === undefined || state.at + head.length > state.end) return undefined;
  state.at += head.length;
  const appends = head.endsWith("+=");
  const name = head.slice(0, appends ? -2 : -1);
  const isElement = name.includes("[");
  if (state.text[state.at] === "(") return { name, value: undefined, items: arrayItems(state, name, appends) };
  const word = readWord(state);
  const value = word === undefined ? "" : word.value;
  const before = appends ? state.variables.lookup(name) : undefined;
  if (isElement) return withElement(state, name, { value, stretches: word?.stretches ?? [] });
  const own = word === undefined ? [] : assignedStretches(name, word.stretches);
  if (before === undefined) return { name, value, stretches: own };
  const earlier = before.kind === "unset" || before.kind === "array" ? undefined : before.stretches;
  return {
    name,
    value: before.kind === "known" && value !== undefined ? before.value + value : undefined,
    stretches: own === undefined || earlier === undefined ? undefined : withinBounds([...earlier, ...own]),
  };
}

/** What stands around the words of a command. */
interface Around {
  readonly assignments: readonly Assignment[];
  readonly heredocs: readonly PendingHeredoc[];
  readonly input: ShellInput | undefined;
  readonly start: number;
}

function list(state: ShellState, raw: readonly RawWord[], { assignments, heredocs, input, start }: Around): void {
  const words: ShellWord[] = [];
  // Declaration commands take `NAME=value` words as assignments do: without field splitting.
  const keepsFields = isDeclaration(raw);
  for (const word of raw) {
    const { start: from, end, expands } = word;
    const span = state.spanOf(from, end);
    const source = state.text.slice(from, end);
    const isWhole = keepsFields && word.fields.length > 1;
    const fields = isWhole ? [word.value] : word.fields;
    const stretches = isWhole ? [word.stretches] : word.fieldStretches;
    for (let index = 0; index < fields.length; index++) {
      const text = fields[index];
      if (text === source) words.push({ span, raw: source, text, expands });
      else words.push({ span, raw: source, text, expands, parts: wordParts(state, stretches[index] ?? []) });
    }
  }
  applyBuiltin(state, words, raw);
  const first = raw[0];
  const last = raw.at(-1);
  if (first === undefined || last === undefined || words.length === 0) return;
  if (heredocs.length > 0) {
    const texts = words.map((word) => word.text);
    const isScript = feedsShell(texts);
    for (const heredoc of heredocs) Object.assign(heredoc, { isScript, isRemote: isScript && runsElsewhere(texts) });
  }
  if (state.commands.length >= maximumCommands) {
    giveUp(
      state,
      "limit-reached",
      `The script has more than ${maximumCommands} commands; the rest of them was not read.`,
      first.start,
    );
    return;
  }
  const command = {
    span: state.spanOf(first.start, last.end),
    words,
    environment: environmentWith(state, assignments),
    ...state.place,
  };
  state.commands.push(command);
  if (words.some(({ text }) => text === undefined) && state.fed.length < maximumHeld)
    state.fed.push(...heldByChoices(command));
  noteForwarding(state, command);
  followInput(state, command, raw, input, start);
}

function environmentWith(state: ShellState, assignments: readonly Assignment[]): Readonly<Record<string, string>> {
  const environment = state.variables.environment();
  if (assignments.length === 0) return environment;
  const names = new Set(assignments.map(({ name }) => name));
  return Object.fromEntries([
    ...Object.entries(environment).filter(([name]) => !names.has(name)),
    ...assignments.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  ]);
}

const declarations = new Set(["export", "readonly", "declare", "typeset", "local"]);

function isDeclaration(words: readonly RawWord[]): boolean {
  return declarations.has(words[0]?.value ?? "");
}

/** Follows the builtins that set variables, so that what they set is neither missed nor taken for an old value. */
function applyBuiltin(state: ShellState, words: readonly ShellWord[], raws: readonly RawWord[]): void {
  const [command, ...operands] = words;
  const name = command?.text ?? "";
  if (declarations.has(name)) {
    const exports = name === "export" || operands.some(({ text }) => /^-[a-zA-Z]*x/.test(text ?? ""));
    for (const { raw, text } of operands) {
      if (text === undefined && raw.startsWith("$(")) exportFile(state, raw);
      const variable = /^([A-Za-z_][A-Za-z0-9_]*)(\+?=)?/.exec(text ?? raw);
      if (variable?.[1] === undefined) continue;
      const isArray = state.variables.lookup(variable[1]).kind === "array" && raw.endsWith("=");
      if (variable[2] !== undefined && !isArray) {
        const value = variable[2] === "=" ? text?.slice(variable[0].length) : undefined;
        const stretches = raws.find((word) => state.text.slice(word.start, word.end) === raw)?.stretches ?? [];
        const given = sliceStretches(stretches, variable[0].length, Number.POSITIVE_INFINITY);
        const isPlain = variable[2] === "=" && stretches[0]?.text?.startsWith(variable[0]) === true;
        state.variables.assign(variable[1], value, isPlain ? assignedStretches(variable[1], given) : undefined);
      }
      if (exports) state.variables.exportName(variable[1]);
    }
  } else if (name === "set") {
    if (operands.some(({ text }) => /^-[a-zA-Z]*a/.test(text ?? "") || text === "allexport"))
      state.variables.exportAll();
    if (operands[0]?.text === "--") setArguments(state, raws.slice(2));
  } else if (["read", "unset", "mapfile", "readarray", "getopts"].includes(name)) {
    for (const { text } of operands) {
      if (text === undefined || !/^[A-Za-z_]/.test(text)) continue;
      if (name === "unset" && unsetElement(state, text)) continue;
      // Somebody who is asked may answer nothing.
      if (name === "read" || name === "unset") state.variables.unset(text);
      else state.variables.assign(text, undefined);
    }
  } else if (name === "source" || name === ".") {
    const [file] = operands;
    if (file !== undefined) sourceFile(state, file.text ?? fileName(file));
  } else if (name === "shift") shiftPositional(state, operands[0]?.text);
}

function unquote(text: string): string {
  return text.replace(/\\(.)|["']/gs, (_, escaped: string | undefined) => escaped ?? "");
}
