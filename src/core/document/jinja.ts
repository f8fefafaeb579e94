import type { Value } from "./value.ts";

/** What a name stands for, one value for each that it may have; undefined where nothing defines it. */
export type JinjaLookup = (name: string) => readonly Value[] | undefined;

const token = /\s*(?:'((?:[^'\\])*)'|"((?:[^"\\])*)"|(\d+)|([A-Za-z_]\w*)|([+~|().,[\]]))/y;
const identities = new Set(["string", "trim", "lower", "quote", "mandatory"]);
const maximumLength = 1000;
const maximumValues = 256;
const unknown: readonly Value[] = [{ parts: [{}], chain: [] }];

interface Token {
  readonly text?: string;
  readonly name?: string;
  readonly sign?: string;
}

/**
 * What an expression of Jinja comes to (Jinja, "Expressions"): texts and variables, put together by `+` and `~`, with
 * defaults and filters that change nothing. Undefined where it is anything else.
 */
export function evaluateJinja(source: string, lookup: JinjaLookup): readonly Value[] | undefined {
  const tokens = source.length > maximumLength ? undefined : tokensOf(source);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, at: 0, lookup };
  const result = readSum(reader);
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

/** What was read; without values where a variable is not defined. */
interface Read {
  readonly values?: readonly Value[] | undefined;
}

function take(reader: Reader, ...signs: readonly string[]): string | undefined {
  const sign = reader.tokens[reader.at]?.sign;
  if (sign === undefined || !signs.includes(sign)) return undefined;
  reader.at++;
  return sign;
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
    else if (!identities.has(name)) return undefined;
  }
  return value;
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
    const parameter = readSum(reader);
    if (parameter === undefined) return undefined;
    parameters.push(parameter);
    if (take(reader, ",") === undefined && reader.tokens[reader.at]?.sign !== ")") return undefined;
  }
  return parameters;
}

function readPrimary(reader: Reader): Read | undefined {
  if (take(reader, "(") !== undefined) {
    const inner = readSum(reader);
    return take(reader, ")") === undefined ? undefined : inner;
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
