import { elementOf, keysOf } from "./shellElement.ts";
import { lookupName } from "./shellFunction.ts";
import { evaluate, knownValue, stretchesOf } from "./shellParameter.ts";
import { joinedLines } from "./shellRead.ts";
import { printedFile } from "./shellSource.ts";
import { awaiting, countPiece, deeper, giveUp } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import { expandedAt, textOfStretches } from "./stretch.ts";
import type { Range, Stretch } from "./stretch.ts";
import type { ArrayItem, Variable } from "./variables.ts";

/** What an expansion gives: its value where the script alone tells it, and the names that it asks for. */
export interface Expansion {
  readonly value: string | undefined;
  readonly names: readonly string[];
  /** The places that say the value, as far as they are followed. */
  readonly stretches?: readonly Stretch[] | undefined;
  /** The elements of an array, each a field of its own. */
  readonly items?: readonly ArrayItem[];
  /** Whether its value is put into the script before the shell reads it, so that quotes in it are quotes. */
  readonly isText?: boolean;
}

/** Reads the text in `${name-...}` up to where it ends; single quotes of a pattern count even in double quotes. */
type ReadNested = (state: ShellState, stop: "}" | "/", isPattern: boolean) => Expansion;

const subscriptForm = /\[([@*]|"?[^\]\s"'`]{1,100}"?)\]/y;
const simpleName = /[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y;
const braceName = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]/y;
/** Longest value that a variable may grow to. */
const maximumValue = 16_384;

/**
 * Reads the expansion at the cursor, which stands on `$`: variables (POSIX shell, 2.6.2), `$(...)`, `$((...))`, and
 * `${{ ... }}`, which GitHub replaces before the shell runs. `readNested` reads the text inside `${name-...}`.
 */
export function readDollar(state: ShellState, readNested: ReadNested): Expansion {
  const { text } = state;
  const next = text[state.at + 1];
  countPiece(state);
  if (next === "(" && text[state.at + 2] === "(") return skipArithmetic(state);
  if (next === "(") {
    const start = state.at;
    state.at += 2;
    deeper(state, () => awaiting(state, [")"], () => state.readSubstitution(state, ")")));
    return substituted(state, text.slice(start + 2, Math.min(state.at - 1, start + 1000)), { start, end: state.at });
  }
  if (next === "{" && text[state.at + 2] === "{") return readExpression(state);
  if (next === "{") return readBraces(state, readNested);
  simpleName.lastIndex = state.at + 1;
  const name = simpleName.exec(text)?.[0];
  if (name === undefined || state.at + 1 >= state.end) {
    state.at += 1;
    return { value: "$", names: [] };
  }
  state.at += 1 + name.length;
  const variable = lookupName(state, name);
  if ((name === "@" || name === "*") && variable.kind === "array")
    return { value: undefined, names: [name], items: variable.items };
  return { value: spend(state, knownValue(variable)), names: [name], stretches: stretchesOf(state, variable) };
}

function readExpression(state: ShellState): Expansion {
  const start = state.at;
  if (state.expressionEnd < start + 3) {
    const found = state.text.indexOf("}}", start + 3);
    state.expressionEnd = found < 0 ? Number.POSITIVE_INFINITY : found;
  }
  const close = state.expressionEnd;
  if (close >= state.end) {
    state.at += 3;
    return { value: undefined, names: [] };
  }
  state.at = close + 2;
  const expression = state.text.slice(start + 3, close).trim();
  return evaluateExpression(state, expression);
}

/** What an expression comes to that something other than the shell replaces. */
export function evaluateExpression(state: ShellState, expression: string): Expansion {
  const value = state.resolveExpression(expression);
  const open = value === undefined ? state.combinedExpression(expression) : undefined;
  return { value, names: [expression], isText: true, ...(open === undefined ? {} : { stretches: [open] }) };
}

function readBraces(state: ShellState, readNested: ReadNested): Expansion {
  const start = state.at;
  state.at += 2;
  const indirect = /[#!]/.test(state.text[state.at] ?? "") && /[A-Za-z_]/.test(state.text[state.at + 1] ?? "");
  if (indirect) state.at += 1;
  braceName.lastIndex = state.at;
  const name = braceName.exec(state.text)?.[0] ?? "";
  state.at += name.length;
  const subscript = readSubscript(state);
  const operator = /^(?::?[-=?+]|##?|%%?|\/[/#%]?|\^\^|,,|:)/.exec(state.text.slice(state.at, state.at + 2))?.[0] ?? "";
  state.at += operator.length;
  let nested: Expansion = { value: undefined, names: [] };
  let replacement: Expansion | undefined;
  const replaces = operator.startsWith("/");
  deeper(state, () => {
    nested = readNested(state, replaces ? "/" : "}", replaces || /^[#%]/.test(operator));
    if (replaces && state.text[state.at - 1] === "/") replacement = readNested(state, "}", true);
  });
  if (state.at >= state.end && state.text[state.end - 1] !== "}") {
    giveUp(
      state,
      "shell-unterminated",
      "An expansion is opened here and never closed; the rest of the script was not read.",
      start,
    );
  }
  const plain = operator === "" && nested.value === "";
  const isKeys = state.text[start + 2] === "!";
  const isAll = subscript === "@" || subscript === "*";
  if (isAll && plain && (!indirect || isKeys)) {
    const items = indirect ? keysOf(state, name) : allOf(lookupName(state, name));
    return { value: undefined, names: [name], ...(items === undefined || state.budget < 0 ? {} : { items }) };
  }
  if (isKeys && indirect && plain && subscript === undefined) return named(state, name);
  const each = isAll && !indirect ? inEach(state, name, operator, nested, replacement, start) : undefined;
  if (each !== undefined) return { value: undefined, names: [name], items: each };
  const variable = subscript === undefined || isAll ? undefined : elementOf(state, name, subscript);
  const evaluated =
    indirect || isAll || (operator === "" && !plain)
      ? undefined
      : evaluate(
          state,
          { name, variable: variable ?? lookupName(state, name) },
          operator,
          withStep(nested, name),
          replacement,
        );
  return { value: spend(state, evaluated?.value), names: [name, ...nested.names], stretches: evaluated?.stretches };
}

/** `${!NAME}`: what the variable is that another one names. */
function named(state: ShellState, name: string): Expansion {
  const value = knownValue(lookupName(state, name));
  if (value === undefined || !/^[A-Za-z_]\w*$/.test(value)) return { value: undefined, names: [name] };
  const variable = lookupName(state, value);
  return { value: spend(state, knownValue(variable)), names: [name], stretches: stretchesOf(state, variable) };
}

/** `${NAME[@]/pattern/text}`: every element as the operator leaves it (bash, "Shell Parameter Expansion"). */
function inEach(
  state: ShellState,
  name: string,
  operator: string,
  word: Expansion,
  replacement: Expansion | undefined,
  start: number,
): readonly ArrayItem[] | undefined {
  const items = /^(?:\/|#|%|\^|,)/.test(operator) ? allOf(lookupName(state, name)) : undefined;
  return items?.map(({ value, stretches }) => {
    const variable: Variable =
      value === undefined ? { kind: "unknown", stretches } : { kind: "known", value, stretches };
    const evaluated = evaluate(state, { name, variable }, operator, word, replacement);
    const place = { text: evaluated.value, start, end: state.at, steps: [] };
    return { value: spend(state, evaluated.value), stretches: evaluated.stretches ?? [place] };
  });
}

function allOf(variable: Variable): readonly ArrayItem[] | undefined {
  return variable.kind === "array" ? variable.items : undefined;
}

/** `[@]`, `[0]` or `[key]` after a name (bash, "Arrays"). */
function readSubscript(state: ShellState): string | undefined {
  subscriptForm.lastIndex = state.at;
  const found = subscriptForm.exec(state.text);
  if (found === null || state.at + found[0].length > state.end) return undefined;
  state.at += found[0].length;
  return found[1]?.replaceAll('"', "");
}

/** The text in `${name-...}` with a step that says what it is. */
function withStep(nested: Expansion, name: string): Expansion {
  const { stretches } = nested;
  const place = stretches === undefined ? undefined : placeOf(stretches);
  return stretches === undefined || place === undefined
    ? nested
    : { ...nested, stretches: expandedAt(stretches, place, [{ ...place, label: `default of ${name}` }]) };
}

/** From where the first stretch is written to where the last is; undefined where there is none. */
export function placeOf(stretches: readonly Stretch[]): Range | undefined {
  const [first] = stretches;
  const last = stretches.at(-1);
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
}

/** Takes an expansion's length from the budget; once that is spent, values count as not known. */
function spend(state: ShellState, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  state.budget -= value.length;
  return state.budget < 0 || value.length > maximumValue ? undefined : value;
}

function skipArithmetic(state: ShellState): Expansion {
  state.at += 1;
  skipBalanced(state);
  return { value: undefined, names: [] };
}

/** Skips from the opening parenthesis at the cursor to the one that closes it. */
export function skipBalanced(state: ShellState): void {
  const start = state.at;
  let depth = 0;
  for (; state.at < state.end; state.at++) {
    const character = state.text[state.at];
    if (character === "\\") state.at += 1;
    else if (character === "(") depth += 1;
    else if (character === ")") {
      depth -= 1;
      if (depth === 0) {
        state.at += 1;
        return;
      }
    }
  }
  giveUp(
    state,
    "shell-unterminated",
    "A parenthesis is opened here and never closed; the rest of the script was not read.",
    start,
  );
}

/** What a substitution comes to that was just read: what the command in it prints, where the script alone tells it. */
export function substituted(state: ShellState, inner: string, place: Range): Expansion {
  const stretches = printedFile(state, inner, place) ?? printedLines(state, place);
  if (stretches === undefined) return { value: undefined, names: [] };
  const isKnown = stretches.every(({ text }) => text !== undefined);
  return { value: isKnown ? spend(state, textOfStretches(stretches)) : undefined, names: [], stretches };
}

function printedLines({ printed }: ShellState, place: Range): readonly Stretch[] | undefined {
  const lines = printed?.kind === "lines" ? printed.lines : [];
  const stretches = joinedLines(lines.slice(0, lines.findLastIndex((line) => line.length > 0) + 1));
  return stretches.length === 0 ? undefined : expandedAt(stretches, place, []);
}
