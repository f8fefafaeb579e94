import type { ShellCommand, ShellWord, WordPart } from "../document/document.ts";
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

/** A command of a function that is given all arguments of a call. */
export interface ForwardingCommand {
  readonly name: string;
  readonly command: ShellCommand;
  /** How many arguments `shift` took away before. */
  readonly shifted: number;
}

/** Calls of one function that are followed. */
const maximumCalls = 64;
/** Parts of all arguments that are followed; functions that call each other would multiply them. */
const maximumParts = 2000;

/** The calls of a script's functions, from a reading of all its commands. */
export function callsOf(
  functions: ReadonlySet<string>,
  commands: readonly ShellCommand[],
): ReadonlyMap<string, readonly CallArguments[]> {
  const calls = new Map<string, CallArguments[]>();
  let left = maximumParts;
  const given = ({ text, span, parts }: ShellWord): readonly WordPart[] => {
    left -= parts === undefined ? 1 : sizeOf(parts);
    if (left < 0) return [{ span, chain: [] }];
    return parts ?? [{ span, chain: [], ...(text === undefined ? {} : { text, literal: span }) }];
  };
  for (const { words } of commands) {
    const [name] = words;
    if (name?.text === undefined || !functions.has(name.text)) continue;
    const known = calls.get(name.text) ?? [];
    if (known.length < maximumCalls) calls.set(name.text, [...known, words.slice(1).map(given)]);
  }
  return calls;
}

function sizeOf(parts: readonly WordPart[]): number {
  return parts.reduce((sum, { choices = [] }) => sum + choices.reduce((all, one) => all + sizeOf(one), 1), 0);
}

/** How many arguments of calls nobody knows: those that functions hand on are known once their own calls are. */
export function openArguments(calls: ReadonlyMap<string, readonly CallArguments[]>): number {
  return [...calls.values()].flat(2).filter((argument) => argument.some(isOpen)).length;
}

function isOpen({ text, choices }: WordPart): boolean {
  return text === undefined && (choices === undefined || choices.some((choice) => choice.some(isOpen)));
}

/** Reads the body of a function that the script calls. */
export function withPositional(state: ShellState, name: string | undefined, read: () => void): void {
  const { positional, functionName } = state;
  state.functionName = name;
  const calls = name === undefined ? undefined : state.calls.get(name);
  state.positional = calls === undefined ? undefined : { calls, shifted: 0, depth: state.depth };
  read();
  state.positional = positional;
  state.functionName = functionName;
}

const allArguments = new Set(["$@", '"$@"', "$*", "${@}", '"${@}"', "${*}"]);

function isWholeOfThem(raw: string): boolean {
  return raw.length <= 6 && allArguments.has(raw);
}

/** Whether a word is all arguments of a call: as they are, or what was assigned of them where it is evaluated. */
function isAllArguments({ raw, text, parts }: ShellWord, command: ShellCommand): boolean {
  if (isWholeOfThem(raw)) return true;
  const [part, ...others] = parts ?? [];
  if (text !== undefined || part === undefined || others.length > 0 || command.words[0]?.text !== "eval") return false;
  return /^"?\$\{?[*@]\}?"?$/.test(part.chain.at(-1)?.text ?? "");
}

/** What a word is that is all arguments of the function around it: those of each call. */
export function argumentsOfCalls({ positional }: ShellState, raw: string): CallArguments | undefined {
  if (positional?.shifted === undefined || !isWholeOfThem(raw)) return undefined;
  const { calls, shifted } = positional;
  return calls.flatMap((call) => call.slice(shifted));
}

const maximumForwarded = 1000;

/** Notes a command that is given all arguments of the function around it. */
export function noteForwarding(state: ShellState, command: ShellCommand): void {
  const { functionName: name, positional, forwarding } = state;
  if (name === undefined || forwarding.length >= maximumForwarded) return;
  if (!command.words.some((word) => isAllArguments(word, command))) return;
  const shifted = positional === undefined ? (state.text.includes("shift") ? undefined : 0) : positional.shifted;
  if (shifted !== undefined) forwarding.push({ name, command, shifted });
}

/** Functions that hand all their arguments on to others that do so. */
const maximumHandings = 4;

/** The commands of functions as each call makes them, those of functions that such a command calls among them. */
export function forwardedCommands(
  forwarding: readonly ForwardingCommand[],
  commands: readonly ShellCommand[],
): readonly ShellCommand[] {
  if (forwarding.length === 0) return [];
  const found: ShellCommand[] = [];
  const bodies = new Map<string, ForwardingCommand[]>();
  for (const one of forwarding) bodies.set(one.name, [...(bodies.get(one.name) ?? []), one]);
  const isCall = ({ words }: ShellCommand): boolean => bodies.has(words[0]?.text ?? "");
  let calls = commands.filter(isCall);
  for (let handed = 0; handed < maximumHandings && calls.length > 0; handed++) {
    const made: ShellCommand[] = [];
    for (const call of calls)
      for (const { command, shifted } of bodies.get(call.words[0]?.text ?? "") ?? []) {
        if (call === command) continue;
        const given = call.words.slice(1 + shifted);
        const words = command.words.flatMap((word) => (isAllArguments(word, command) ? given : [word]));
        made.push({ ...call, words });
        if (found.length + made.length >= maximumForwarded) return [...found, ...made];
      }
    found.push(...made);
    calls = made.filter(isCall);
  }
  return found;
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
  const mayBeUnset = choices.some((choice) => choice.every(({ text }) => text === "") || isOwnArgument(choice));
  const place = { start: state.at, end: state.at };
  return { kind: "unknown", mayBeUnset, stretches: [{ text: undefined, ...place, steps: [], choices, group: calls }] };
}

/** Whether a call hands on what the script itself is given (`setup "$1"`), which need not be anything. */
export function isOwnArgument([first, ...others]: readonly WordPart[]): boolean {
  return (
    others.length === 0 &&
    first?.text === undefined &&
    first?.choices === undefined &&
    /^variable [1-9]$/.test(first?.chain.at(-1)?.label ?? "")
  );
}
