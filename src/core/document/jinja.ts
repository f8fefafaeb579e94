import { textOfValue } from "./template.ts";
import type { Value } from "./value.ts";

/** What a name stands for, one value for each that it may have; undefined where nothing defines it. */
export type JinjaLookup = (name: string) => readonly Value[] | undefined;

const token = /\s*(?:'((?:[^'\\])*)'|"((?:[^"\\])*)"|(\d+)|([A-Za-z_]\w*)|([=!<>]=|[+~|().,[\]<>]))/y;
const identities = new Set(["string", "quote", "mandatory"]);
/** Filters that change a text, by what they are given. */
const changes = new Map<string, (text: string, ...given: readonly string[]) => string | undefined>([
  ["lower", (text) => text.toLowerCase()],
  ["upper", (text) => text.toUpperCase()],
  ["trim", (text) => text.trim()],
  ["basename", (text) => text.slice(text.lastIndexOf("/") + 1)],
  ["replace", (text, part = "", by = "") => (part === "" ? undefined : text.replaceAll(part, () => by))],
]);
const maximumLength = 1000;
const maximumValues = 256;
const unknown: readonly Value[] = [{ parts: [{}], chain: [] }];

interface Token {
  readonly text?: string;
  readonly name?: string;
  readonly sign?: string;
}

/**
 * What an expression of Jinja comes to (Jinja, "Expressions"): texts, variables and lists of them, put together by `+`
 * and `~`, with defaults, filters, and a choice by a condition. Undefined where it is anything else.
 */
export function evaluateJinja(source: string, lookup: JinjaLookup): readonly Value[] | undefined {
  const tokens = source.length > maximumLength ? undefined : tokensOf(source);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, at: 0, lookup };
  const result = readChoice(reader);
  return result === undefined || reader.at < tokens.length ? undefined : (result.values ?? unknown);
}

function tokensOf(source: string): readonly Token[] | undefined {
  const found: Token[] = [];
  const text = source.trim();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, single, double, digits, name, sign] = match;
    const written = single ?? double ?? digits;
    if (written !== undefined) found.push({ text: written });
    else if (name !== undefined) found.push({ name });
    else if (sign !== undefined) found.push({ sign });
  }
  return found;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  readonly lookup: JinjaLookup;
}

/** What was read; without values where a variable is not defined, or a list is written. */
interface Read {
  readonly values?: readonly Value[] | undefined;
  readonly items?: readonly Read[];
}

function take(reader: Reader, ...signs: readonly string[]): string | undefined {
  const sign = reader.tokens[reader.at]?.sign;
  if (sign === undefined || !signs.includes(sign)) return undefined;
  reader.at++;
  return sign;
}

/** `one if condition else other`: both where nothing tells which. */
function readChoice(reader: Reader): Read | undefined {
  const first = readSum(reader);
  if (first === undefined || !takeName(reader, "if")) return first;
  const holds = readCondition(reader);
  if (!takeName(reader, "else")) return undefined;
  const second = readChoice(reader);
  if (second === undefined) return undefined;
  return chosen(holds, first, second);
}

/** What is taken; what is known of both where nothing tells. */
function chosen(holds: boolean | undefined, first: Read = {}, second: Read = {}): Read {
  if (holds !== undefined) return holds ? first : second;
  const known = [first, second].flatMap((read) => read.values ?? []).slice(0, maximumValues);
  return known.length === 0 ? {} : { values: known };
}

function takeName(reader: Reader, name: string): boolean {
  if (reader.tokens[reader.at]?.name !== name) return false;
  reader.at++;
  return true;
}

/** Whether the condition before `else` holds; undefined where it cannot be told. */
function readCondition(reader: Reader): boolean | undefined {
  const holds = readTest(reader);
  const isWhole = reader.tokens[reader.at]?.name === "else";
  while (reader.at < reader.tokens.length && reader.tokens[reader.at]?.name !== "else") reader.at++;
  return isWhole ? holds : undefined;
}

function readTest(reader: Reader): boolean | undefined {
  const left = readFiltered(reader);
  if (takeName(reader, "is")) {
    const isNot = takeName(reader, "not");
    return takeName(reader, "defined") && left !== undefined ? (left.values !== undefined) !== isNot : undefined;
  }
  const operator = take(reader, "==", "!=");
  if (operator === undefined) return truthOf(left);
  return areEqual(left, readFiltered(reader), operator);
}

function areEqual(left: Read | undefined, right: Read | undefined, operator: string): boolean | undefined {
  const [one, other] = [onlyText(left), onlyText(right)];
  return one === undefined || other === undefined ? undefined : (one === other) === (operator === "==");
}

function truthOf(read: Read | undefined): boolean | undefined {
  const said = onlyText(read)?.toLowerCase();
  if (said === "true" || said === "yes") return true;
  return said === "false" || said === "no" || said === "" ? false : undefined;
}

function onlyText(read: Read | undefined): string | undefined {
  const [first, ...others] = (read?.values ?? unknown).map(textOfValue);
  return others.every((other) => other === first) ? first : undefined;
}

function readSum(reader: Reader): Read | undefined {
  let left = readFiltered(reader);
  while (left !== undefined && take(reader, "+", "~") !== undefined) {
    const right = readFiltered(reader);
    if (right === undefined) return undefined;
    left = { values: joined(left.values ?? unknown, right.values ?? unknown) };
  }
  return left;
}

function joined(left: readonly Value[], right: readonly Value[]): readonly Value[] {
  return left
    .flatMap((one) =>
      right.map((other) => ({ parts: [...one.parts, ...other.parts], chain: [...one.chain, ...other.chain] })),
    )
    .slice(0, maximumValues);
}

function readFiltered(reader: Reader): Read | undefined {
  let value = readPrimary(reader);
  while (value !== undefined && take(reader, "|") !== undefined) {
    const name = reader.tokens[reader.at++]?.name;
    const parameters = readParameters(reader);
    if (name === undefined || parameters === undefined) return undefined;
    if (name === "default" || name === "d") value = withDefault(value, parameters);
    else if (!identities.has(name)) value = filtered(name, value, parameters);
  }
  return value;
}

function filtered(name: string, value: Read, parameters: readonly Read[]): Read | undefined {
  const { items, values = unknown } = value;
  const given = parameters.map(onlyText);
  if (name === "ternary") {
    return chosen(truthOf(value), ...parameters.slice(0, 2));
  }
  if (items !== undefined) {
    if (name === "first") return items[0];
    if (name === "last") return items.at(-1);
    const [separator = ""] = given;
    if (name !== "join") return undefined;
    const between: readonly Value[] = [{ parts: separator === "" ? [] : [{ text: separator }], chain: [] }];
    const pieces = items.flatMap((item, index) => [...(index === 0 ? [] : [between]), item.values ?? unknown]);
    return { values: pieces.reduce(joined, [{ parts: [], chain: [] }]) };
  }
  const change = changes.get(name);
  if (change === undefined || given.includes(undefined)) return undefined;
  const known = given.flatMap((one) => one ?? []);
  return {
    values: values.map((one) => {
      const text = textOfValue(one);
      const made = text === undefined ? undefined : change(text, ...known);
      if (made === undefined) return { parts: [{}], chain: one.chain };
      return made === text ? one : { parts: [{ text: made }], chain: one.chain };
    }),
  };
}

function withDefault(value: Read, [fallback, ofEmpty]: readonly Read[]): Read {
  const isEmpty = ofEmpty !== undefined && value.values?.every(({ parts }) => parts.every(({ text }) => text === ""));
  return value.values === undefined || isEmpty === true ? (fallback ?? { values: [{ parts: [], chain: [] }] }) : value;
}

/** What stands between parentheses, or nothing without them. */
function readParameters(reader: Reader): readonly Read[] | undefined {
  if (take(reader, "(") === undefined) return [];
  const parameters: Read[] = [];
  while (take(reader, ")") === undefined) {
    const parameter = readChoice(reader);
    if (parameter === undefined) return undefined;
    parameters.push(parameter);
    if (take(reader, ",") === undefined && reader.tokens[reader.at]?.sign !== ")") return undefined;
  }
  return parameters;
}

function readPrimary(reader: Reader): Read | undefined {
  if (take(reader, "(") !== undefined) {
    const inner = readChoice(reader);
    const operator = take(reader, "==", "!=");
    const right = operator === undefined ? undefined : readChoice(reader);
    if (take(reader, ")") === undefined) return undefined;
    if (operator === undefined) return inner;
    const holds = areEqual(inner, right, operator);
    return { values: holds === undefined ? unknown : [{ parts: [{ text: String(holds) }], chain: [] }] };
  }
  if (take(reader, "[") !== undefined) {
    const items: Read[] = [];
    while (take(reader, "]") === undefined) {
      const item = readChoice(reader);
      if (item === undefined) return undefined;
      items.push(item);
      if (take(reader, ",") === undefined && reader.tokens[reader.at]?.sign !== "]") return undefined;
    }
    return { items };
  }
  const first = reader.tokens[reader.at++];
  if (first?.text !== undefined) return { values: [{ parts: [{ text: first.text }], chain: [] }] };
  if (first?.name === undefined) return undefined;
  if (reader.tokens[reader.at]?.sign === "(") {
    // A variable of the environment may be set or not, so that a default counts.
    const parameters = readParameters(reader);
    const [kind] = parameters?.[0]?.values ?? [];
    const isEnvironment = first.name === "lookup" && kind?.parts.map(({ text }) => text).join("") === "env";
    return isEnvironment ? {} : undefined;
  }
  const path = [first.name];
  for (;;) {
    if (take(reader, ".") !== undefined) {
      const field = reader.tokens[reader.at++];
      if (field?.name === undefined) return undefined;
      path.push(field.name);
    } else if (take(reader, "[") !== undefined) {
      const field = reader.tokens[reader.at++];
      if (field?.text === undefined || take(reader, "]") === undefined) return undefined;
      path.push(field.text);
    } else break;
  }
  return { values: reader.lookup(path.join(".")) };
}
