import type { WordPart } from "../document/document.ts";
import { alternatives } from "./alternatives.ts";
import { removeMatch, replaceMatch } from "./pattern.ts";
import type { Expansion } from "./shellExpansion.ts";
import { isOwnArgument } from "./shellFunction.ts";
import type { ShellState } from "./shellState.ts";
import type { Stretch } from "./stretch.ts";
import type { Variable } from "./variables.ts";
import { wordParts } from "./wordParts.ts";

type Evaluation = Pick<Expansion, "value" | "stretches">;

/** What `${NAME operator word}` comes to (POSIX shell, 2.6.2, and bash's own operators). */
export function evaluate(
  state: ShellState,
  { name, variable }: { readonly name: string; readonly variable: Variable },
  operator: string,
  word: Expansion,
  replacement?: Expansion,
): Evaluation {
  const value = knownValue(variable);
  const own = { value, stretches: stretchesOf(state, variable) };
  const empty = variable.kind === "unset" || (operator.startsWith(":") && value === "");
  switch (operator === ":" ? operator : operator.replace(":", "")) {
    case "":
    case "?":
      return own;
    case "-":
      return empty ? word : orDefault(state, variable, word, own);
    case "=":
      if (!empty) return orDefault(state, variable, word, own);
      state.variables.assign(name, word.value, word.stretches);
      return word;
    case "+":
      if (variable.kind === "unset") return { value: undefined, stretches: [perhapsNothing(state)] };
      if (variable.kind !== "known") return { value: undefined };
      return empty ? { value: "" } : word;
    default: {
      const { value: pattern } = word;
      const joined = pattern === "" ? joinedTo(operator, own, replacement) : undefined;
      if (joined !== undefined) return joined;
      const { value: instead } = replacement ?? { value: "" };
      if (pattern === undefined || instead === undefined) return { value: undefined };
      const apply = (text: string): string | undefined => substitute(state, text, operator, pattern, instead);
      if (value !== undefined) return { value: apply(value) };
      return { value: undefined, stretches: substituteChoices(own.stretches, apply) };
    }
  }
}

/** What only the environment could add: an image counts without it, but nothing else is said of the word. */
function perhapsNothing({ at }: ShellState): Stretch {
  const place = { start: at, end: at };
  return { text: undefined, ...place, steps: [], choices: [[{ text: "", span: place, chain: [] }]] };
}

/** A variable that only some ways set is its default on the others. */
function orDefault(
  state: ShellState,
  variable: Variable,
  { value, stretches }: Expansion,
  own: Evaluation,
): Evaluation {
  if (variable.kind !== "unknown" || variable.mayBeUnset !== true) return own;
  const inEach = withDefaultInEach(state, variable, stretches);
  if (inEach !== undefined) return { value: undefined, stretches: inEach };
  const byDefault: Variable =
    value === undefined ? { kind: "unknown", stretches } : { kind: "known", value, stretches };
  const one = alternatives([given(variable), byDefault], (written) => wordParts(state, written));
  return { value: undefined, stretches: stretchesOf(state, one) };
}

/** The same for what goes with other variables, as arguments of one call do: each that is not given is the default. */
function withDefaultInEach(
  state: ShellState,
  variable: Variable & { readonly kind: "unknown" },
  byDefault: readonly Stretch[] | undefined,
): readonly Stretch[] | undefined {
  const [only, ...others] = variable.stretches ?? [];
  if (only?.choices === undefined || only.group === undefined || others.length > 0) return undefined;
  if (byDefault === undefined || byDefault.some(({ text }) => text === undefined)) return undefined;
  const parts = wordParts(state, byDefault);
  return [{ ...only, choices: only.choices.map((choice) => (isGiven(choice) ? choice : parts)) }];
}

function isGiven(choice: readonly WordPart[]): boolean {
  return !isOwnArgument(choice) && choice.some(({ text }) => text !== "");
}

/** What the calls of a function give, without what they leave out or the script itself would have to be given. */
function given(variable: Variable & { readonly kind: "unknown" }): Variable {
  const [only, ...others] = variable.stretches ?? [];
  const choices = only?.choices?.filter(isGiven);
  if (only === undefined || choices === undefined || others.length > 0 || choices.length === only.choices?.length)
    return variable;
  const { mayBeUnset } = variable;
  if (choices.length === 0) return { kind: "unknown", mayBeUnset };
  return { kind: "unknown", mayBeUnset, stretches: [{ ...only, choices, group: choices }] };
}

/** `${NAME/#/text}` and `${NAME/%/text}` put a text before or behind the value (bash, "Shell Parameter Expansion"). */
function joinedTo(operator: string, own: Evaluation, text: Expansion | undefined): Evaluation | undefined {
  if ((operator !== "/#" && operator !== "/%") || own.stretches === undefined || text?.stretches === undefined)
    return undefined;
  const [first, last] = operator === "/#" ? [text, own] : [own, text];
  const isKnown = first.value !== undefined && last.value !== undefined;
  return {
    value: isKnown ? `${first.value}${last.value}` : undefined,
    stretches: [...(first.stretches ?? []), ...(last.stretches ?? [])],
  };
}

/** The same for each of the values that a variable may have. */
function substituteChoices(
  stretches: readonly Stretch[] | undefined,
  apply: (text: string) => string | undefined,
): readonly Stretch[] | undefined {
  const [only, ...others] = stretches ?? [];
  if (only?.choices === undefined || others.length > 0) return undefined;
  const choices = only.choices.map((choice): readonly WordPart[] => {
    const [first] = choice;
    const isKnown = choice.every(({ text }) => text !== undefined);
    const text = isKnown ? apply(choice.map((part) => part.text ?? "").join("")) : undefined;
    const span = first?.span ?? { start: 0, end: 0 };
    return [{ span, chain: first?.chain ?? [], ...(text === undefined ? {} : { text }) }];
  });
  return [{ ...only, choices, group: only.group ?? only.choices }];
}

function substitute(
  state: ShellState,
  value: string,
  operator: string,
  word: string,
  replacement: string,
): string | undefined {
  if (operator === "^^" || operator === ",,")
    return word !== "" ? undefined : operator === "^^" ? value.toUpperCase() : value.toLowerCase();
  if (operator === ":") {
    const [, from, length] = /^\s*(\d+)(?::(\d+))?\s*$/.exec(word) ?? [];
    return from === undefined
      ? undefined
      : value.slice(Number(from)).slice(0, length === undefined ? undefined : Number(length));
  }
  state.budget -= value.length * word.length * (operator.startsWith("/") ? value.length : 1);
  if (state.budget < 0) return undefined;
  switch (operator) {
    case "/":
      return replaceMatch(value, word, replacement, "first");
    case "//":
      return replaceMatch(value, word, replacement, "all");
    case "/#":
      return replaceMatch(value, word, replacement, "start");
    case "/%":
      return replaceMatch(value, word, replacement, "end");
  }
  return removeMatch(value, word, operator.startsWith("#") ? "start" : "end", operator.length === 2);
}

/** A variable's value where the script alone tells it. */
export function knownValue(variable: Variable): string | undefined {
  // An array's name alone is its first element.
  if (variable.kind === "array") return variable.items[0]?.value;
  return variable.kind === "known" ? variable.value : undefined;
}

/** The places that say a variable's value; following them is paid from the budget too. */
export function stretchesOf(state: ShellState, variable: Variable): readonly Stretch[] | undefined {
  if (variable.kind === "unset") return undefined;
  const { stretches } = variable.kind === "array" ? (variable.items[0] ?? {}) : variable;
  if (stretches === undefined) return undefined;
  state.budget -= stretches.length * (1 + (stretches[0]?.steps.length ?? 0));
  return state.budget < 0 ? undefined : stretches;
}
