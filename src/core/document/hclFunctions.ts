import { choiceFunctions } from "./hclChoices.ts";
import { collectionFunctions } from "./hclCollections.ts";
import { truth, truthOf, areEqual, operate } from "./hclOperators.ts";
import {
  knownText,
  madeText,
  maximumAlternatives,
  unknownValues,
  valueInText,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";
import type { Value, ValuePart } from "./value.ts";

/** Gives what an argument comes to. */
export type HclForce = (thunk: HclThunk) => readonly HclValue[];

/** A function of HCL's tools. */
export type HclFunction = (args: readonly HclThunk[], force: HclForce) => readonly HclValue[];

/** Longer texts are not made. */
const maximumLength = 4096;

/** What a function that the tools bring gives; unknown for one that is not known here. */
export function callHclFunction(name: string, args: readonly HclThunk[], force: HclForce): readonly HclValue[] {
  return (
    (functions.get(name) ?? choiceFunctions.get(name) ?? collectionFunctions.get(name))?.(args, force) ?? unknownValues
  );
}

const functions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  ["lower", onText((text) => text.toLowerCase())],
  ["upper", onText((text) => text.toUpperCase())],
  ["title", onText((text) => text.replaceAll(/(^|\s)\S/g, (found) => found.toUpperCase()))],
  ["trimspace", onText((text) => text.trim())],
  ["chomp", onText((text) => text.replace(/[\r\n]+$/, ""))],
  ["basename", onText((text) => text.slice(text.lastIndexOf("/") + 1))],
  ["trimprefix", onText((text, prefix) => (text.startsWith(prefix) ? text.slice(prefix.length) : text))],
  [
    "trimsuffix",
    onText((text, suffix) => (suffix !== "" && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text)),
  ],
  ["trim", onText(trimmed)],
  ["replace", onText(replaced)],
  ["substr", onText((text, from, length) => substring(text, Number(from), Number(length)))],
  ["tostring", (args, force) => (args[0] === undefined ? unknownValues : force(args[0]))],
  ["format", (args, force) => eachOf(args, force, formatted)],
  ["join", (args, force) => joined(args, force)],
  ["startswith", question((text, prefix) => text.startsWith(prefix))],
  ["endswith", question((text, suffix) => text.endsWith(suffix))],
  ["strcontains", question((text, part) => text.includes(part))],
  ["equal", ([one, other], force) => truth(one && other && areEqual(force(one), force(other)))],
  [
    "notequal",
    ([one, other], force) =>
      operate(
        "!=",
        [one, other].map((arg) => (arg ? force(arg) : unknownValues)),
      ),
  ],
  ["not", ([one], force) => operate("!", [one === undefined ? unknownValues : force(one)])],
  [
    "and",
    ([one, other], force) =>
      operate(
        "&&",
        [one, other].map((arg) => (arg ? force(arg) : unknownValues)),
      ),
  ],
  [
    "or",
    ([one, other], force) =>
      operate(
        "||",
        [one, other].map((arg) => (arg ? force(arg) : unknownValues)),
      ),
  ],
  [
    "add",
    ([one, other], force) =>
      operate(
        "+",
        [one, other].map((arg) => (arg ? force(arg) : unknownValues)),
      ),
  ],
  ["tobool", ([one], force) => truth(one && truthOf(force(one)))],
]);

/** Calls `make` for each combination of what the arguments may be. */
function eachOf(
  args: readonly HclThunk[],
  force: HclForce,
  make: (values: readonly HclValue[]) => HclValue,
): readonly HclValue[] {
  let rows: (readonly HclValue[])[] = [[]];
  for (const arg of args)
    rows = rows.flatMap((row) => force(arg).map((value) => [...row, value])).slice(0, maximumAlternatives);
  return rows.map(make);
}

/** A function of texts; a text that it leaves as it is keeps its place. */
function onText(change: (text: string, ...others: readonly string[]) => string | undefined): HclFunction;
function onText(change: (text: string, one: string) => string | undefined): HclFunction;
function onText(change: (text: string, one: string, other: string) => string | undefined): HclFunction;
function onText(change: (text: string, one: string, other: string) => string | undefined): HclFunction {
  return (args, force) =>
    eachOf(args, force, (values): HclValue => {
      const [first, one = "", other = ""] = values.map(knownText);
      const [value] = values;
      if (first === undefined || value?.kind !== "text" || values.some((each) => knownText(each) === undefined))
        return { kind: "unknown" };
      const text = change(first, one, other);
      if (text === undefined || text.length > maximumLength) return { kind: "unknown" };
      return text === first ? value : madeText(text, value.value.chain);
    });
}

function question(holds: (text: string, part: string) => boolean): HclFunction {
  return (args, force) =>
    eachOf(args, force, (values): HclValue => {
      const [text, part] = values.map(knownText);
      return text === undefined || part === undefined ? { kind: "unknown" } : madeText(String(holds(text, part)));
    });
}

function trimmed(text: string, signs: string): string {
  const isSign = (at: number): boolean => signs.includes(text.charAt(at)) && at >= 0 && at < text.length;
  let [start, end] = [0, text.length];
  while (isSign(start)) start++;
  while (end > start && isSign(end - 1)) end--;
  return text.slice(start, end);
}

/** What stands between slashes is an expression of RE2, which is not run here. */
function replaced(text: string, part: string, by: string): string | undefined {
  return part === "" || /^\/.*\/$/s.test(part) ? undefined : text.replaceAll(part, () => by);
}

function substring(text: string, from: number, length: number): string | undefined {
  if (!Number.isInteger(from) || !Number.isInteger(length)) return undefined;
  const start = from < 0 ? Math.max(0, text.length + from) : from;
  return length < 0 ? text.slice(start) : text.slice(start, start + length);
}

/** `format("%s/app:%s", registry, tag)`: its text, with the arguments in the places of their verbs. */
function formatted(values: readonly HclValue[]): HclValue {
  const [pattern, ...args] = values;
  const parts: ValuePart[] = [];
  const chain: Value["chain"][number][] = [];
  const piece = knownText(pattern);
  const [literal] = pattern?.kind === "text" ? pattern.value.parts : [];
  if (piece === undefined || pattern?.kind !== "text") return { kind: "unknown" };
  let [at, next] = [0, 0];
  for (const { index, 0: verb } of piece.matchAll(/%(?:%|[sdv]|[^%a-z]*[a-z])/g)) {
    parts.push(...stretch(literal, pattern.value.parts.length === 1, piece, at, index));
    at = index + verb.length;
    if (verb === "%%") parts.push({ text: "%" });
    else if (/^%[sdv]$/.test(verb)) {
      const value = valueInText(args[next++] ?? { kind: "missing" });
      parts.push(...value.parts);
      chain.push(...value.chain);
    } else {
      next++;
      parts.push({});
    }
  }
  parts.push(...stretch(literal, pattern.value.parts.length === 1, piece, at, piece.length));
  return { kind: "text", value: { parts, chain: [...pattern.value.chain, ...chain] } };
}

function stretch(
  part: ValuePart | undefined,
  isWhole: boolean,
  text: string,
  from: number,
  to: number,
): readonly ValuePart[] {
  if (to <= from) return [];
  const said = { text: text.slice(from, to) };
  if (!isWhole || part?.span === undefined || part.span.end - part.span.start !== text.length) return [said];
  const { literal, ...place } = part;
  const span = { start: part.span.start + from, end: part.span.start + to };
  return [{ ...place, ...said, span, ...(part.shared === true && literal !== undefined ? { literal } : {}) }];
}

function joined([separator, ...lists]: readonly HclThunk[], force: HclForce): readonly HclValue[] {
  if (separator === undefined) return unknownValues;
  return eachOf([separator, ...lists], force, ([between, ...given]): HclValue => {
    const parts: ValuePart[] = [];
    const chain: Value["chain"][number][] = [];
    const items = given.flatMap((list): readonly (HclThunk | undefined)[] =>
      list.kind === "list" ? list.items : [undefined],
    );
    if (between === undefined) return { kind: "unknown" };
    for (const [index, item] of items.entries()) {
      const [value, ...others] = item === undefined ? [] : force(item);
      const said = valueInText(value === undefined || others.length > 0 ? { kind: "unknown" } : value);
      parts.push(...(index === 0 ? [] : valueInText(between).parts), ...said.parts);
      chain.push(...said.chain);
    }
    return { kind: "text", value: { parts, chain } };
  });
}
