import { emptyWhere, maximumTest } from "./emptinessTest.ts";
import { skipBlanks } from "./shellBlanks.ts";
import { readRedirection } from "./shellCommand.ts";
import { skipBalanced } from "./shellExpansion.ts";
import { withPositional } from "./shellFunction.ts";
import { skipLineBreaks } from "./shellHeredoc.ts";
import { linesGiven } from "./shellInput.ts";
import { assignReadEach } from "./shellRead.ts";
import { awaiting, deeper, isAwaited } from "./shellState.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { readWord } from "./shellWord.ts";
import type { RawWord } from "./rawWord.ts";
import { textOfStretches, type Stretch } from "./stretch.ts";
import { wordParts } from "./wordParts.ts";
import { partsOfSlice } from "./wordValue.ts";
import type { WordPart } from "../document/document.ts";

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
  const { redirected: around } = state;
  state.redirected = undefined;
  state.unfedLoop = undefined;
  deeper(state, () => compound(state));
  if (keyword !== "!" && keyword !== "time") {
    const { unfedLoop } = state;
    readRedirections(state);
    // `done < FILE`: the next reading knows what the loop reads.
    const lines = unfedLoop === undefined ? undefined : linesGiven(state, state.redirected, unfedLoop);
    if (unfedLoop !== undefined && lines !== undefined) state.inputs.set(unfedLoop, lines);
    state.printed = undefined;
  }
  state.redirected = around;
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
  const start = state.at;
  const closing = readUntil(state, ["then", "fi"]);
  const condition = state.text.slice(start, Math.min(state.at - (closing?.length ?? 0), start + maximumTest));
  state.variables.branches(
    (branch) => {
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
    },
    emptyWhere(condition.trim().replace(/[ \t]*;$/, ""), true),
  );
}

function readLoop(state: ShellState): void {
  const start = state.at;
  const { piped } = state;
  state.piped = undefined;
  const before = state.commands.length;
  readUntil(state, ["do"]);
  const reader = state.commands.slice(before).find(({ words }) => words[0]?.text === "read");
  const lines = reader === undefined ? undefined : linesGiven(state, piped, start);
  if (reader !== undefined && lines !== undefined) assignReadEach(state, reader, lines, { start, end: state.at });
  state.variables.enter("perhaps");
  readUntil(state, ["done"]);
  state.variables.leave();
  state.unfedLoop = reader !== undefined && lines === undefined ? start : undefined;
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
    const own = argumentItems(state, name, items);
    if (name !== undefined) state.variables.assign(name, undefined, own ?? itemStretches(state, items));
  }
  readLoop(state);
}

/** More items than any loop over images has. */
const maximumItems = 200;

/** What the variable is of a loop over all arguments, which is what one over nothing is: those of each call. */
function argumentItems(
  state: ShellState,
  name: string | undefined,
  items: readonly RawWord[],
): readonly Stretch[] | undefined {
  const [only, ...others] = items;
  const isAll = only === undefined || /^"?\$(?:[@*]|\{[@*]\})"?$/.test(state.text.slice(only.start, only.end));
  if (name === undefined || !isAll || others.length > 0) return undefined;
  const place = only ?? { start: state.at, end: state.at };
  const { positional } = state;
  const own = positional === undefined ? state.variables.lookup("@") : undefined;
  const choices =
    own?.kind === "array"
      ? own.items.map(({ stretches }) => wordParts(state, stretches))
      : (positional?.calls ?? []).flatMap((call) => call.slice(positional?.shifted ?? call.length));
  if (choices.length === 0 || choices.length > maximumItems) return undefined;
  return [{ text: undefined, start: place.start, end: place.end, steps: [], choices }];
}

/** What a loop's variable is, one item after the other. */
function itemStretches(state: ShellState, items: readonly RawWord[]): readonly Stretch[] | undefined {
  const [first] = items;
  const last = items.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const choices = items.flatMap(({ fields, fieldStretches, start }) =>
    fieldStretches
      .map((field) => wordParts(state, field))
      // Whatever a pattern matches, or a command prints, may be any number of items.
      .filter(
        (parts, index) =>
          !/[*?[]/.test(fields[index] ?? "") &&
          parts.some(({ text, choices: own }) => text !== undefined || own !== undefined),
      )
      .flatMap((parts) => (/["']/.test(state.text[start] ?? "") ? [parts] : listedItems(parts))),
  );
  if (choices.length === 0 || choices.length > maximumItems) return undefined;
  return [{ text: undefined, start: first.start, end: last.end, steps: [], choices }];
}

/** The items of a list that branches set: what is not quoted is parted at blanks. */
function listedItems(parts: readonly WordPart[]): readonly (readonly WordPart[])[] {
  const [only, ...others] = parts;
  if (only?.choices === undefined || only.group !== undefined || others.length > 0) return [parts];
  return only.choices.flatMap((choice) =>
    [...textOfStretches(choice).matchAll(/\S+/g)].map(({ 0: word, index }) =>
      partsOfSlice({ value: { parts: choice }, from: index, to: index + word.length }),
    ),
  );
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
  if (!keywordForm.test(state.text)) return undefined;
  const end = keywordForm.lastIndex;
  return end - state.at <= 8 && end <= state.end ? state.text.slice(state.at, end) : undefined;
}

function readRedirections(state: ShellState): void {
  const heredocs: PendingHeredoc[] = [];
  for (skipBlanks(state); state.at < state.end && readRedirection(state, heredocs); skipBlanks(state));
}
