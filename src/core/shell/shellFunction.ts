import type { ShellCommand, WordPart } from "../document/document.ts";
import type { ShellState } from "./shellState.ts";
import type { Variable } from "./variables.ts";

/** The arguments of a call, each as its parts. */
export type CallArguments = readonly (readonly WordPart[])[];

/** The arguments that a function's body sees as `$1`, `$2`, ...; each call of the script gives others. */
export interface Positional {
  readonly calls: readonly CallArguments[];
  /** How many arguments `shift` took away; undefined where only running the script tells. */
  shifted: number | undefined;
  /** How deep the body itself stands. */
  readonly depth: number;
}

/** Calls of one function that are followed. */
const maximumCalls = 64;

/** The calls of a script's functions, from a reading of all its commands. */
export function callsOf(
  functions: ReadonlySet<string>,
  commands: readonly ShellCommand[],
): ReadonlyMap<string, readonly CallArguments[]> {
  const calls = new Map<string, CallArguments[]>();
  for (const { words } of commands) {
    const [name, ...rest] = words;
    if (name?.text === undefined || !functions.has(name.text)) continue;
    const known = calls.get(name.text) ?? [];
    if (known.length < maximumCalls)
      calls.set(name.text, [
        ...known,
        rest.map(({ text, span, parts }): readonly WordPart[] =>
          parts !== undefined ? parts : [{ span, chain: [], ...(text === undefined ? {} : { text, literal: span }) }],
        ),
      ]);
  }
  return calls;
}

/** Reads the body of a function that the script calls. */
export function withPositional(state: ShellState, name: string | undefined, read: () => void): void {
  const { positional } = state;
  const calls = name === undefined ? undefined : state.calls.get(name);
  state.positional = calls === undefined ? undefined : { calls, shifted: 0, depth: state.depth };
  read();
  state.positional = positional;
}

/** `shift 2`; in a loop or a branch it cannot be told how often it runs. */
export function shiftPositional(state: ShellState, count: string | undefined): void {
  const { positional } = state;
  if (positional?.shifted === undefined) return;
  const by = count === undefined ? 1 : Number(count);
  positional.shifted =
    state.depth > positional.depth + 2 || !Number.isInteger(by) ? undefined : positional.shifted + by;
}

/** What a name stands for here: an argument of the function around, or a variable. */
export function lookupName(state: ShellState, name: string): Variable {
  const { positional } = state;
  if (positional === undefined || !/^[1-9]$/.test(name)) return state.variables.lookup(name);
  const { calls, shifted } = positional;
  if (shifted === undefined) return { kind: "unknown" };
  const choices = calls.map((call) => call[Number(name) - 1 + shifted] ?? []);
  const mayBeUnset = choices.some((choice) => choice.every(({ text }) => text === ""));
  const place = { start: state.at, end: state.at };
  return { kind: "unknown", mayBeUnset, stretches: [{ text: undefined, ...place, steps: [], choices, group: calls }] };
}
