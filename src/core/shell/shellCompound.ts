import { skipBlanks } from "./shellBlanks.ts";
import { readRedirection } from "./shellCommand.ts";
import { skipBalanced } from "./shellExpansion.ts";
import { withPositional } from "./shellFunction.ts";
import { skipLineBreaks } from "./shellHeredoc.ts";
import { fileOfLoop, linesOfFile } from "./shellSource.ts";
import { awaiting, deeper, isAwaited } from "./shellState.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { readWord } from "./shellWord.ts";
import type { RawWord } from "./rawWord.ts";
import type { Stretch } from "./stretch.ts";
import { wordParts } from "./wordParts.ts";

/** Reads the compound command (POSIX shell, 2.9.4) at the cursor, if one begins there; gives whether it did. */
export function readCompound(state: ShellState): boolean {
  if (state.text[state.at] === "(") {
    deeper(state, () => readParenthesis(state));
    readRedirections(state);
    return true;
  }
  const keyword = keywordAt(state);
  const compound = keyword === undefined ? undefined : compounds.get(keyword);
  if (keyword === undefined || compound === undefined) return false;
  state.at += keyword.length;
  deeper(state, () => compound(state));
  if (keyword !== "!" && keyword !== "time") readRedirections(state);
  return true;
}

function readParenthesis(state: ShellState): void {
  if (state.text[state.at + 1] === "(") {
    skipBalanced(state);
    return;
  }
  state.at += 1;
  awaiting(state, [")"], () => state.readSubstitution(state, ")"));
}

const compounds = new Map<string, (state: ShellState) => void>([
  ["!", (state) => void state.readCommand(state)],
  ["time", (state) => void state.readCommand(state)],
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
      const name = readWord(state)?.value;
      skipBlanks(state);
      if (state.text[state.at] === "(") skipBalanced(state);
      readBody(state, name);
    },
  ],
  ["[[", readTest],
]);

function readIf(state: ShellState): void {
  readUntil(state, ["then", "fi"]);
  state.variables.branches((branch) => {
    let closer: string | undefined;
    let hasElse = false;
    do {
      branch(() => {
        // A condition may assign, too; it holds for this branch and those after it, which is close enough.
        if (closer === "elif") readUntil(state, ["then", "fi"]);
        closer = readUntil(state, ["elif", "else", "fi"]);
      });
      hasElse ||= closer === "else";
    } while (closer === "elif" || closer === "else");
    return hasElse ? "all" : "some";
  });
}

function readLoop(state: ShellState): void {
  const start = state.at;
  const before = state.commands.length;
  readUntil(state, ["do"]);
  const command = state.commands.length === before + 1 ? state.commands[before] : undefined;
  const name = command?.words[0]?.text === "read" ? command.words.at(-1)?.text : undefined;
  const file = name === undefined || !/^[A-Za-z_]\w*$/.test(name) ? undefined : fileOfLoop(state, start);
  if (name !== undefined && file !== undefined)
    state.variables.assign(name, undefined, linesOfFile(state, file, { start, end: state.at }));
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

/** What a loop's variable is, one item after the other. */
function itemStretches(state: ShellState, items: readonly RawWord[]): readonly Stretch[] | undefined {
  const [first] = items;
  const last = items.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const fields = items.flatMap(({ fields: texts, fieldStretches }) =>
    // Whatever a pattern matches, or a command prints, may be any number of items.
    fieldStretches.filter(
      (field, index) => !/[*?[]/.test(texts[index] ?? "") && field.some(({ text }) => text !== undefined),
    ),
  );
  const choices = fields.map((field) => wordParts(state, field));
  if (choices.length === 0 || choices.length > maximumItems) return undefined;
  return [{ text: undefined, start: first.start, end: last.end, steps: [], choices }];
}

function readCase(state: ShellState): void {
  skipBlanks(state);
  readWord(state);
  skipLineBreaks(state);
  if (keywordAt(state) === "in") state.at += 2;
  awaiting(state, ["esac", ";;"], () => state.variables.branches((branch) => readCaseBranches(state, branch)));
  if (keywordAt(state) === "esac") state.at += 4;
}

function readCaseBranches(state: ShellState, branch: (readOne: () => void) => void): "all" | "some" {
  let coverage: "all" | "some" = "some";
  while (state.at < state.end) {
    skipLineBreaks(state);
    if (keywordAt(state) === "esac") break;
    if (state.text[state.at] === "(") state.at += 1;
    const patterns = readCasePatterns(state);
    if (patterns === undefined) break;
    if (patterns.includes("*")) coverage = "all";
    branch(() => state.readList(state));
    const closer = /^;(?:;&|;|&)/.exec(state.text.slice(state.at, state.at + 3))?.[0] ?? "";
    state.at += closer.length;
    if (closer === "" && keywordAt(state) !== "esac") break;
  }
  return coverage;
}

/** Reads `a | b)`; gives undefined where no closing parenthesis follows, as nothing can be made of the rest then. */
function readCasePatterns(state: ShellState): readonly (string | undefined)[] | undefined {
  const patterns: (string | undefined)[] = [];
  for (;;) {
    skipBlanks(state);
    patterns.push(readWord(state)?.value);
    skipBlanks(state);
    const character = state.text[state.at];
    if (character !== "|" && character !== ")") return undefined;
    state.at += 1;
    if (character === ")") return patterns;
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

/** Reads the body of a function, which perhaps never runs. */
export function readBody(state: ShellState, name: string | undefined): void {
  skipLineBreaks(state);
  if (name !== undefined) state.functions.add(name);
  state.variables.enter("perhaps");
  withPositional(state, name, () => deeper(state, () => state.readCommand(state)));
  state.variables.leave();
}

/** Reads a list up to one of `wanted`, consumes that and gives it; undefined where the construct is not closed. */
function readUntil(state: ShellState, wanted: readonly string[]): string | undefined {
  awaiting(state, wanted, () => state.readList(state));
  const closer = keywordAt(state);
  if (closer === undefined || !wanted.includes(closer)) return undefined;
  state.at += closer.length;
  return closer;
}

const keywordForm = /(?:[a-z]+|\[\[|[!{}])(?=[\s;&|()<>]|$)/y;

/** The unquoted word at the cursor, if it can be a reserved word. */
export function keywordAt(state: ShellState): string | undefined {
  if (state.at >= state.end) return undefined;
  keywordForm.lastIndex = state.at;
  const word = keywordForm.exec(state.text)?.[0];
  return word !== undefined && word.length <= 8 && state.at + word.length <= state.end ? word : undefined;
}

function readRedirections(state: ShellState): void {
  const heredocs: PendingHeredoc[] = [];
  for (skipBlanks(state); state.at < state.end && readRedirection(state, heredocs); skipBlanks(state));
}
