import type { Span } from "../image/span.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingsOf, openingAt } from "./groovyBrackets.ts";
import type { GroovyLoop } from "./groovyCollections.ts";
import { expressionTokens } from "./groovyValue.ts";

/** What the functions that a script defines are given and give back. */
export interface GroovyFunctions {
  /** Parameters, each with what its function's calls say one after the other. */
  readonly parameters: readonly GroovyLoop[];
  /** The names of all parameters. */
  readonly parameterNames: ReadonlySet<string>;
  /** Where each function's parameters are its own. */
  readonly scopes: readonly { readonly names: ReadonlySet<string>; readonly span: Span }[];
  /** The tokens at which values begin that a function returns, by its name. */
  readonly results: ReadonlyMap<string, readonly number[]>;
  /** The script's tokens, and behind them those of calls that strings put in. */
  readonly tokens: readonly GroovyToken[];
}

/** A script, and the tokens that close its brackets. */
export interface GroovyScript {
  readonly text: string;
  readonly tokens: readonly GroovyToken[];
  readonly closings: ReadonlyMap<number, number>;
}

interface GroovyFunction {
  readonly parameters: readonly { readonly name: string; readonly otherwise: number | undefined }[];
  /** The token of its name, and those of the braces around what it does. */
  readonly at: number;
  readonly open: number;
  readonly close: number;
}

/** What a call is handed: the name that it is given by, if any, and the token at which its value begins. */
export interface GroovyArgument {
  readonly key: string | undefined;
  readonly at: number;
}

const maximumFunctions = 200;
/** Calls of one function that are looked at. */
const maximumCalls = 64;
const maximumParameters = 20;
const maximumResults = 16;
/** Tokens of calls within strings that are read. */
const maximumWithin = 20_000;
/** What stands before a call, and not before a name that is defined. */
const notType = /^(?:return|new|else|in|throw|assert|case|if|while|switch|agent|sh|echo)$/;

/** Finds the functions and closures of a script, what they are called with, and what they return. */
export function groovyFunctions(text: string, tokens: readonly GroovyToken[]): GroovyFunctions {
  const functions = new Map<string, GroovyFunction>();
  const script: GroovyScript = { text, tokens, closings: closingsOf(tokens) };
  for (let at = 0; at < tokens.length && functions.size < maximumFunctions; at++) {
    const name = nameAt(tokens, at);
    if (name === "" || functions.has(name)) continue;
    const found = definitionAt(script, at);
    if (found !== undefined) functions.set(name, found);
  }
  if (functions.size === 0)
    return { parameters: [], parameterNames: new Set(), scopes: [], results: new Map(), tokens };
  const all = withCalls(text, tokens, functions);
  const whole: GroovyScript = all === tokens ? script : { text, tokens: all, closings: closingsOf(all) };
  const calls = new Map<string, (readonly GroovyArgument[])[]>();
  for (let at = 0; at < all.length; at++) {
    const path = nameAt(all, at);
    const name = path.includes(".") ? path.replace(/^this\./, "").replace(/\.call$/, "") : path;
    const known = functions.get(name);
    // Another one of the same name takes other parameters.
    if (known === undefined || known.at === at || definitionAt(whole, at) !== undefined) continue;
    const found = calls.get(name) ?? [];
    const given = argumentsAt(whole, at);
    if (given !== undefined && found.length < maximumCalls) calls.set(name, [...found, given]);
  }
  const parameters = [...functions].flatMap(([name, one]) => parametersOf(whole, one, calls.get(name) ?? []));
  const results = new Map([...functions].map(([name, one]) => [name, resultsOf(text, tokens, one)]));
  const parameterNames = new Set([...functions.values()].flatMap((one) => one.parameters.map(({ name }) => name)));
  const scopes = [...functions.values()].map((one) => ({
    names: new Set(one.parameters.map(({ name }) => name)),
    span: bodyOf(tokens, one),
  }));
  return { parameters, parameterNames, scopes, results, tokens: all };
}

/** The tokens of a script, and behind them those of what its strings put in where that calls one of its functions. */
function withCalls(
  text: string,
  tokens: readonly GroovyToken[],
  functions: ReadonlyMap<string, GroovyFunction>,
): readonly GroovyToken[] {
  const found: GroovyToken[] = [];
  for (const token of tokens) {
    if (token.kind !== "string" || found.length > maximumWithin) continue;
    for (const piece of token.pieces) {
      if (piece.kind === "text" || !text.startsWith("${", piece.span.start)) continue;
      const name = /(\w+)[ \t]*\(/.exec(piece.name)?.[1];
      if (name !== undefined && functions.has(name)) found.push(...expressionTokens(text, piece.span));
    }
  }
  return found.length === 0 ? tokens : [...tokens, ...found];
}

/** `def name(String one, two = 'x') {`, `def name = { one, two -> ` */
function definitionAt(script: GroovyScript, at: number): GroovyFunction | undefined {
  const { text, tokens, closings } = script;
  if (signAt(tokens, at + 1) === "(") {
    const before = tokens[at - 1];
    const isTyped = before?.kind === "name" ? !notType.test(before.text) : [">", "]"].includes(signAt(tokens, at - 1));
    const start = tokens[at]?.span.start ?? 0;
    if (!isTyped || before === undefined || text.slice(before.span.end, start).includes("\n")) return undefined;
    const end = closings.get(at + 1);
    const close = end === undefined || signAt(tokens, end + 1) !== "{" ? undefined : closings.get(end + 1);
    if (end === undefined || close === undefined) return undefined;
    return { parameters: parametersBetween(script, at + 2, end), at, open: end + 1, close };
  }
  if (signAt(tokens, at + 1) !== "=" || signAt(tokens, at + 2) !== "{") return undefined;
  const close = closings.get(at + 2);
  if (close === undefined) return undefined;
  for (let arrow = at + 3; arrow < at + 3 + 3 * maximumParameters && arrow < close; arrow++) {
    if ("({}".includes(signAt(tokens, arrow)) && signAt(tokens, arrow) !== "") break;
    if (signAt(tokens, arrow) === "-" && signAt(tokens, arrow + 1) === ">")
      return { parameters: parametersBetween(script, at + 3, arrow), at, open: arrow + 1, close };
  }
  return { parameters: [], at, open: at + 2, close };
}

function parametersBetween(script: GroovyScript, from: number, to: number): GroovyFunction["parameters"] {
  const { tokens } = script;
  return elementsBetween(script, from, to).map(([start, end]) => {
    let name = "";
    for (let at = start; at < end; at++) {
      if (signAt(tokens, at) === "=") return { name, otherwise: at + 1 };
      name = nameAt(tokens, at) === "" ? name : nameAt(tokens, at);
    }
    return { name, otherwise: undefined };
  });
}

/** What commas part between two tokens, each by its first token and the one after its last. */
function elementsBetween(
  { tokens, closings }: GroovyScript,
  from: number,
  to: number,
): readonly (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  let start = from;
  for (let at = from; at <= to && found.length < maximumParameters; at++) {
    const sign = at === to ? "," : signAt(tokens, at);
    if (sign !== "" && "([{".includes(sign)) at = Math.min(closings.get(at) ?? to, to - 1);
    else if (sign === ",") {
      if (at > start) found.push([start, at]);
      start = at + 1;
    }
  }
  return found;
}

/** What a call is given: `name(one, key: two)`, or without parentheses up to the end of its line. */
export function argumentsAt(script: GroovyScript, at: number): readonly GroovyArgument[] | undefined {
  const { text, tokens, closings } = script;
  let from = at + 1;
  let to: number | undefined;
  if (signAt(tokens, from) === "(") {
    to = closings.get(from);
    from += 1;
  } else if (tokens[from]?.kind === "string" || (nameAt(tokens, from) !== "" && signAt(tokens, from + 1) === ":")) {
    to = from;
    const isSameLine = (index: number): boolean =>
      !text.slice(tokens[index - 1]?.span.end, tokens[index]?.span.start).includes("\n") ||
      signAt(tokens, index - 1) === ",";
    if (!isSameLine(from)) return undefined;
    while (to < tokens.length && isSameLine(to) && !["{", "}", ";"].includes(signAt(tokens, to))) to += 1;
  }
  if (to === undefined) return undefined;
  return elementsBetween(script, from, to).map(([start]) => {
    const key = signAt(tokens, start + 1) === ":" ? nameAt(tokens, start) : "";
    return key === "" ? { key: undefined, at: start } : { key, at: start + 2 };
  });
}

function bodyOf(tokens: readonly GroovyToken[], { open, close }: Pick<GroovyFunction, "open" | "close">): Span {
  const start = tokens[open]?.span.start ?? 0;
  return { start, end: tokens[close]?.span.end ?? start };
}

/** The parameters with what each call says; named arguments are members of the first. */
function parametersOf(
  script: GroovyScript,
  { parameters, open, close }: GroovyFunction,
  calls: readonly (readonly GroovyArgument[])[],
): readonly GroovyLoop[] {
  const span = bodyOf(script.tokens, { open, close });
  const loop = (name: string, items: GroovyLoop["items"]): readonly GroovyLoop[] =>
    name === "" || items.every((item) => item === undefined)
      ? []
      : [{ name, span, items, kind: "parameter", group: calls }];
  // Only other files call it; what it takes where they say nothing stands for them.
  if (calls.length === 0) return parameters.flatMap(({ name, otherwise }) => loop(name, [otherwise]));
  const keys = new Set(calls.flatMap((call) => call.flatMap(({ key }) => key ?? [])));
  // Named arguments are one map, which comes first.
  const shift = keys.size === 0 ? 0 : 1;
  const members = [...keys].flatMap((key) =>
    loop(
      `${parameters[0]?.name}.${key}`,
      calls.map((call) => call.find((one) => one.key === key)?.at),
    ),
  );
  const placed = parameters.slice(shift).flatMap(({ name, otherwise }, index) =>
    loop(
      name,
      calls.map((call) => call.filter(({ key }) => key === undefined)[index]?.at ?? otherwise),
    ),
  );
  // A map may be written out: `run([image: 'x'])`.
  const inner = parameters.flatMap(({ name }, index) => {
    const maps = calls.map((call) => membersAt(script, call[index]?.at));
    return [...new Set(maps.flatMap((map) => [...map.keys()]))].flatMap((key) =>
      loop(
        `${name}.${key}`,
        maps.map((map) => map.get(key)),
      ),
    );
  });
  return [...placed, ...members, ...inner];
}

/** The members of the map that begins at a token, each by the token at which its value begins. */
function membersAt(script: GroovyScript, at: number | undefined): ReadonlyMap<string, number> {
  const close = at === undefined || signAt(script.tokens, at) !== "[" ? undefined : script.closings.get(at);
  if (at === undefined || close === undefined) return new Map();
  return new Map(
    elementsBetween(script, at + 1, close).flatMap(([start]): readonly (readonly [string, number])[] => {
      const key = signAt(script.tokens, start + 1) === ":" ? nameAt(script.tokens, start) : "";
      return key === "" ? [] : [[key, start + 2]];
    }),
  );
}

/** What a function returns: after each `return`, or what its last line says. */
function resultsOf(text: string, tokens: readonly GroovyToken[], { open, close }: GroovyFunction): readonly number[] {
  const found: number[] = [];
  for (let at = open + 1; at < close && found.length < maximumResults; at++)
    if (nameAt(tokens, at) === "return" && at + 1 < close) found.push(at + 1);
  if (found.length > 0) return found;
  const map = signAt(tokens, close - 1) === "]" ? openingAt(tokens, close - 1) : undefined;
  if (map !== undefined && nameAt(tokens, map - 1) === "" && signAt(tokens, map - 1) !== "+") return [map];
  const [last, before] = [tokens[close - 1], tokens[close - 2]];
  if (last?.kind !== "string" || before === undefined) return [];
  const isAlone = close - 2 === open || text.slice(before.span.end, last.span.start).includes("\n");
  return isAlone && signAt(tokens, close - 2) !== "+" && signAt(tokens, close - 2) !== "," ? [close - 1] : [];
}
