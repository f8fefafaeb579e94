import { textOfValue } from "./template.ts";
import type { Value } from "./value.ts";

/** What a part of an expression of Jinja comes to; without values where a variable is not defined, or a list is written. */
export interface Read {
  readonly values?: readonly Value[] | undefined;
  readonly items?: readonly Read[];
}

/** What is not known, as the only alternative. */
export const unknown: readonly Value[] = [{ parts: [{}], chain: [] }];
const maximumValues = 256;

const identities = new Set(["bool", "int", "list", "mandatory", "quote", "string"]);
/** Filters that change a text, by what they are given. */
const changes = new Map<string, (text: string, ...given: readonly string[]) => string | undefined>([
  ["lower", (text) => text.toLowerCase()],
  ["upper", (text) => text.toUpperCase()],
  ["trim", (text) => text.trim()],
  ["length", (text) => String(text.length)],
  ["basename", (text) => text.slice(text.lastIndexOf("/") + 1)],
  ["replace", (text, part = "", by = "") => (part === "" ? undefined : text.replaceAll(part, () => by))],
]);

/** A truth value, which is a text here too. */
export function ofTruth(holds: boolean | undefined): Read {
  return { values: holds === undefined ? unknown : [{ parts: [{ text: String(holds) }], chain: [] }] };
}

/** What is taken; what is known of both where nothing tells. */
export function chosen(holds: boolean | undefined, first: Read = {}, second: Read = {}): Read {
  if (holds !== undefined) return holds ? first : second;
  const known = [first, second].flatMap((read) => read.values ?? []).slice(0, maximumValues);
  return known.length === 0 ? {} : { values: known };
}

/** Whether a value counts as true; undefined where that cannot be told. */
export function truthOf(read: Read | undefined): boolean | undefined {
  if (read?.items !== undefined) return read.items.length > 0;
  const said = onlyText(read)?.toLowerCase();
  return said === undefined ? undefined : !["", "0", "false", "no"].includes(said);
}

/** Whether a test holds (`is defined`); undefined where that cannot be told. */
export function testOf(name: string, read: Read): boolean | undefined {
  if (name === "defined" || name === "undefined") return (read.values !== undefined) === (name === "defined");
  const said = onlyText(read);
  if (said === undefined) return undefined;
  if (name === "none") return said === "";
  return name === "string" && !/^(?:[\d.]*|true|false)$/i.test(said) ? true : undefined;
}

/** Whether two values compare so; undefined where that cannot be told. */
export function compared(left: Read, right: Read, operator: string): boolean | undefined {
  const [one, other] = [onlyText(left), onlyText(right)];
  if (one === undefined || other === undefined) return undefined;
  if (operator === "==" || operator === "!=") return (one === other) === (operator === "==");
  if (![one, other].every((text) => /^\d+$/.test(text))) return undefined;
  const difference = Number(one) - Number(other);
  if (difference === 0) return operator.endsWith("=");
  return difference > 0 === operator.startsWith(">");
}

function onlyText(read: Read | undefined): string | undefined {
  const [first, ...others] = (read?.values ?? unknown).map(textOfValue);
  return others.every((other) => other === first) ? first : undefined;
}

/** Each value of the one followed by each of the other. */
export function joined(left: readonly Value[], right: readonly Value[]): readonly Value[] {
  return left
    .flatMap((one) =>
      right.map((other) => ({ parts: [...one.parts, ...other.parts], chain: [...one.chain, ...other.chain] })),
    )
    .slice(0, maximumValues);
}

/** What a filter makes of a value; undefined where it is not known. */
export function filtered(name: string, value: Read, parameters: readonly Read[]): Read | undefined {
  if (name === "default" || name === "d") return withDefault(value, parameters);
  if (identities.has(name)) return value;
  if (name === "ternary") return chosen(truthOf(value), ...parameters.slice(0, 2));
  const given = parameters.map(onlyText);
  if (value.items !== undefined) return ofItems(name, value.items, given[0]);
  const change = changes.get(name);
  if (change === undefined || given.includes(undefined)) return undefined;
  const known = given.flatMap((one) => one ?? []);
  return {
    values: (value.values ?? unknown).map((one) => {
      const text = textOfValue(one);
      const made = text === undefined ? undefined : change(text, ...known);
      if (made === undefined) return { parts: [{}], chain: one.chain };
      return made === text ? one : { parts: [{ text: made }], chain: one.chain };
    }),
  };
}

/** What a filter makes of a list. */
function ofItems(name: string, items: readonly Read[], separator = ""): Read | undefined {
  switch (name) {
    case "first":
      return items[0];
    case "last":
      return items.at(-1);
    case "length":
      return { values: [{ parts: [{ text: String(items.length) }], chain: [] }] };
    case "flatten":
      return { items: items.flatMap((item) => item.items ?? [item]) };
    case "select": {
      const kept = items.map((item) => [item, truthOf(item)] as const);
      if (kept.some(([, holds]) => holds === undefined)) return undefined;
      return { items: kept.flatMap(([item, holds]) => (holds === true ? [item] : [])) };
    }
    case "join": {
      const between: readonly Value[] = [{ parts: separator === "" ? [] : [{ text: separator }], chain: [] }];
      const pieces = items.flatMap((item, index) => [...(index === 0 ? [] : [between]), item.values ?? unknown]);
      return { values: pieces.reduce(joined, [{ parts: [], chain: [] }]) };
    }
    default:
      return undefined;
  }
}

function withDefault(value: Read, [fallback, ofEmpty]: readonly Read[]): Read {
  if (value.items !== undefined) return value;
  const isAlsoForEmpty = ofEmpty !== undefined && truthOf(ofEmpty) !== false;
  const isEmpty = isAlsoForEmpty && value.values?.every(({ parts }) => parts.every(({ text }) => text === ""));
  return value.values === undefined || isEmpty === true ? (fallback ?? { values: [{ parts: [], chain: [] }] }) : value;
}
