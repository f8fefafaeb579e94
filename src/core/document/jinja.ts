import { chosen, compared, filtered, joined, ofTruth, testOf, truthOf, unknown, type Read } from "./jinjaValues.ts";
import { textOfValue } from "./template.ts";
import type { Value } from "./value.ts";

/** What a name stands for, one value for each that it may have; undefined where nothing defines it. */
export type JinjaLookup = (name: string) => readonly Value[] | undefined;

const token = /\s*(?:'((?:[^'\\])*)'|"((?:[^"\\])*)"|(\d+)|([A-Za-z_]\w*)|([=!<>]=|[+~|().,[\]<>=]))/y;
const maximumLength = 1000;

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

function take(reader: Reader, ...signs: readonly string[]): string | undefined {
  const sign = reader.tokens[reader.at]?.sign;
  if (sign === undefined || !signs.includes(sign)) return undefined;
  reader.at++;
  return sign;
}

/** `one if condition else other`: both where nothing tells which. */
function readChoice(reader: Reader): Read | undefined {
  const first = readOr(reader);
  if (first === undefined || !takeName(reader, "if")) return first;
  const holds = readCondition(reader);
  if (!takeName(reader, "else")) return undefined;
  const second = readChoice(reader);
  if (second === undefined) return undefined;
  return chosen(holds, first, second);
}

function takeName(reader: Reader, name: string): boolean {
  if (reader.tokens[reader.at]?.name !== name) return false;
  reader.at++;
  return true;
}

/** Whether the condition before `else` holds; undefined where it cannot be told. */
function readCondition(reader: Reader): boolean | undefined {
  const holds = truthOf(readOr(reader));
  const isWhole = reader.tokens[reader.at]?.name === "else";
  while (reader.at < reader.tokens.length && reader.tokens[reader.at]?.name !== "else") reader.at++;
  return isWhole ? holds : undefined;
}

function readOr(reader: Reader): Read | undefined {
  let left = readAnd(reader);
  while (left !== undefined && takeName(reader, "or")) {
    const right = readAnd(reader);
    if (right === undefined) return undefined;
    left = chosen(truthOf(left), left, right);
  }
  return left;
}

function readAnd(reader: Reader): Read | undefined {
  let left = readNot(reader);
  while (left !== undefined && takeName(reader, "and")) {
    const right = readNot(reader);
    if (right === undefined) return undefined;
    left = chosen(truthOf(left), right, left);
  }
  return left;
}

function readNot(reader: Reader): Read | undefined {
  if (!takeName(reader, "not")) return readComparison(reader);
  const negated = readNot(reader);
  if (negated === undefined) return undefined;
  const holds = truthOf(negated);
  return ofTruth(holds === undefined ? undefined : !holds);
}

function readComparison(reader: Reader): Read | undefined {
  const left = readSum(reader);
  if (left === undefined) return undefined;
  if (takeName(reader, "is")) {
    const isNot = takeName(reader, "not");
    const holds = testOf(readName(reader) ?? "", left);
    return ofTruth(holds === undefined ? undefined : holds !== isNot);
  }
  const operator = take(reader, "==", "!=", "<", ">", "<=", ">=");
  if (operator === undefined) return left;
  const right = readSum(reader);
  return right === undefined ? undefined : ofTruth(compared(left, right, operator));
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

function readFiltered(reader: Reader): Read | undefined {
  let value = readPrimary(reader);
  while (value !== undefined && take(reader, "|") !== undefined) {
    const name = readName(reader);
    const parameters = readParameters(reader);
    if (name === undefined || parameters === undefined) return undefined;
    value = filtered(name, value, parameters);
  }
  return value;
}

/** The name of a filter or a test, without the collection that it is of (`ansible.builtin.default`). */
function readName(reader: Reader): string | undefined {
  let name = reader.tokens[reader.at++]?.name;
  while (name !== undefined && take(reader, ".") !== undefined) name = reader.tokens[reader.at++]?.name;
  return name;
}

/** What stands between parentheses, or nothing without them. */
function readParameters(reader: Reader): readonly Read[] | undefined {
  if (take(reader, "(") === undefined) return [];
  const parameters: Read[] = [];
  while (take(reader, ")") === undefined) {
    // The name of a parameter, `default('x', boolean=true)`: they come in the order in which they would without.
    if (reader.tokens[reader.at + 1]?.sign === "=") reader.at += 2;
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
    return take(reader, ")") === undefined ? undefined : inner;
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
  if (/^(?:true|false)$/i.test(first.name)) return ofTruth(/^t/i.test(first.name));
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
      // `item.0` of a list.
      const key = field?.name ?? field?.text;
      if (key === undefined) return undefined;
      path.push(key);
    } else if (take(reader, "[") !== undefined) {
      const field = readIndex(reader, reader.tokens[reader.at++]);
      if (field === undefined || take(reader, "]") === undefined) return undefined;
      path.push(field);
    } else break;
  }
  return { values: reader.lookup(path.join(".")) };
}

/** The key between brackets: a text, or what a variable with one value is. */
function readIndex(reader: Reader, field: Token | undefined): string | undefined {
  if (field?.name === undefined) return field?.text;
  const [value, ...others] = reader.lookup(field.name) ?? [];
  return value === undefined || others.length > 0 ? undefined : textOfValue(value);
}
