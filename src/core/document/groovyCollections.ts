import type { Span } from "../image/span.ts";
import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt, openingAt } from "./groovyBrackets.ts";

/** A variable that takes one value after the other within a stretch of the script. */
export interface GroovyLoop {
  readonly name: string;
  readonly span: Span;
  /** The tokens at which its values begin; undefined for one that the script does not say. */
  readonly items: readonly (number | undefined)[];
  /** What goes over them: a loop, the axis of a matrix, or the calls of a function. */
  readonly kind: "loop" | "axis" | "parameter";
  /** Shared by those that take their values together. */
  readonly group: object;
}

/** What a script's lists and maps hold, and what goes over them. */
export interface GroovyCollections {
  /** The tokens at which values begin, by `images.web` and `images[0]`. */
  readonly members: ReadonlyMap<string, readonly number[]>;
  /** Where the items stand of each list and map, by its name. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
  readonly loops: readonly GroovyLoop[];
}

/** Methods that do something for each item of a list or map. */
const goes = /^(?:each|eachWithIndex|collect|collectEntries)$/;
/** What a map is made of. */
const parts = /^(.+)\.(values|keySet|entrySet)$/;
const maximumItems = 64;
const maximumDepth = 5;
/** Tokens of one list or map that are read. */
const maximumLength = 2000;
const maximumLoops = 200;
/** Tokens before the arrow of a closure. */
const maximumParameters = 12;
/** Tokens of the block of a loop. */
const maximumBlock = 20_000;

/**
 * Finds the lists and maps that a script writes out, loops over them, and the axes of matrices; `parameters` are those
 * of its functions, which may be given lists.
 */
export function groovyCollections(
  tokens: readonly GroovyToken[],
  parameters: readonly GroovyLoop[] = [],
): GroovyCollections {
  const members = new Map<string, readonly number[]>();
  const lists = new Map<string, readonly number[]>();
  const loops: GroovyLoop[] = [];
  const matrices: Span[] = [];
  /** Loops over lists that are not written out before them. */
  const later: (() => void)[] = [];
  const sign = (index: number): string => signAt(tokens, index);
  const name = (index: number): string => nameAt(tokens, index);

  /** The elements of what a bracket opens, each with its key in a map. */
  const elementsAt = (open: number): readonly { readonly key: string | undefined; readonly at: number }[] => {
    const found: { key: string | undefined; at: number }[] = [];
    const begin = (at: number): void => {
      if (sign(at) === "]" || found.length >= maximumItems) return;
      const key = sign(at + 1) === ":" ? (textAt(tokens[at]) ?? name(at)) : undefined;
      found.push(key === undefined || key === "" ? { key: undefined, at } : { key, at: at + 2 });
    };
    let depth = 0;
    begin(open + 1);
    for (let at = open + 1; at < tokens.length && at < open + maximumLength; at++) {
      if ("([{".includes(sign(at)) && sign(at) !== "") depth++;
      else if (")]}".includes(sign(at)) && sign(at) !== "" && --depth < 0) return found;
      else if (sign(at) === "," && depth === 0) begin(at + 1);
    }
    return found;
  };

  const define = (path: string, open: number, depth: number): void => {
    const elements = elementsAt(open);
    lists.set(
      path,
      elements.map(({ at }) => at),
    );
    for (const [index, { key, at }] of elements.entries()) {
      const member = key === undefined ? `${path}[${index}]` : `${path}.${key}`;
      members.set(member, [at]);
      if (sign(at) === "[" && depth < maximumDepth) define(member, at, depth + 1);
    }
  };

  /** The stretch from a brace to the one that closes it. */
  const blockAt = (open: number): Span | undefined => {
    const start = tokens[open]?.span.start;
    if (start === undefined || sign(open) !== "{") return undefined;
    let depth = 0;
    for (let at = open; at < tokens.length && at < open + maximumBlock; at++) {
      if (sign(at) === "{") depth++;
      else if (sign(at) === "}" && --depth === 0) return { start, end: tokens[at]?.span.end ?? start };
    }
    return undefined;
  };

  const goesOver = (variable: string, items: GroovyLoop["items"], brace: number, group: object = items): void => {
    const span = items.length === 0 || loops.length >= maximumLoops ? undefined : blockAt(brace);
    if (span === undefined || variable === "") return;
    loops.push({ name: variable, span, items, kind: "loop", group });
    // `[[image: 'a'], ['b', 'c']].each { it.image + it[0] }`
    const inner = items.map((at) => {
      const elements = at !== undefined && sign(at) === "[" ? elementsAt(at) : [];
      return new Map(elements.map(({ key, at: item }, index) => [key === undefined ? `[${index}]` : `.${key}`, item]));
    });
    for (const key of new Set(inner.flatMap((one) => [...one.keys()])))
      loops.push({ name: variable + key, span, items: inner.map((one) => one.get(key)), kind: "loop", group });
  };

  /** The elements of the list that a name is at a token: of what a function is given where it is a parameter. */
  const listAt = (path: string, at: number): readonly number[] | undefined => {
    const start = tokens[at]?.span.start ?? 0;
    const given = parameters.findLast(({ name, span }) => name === path && span.start <= start && start <= span.end);
    if (given === undefined) return lists.get(path);
    const elements = given.items.flatMap((item) => {
      if (item === undefined) return [];
      return sign(item) === "[" ? elementsAt(item).map((one) => one.at) : (lists.get(name(item)) ?? []);
    });
    return elements.length === 0 ? undefined : elements.slice(0, maximumItems);
  };

  /** Does something for the list that a name is, as soon as that is known. */
  const withList = (path: string, at: number, go: (items: readonly number[]) => void): void => {
    const items = listAt(path, at);
    if (items !== undefined) go(items);
    else if (later.length < maximumLoops)
      later.push(() => {
        const known = listAt(path, at);
        if (known !== undefined) go(known);
      });
  };

  /** `.each { `, `.each { item -> `, `.each { key, value -> ` */
  const each = (items: readonly number[], brace: number, of = ""): void => {
    const [first, second] = closureNames(tokens, brace);
    if (of === "values") goesOver(first, items, brace);
    else if (of === "keySet") goesOver(first, keysOf(items), brace, items);
    else if (second !== undefined && isMap(items)) {
      goesOver(second, items, brace);
      goesOver(first, keysOf(items), brace, items);
    } else goesOverAll(first, items, brace);
  };
  const isMap = (items: readonly number[]): boolean => items.every((at) => sign(at - 1) === ":");
  const keysOf = (items: readonly number[]): readonly (number | undefined)[] =>
    items.map((at) => (tokens[at - 2]?.kind === "sign" ? undefined : at - 2));
  /** The items of a list, or the entries of a map. */
  const goesOverAll = (variable: string, items: readonly number[], brace: number): void => {
    if (!isMap(items)) goesOver(variable, items, brace);
    else {
      goesOver(`${variable}.value`, items, brace);
      goesOver(`${variable}.key`, keysOf(items), brace, items);
    }
  };

  for (const [at, token] of tokens.entries()) {
    if (token.kind === "sign") {
      // `images.values().each { ... }`
      const [, path, of] = token.text === ")" && sign(at - 1) === "(" ? (parts.exec(name(at - 2)) ?? []) : [];
      if (path !== undefined && sign(at + 1) === "." && goes.test(name(at + 2)) && sign(at + 3) === "{")
        withList(path, at, (items) => each(items, at + 3, of));
      // `['a', 'b'].each { ... }`
      const isEach = token.text === "]" && sign(at + 1) === "." && goes.test(name(at + 2)) && sign(at + 3) === "{";
      const open = isEach ? openingAt(tokens, at) : undefined;
      if (open !== undefined)
        each(
          elementsAt(open).map((one) => one.at),
          at + 3,
        );
      continue;
    }
    if (token.kind !== "name") continue;
    if (sign(at + 1) === "[" && sign(at + 3) === "]" && sign(at + 4) === "=" && sign(at + 5) !== "=") place(at);
    if (sign(at + 1) === "<" && sign(at + 2) === "<") grow(token.text, at + 3);
    if (token.text.endsWith(".add") && sign(at + 1) === "(") grow(token.text.slice(0, -".add".length), at + 2);
    if (/\.put(?:IfAbsent)?$/.test(token.text) && sign(at + 1) === "(" && sign(at + 3) === ",") put(at);
    if (sign(at + 1) === "=" && sign(at + 2) === "[") define(token.text.replace(/^env\./, ""), at + 2, 0);
    const dot = sign(at + 1) === "{" ? token.text.lastIndexOf(".") : -1;
    if (dot > 0 && goes.test(token.text.slice(dot + 1)))
      withList(token.text.slice(0, dot), at, (items) => each(items, at + 1));
    const matrix = token.text === "matrix" ? blockAt(at + 1) : undefined;
    if (matrix !== undefined) matrices.push(matrix);
    if (token.text === "for" && sign(at + 1) === "(") readFor(at + 2);
    if (token.text === "axis" && sign(at + 1) === "{") readAxis(at + 1);
  }

  /** `images[0] = 'a'`, `images['web'] = 'a'` */
  function place(at: number): void {
    const [path, key] = [name(at), textAt(tokens[at + 2])];
    if (key === undefined) return;
    const isIndex = /^\d+$/.test(key);
    const member = isIndex ? `${path}[${key}]` : `${path}.${key}`;
    members.set(member, [...(members.get(member) ?? []), at + 5].slice(0, maximumItems));
    if (sign(at + 5) === "[") define(member, at + 5, 1);
    if (isIndex) grow(path, at + 5);
  }

  /** `images.put('web', 'a')` */
  function put(at: number): void {
    const key = textAt(tokens[at + 2]);
    const member = `${name(at).slice(0, name(at).lastIndexOf("."))}.${key}`;
    if (key !== undefined) members.set(member, [...(members.get(member) ?? []), at + 4].slice(0, maximumItems));
  }

  /** `images << 'a'`, `images.add('a')` */
  function grow(path: string, item: number): void {
    const list = lists.get(path);
    const isValue = sign(item) === "" || sign(item) === "[";
    if (list !== undefined && list.length < maximumItems && isValue) lists.set(path, [...list, item]);
  }

  /** `for (image in images) {`, `for (String image : ['a', 'b']) {`, `for (int i = 0; i < images.size(); i++) {` */
  function readFor(from: number): void {
    const close = closingAt(tokens, from - 1);
    for (let at = from; close !== undefined && at < close; at++) {
      const [list, size] = sign(at + 1) === "<" ? [name(at + 2), name(at + 2).lastIndexOf(".size")] : ["", -1];
      const path = list.slice(0, Math.max(0, size));
      if (path !== "") withList(path, at, (items) => goesOver(`${path}[${name(at)}]`, items, close + 1));
    }
    for (let at = from; at < from + 4; at++) {
      if (name(at + 1) !== "in" && sign(at + 1) !== ":") continue;
      const source = at + 2;
      const isList = sign(source) === "[";
      const last = isList ? closingAt(tokens, source) : source;
      if (last === undefined || sign(last + 1) !== ")") return;
      const go = (items: readonly number[]): void => goesOverAll(name(at), items, last + 2);
      if (isList) go(elementsAt(source).map((one) => one.at));
      else withList(name(source), at, go);
      return;
    }
  }

  /** `axis { name 'V'; values '1', '2' }`: for all of the matrix, and it has a name of its own in each. */
  function readAxis(brace: number): void {
    let variable: string | undefined;
    const items: number[] = [];
    let isValue = false;
    for (let at = brace + 1; at < brace + 2 * maximumItems && sign(at) !== "}" && at < tokens.length; at++) {
      if (name(at) !== "") isValue = name(at) === "values";
      if (name(at) === "name") variable = textAt(tokens[at + 1]);
      if (isValue && tokens[at]?.kind === "string") items.push(at);
    }
    const start = tokens[brace]?.span.start ?? 0;
    const matrix = matrices.findLast((one) => one.start <= start && start <= one.end);
    if (variable !== undefined && items.length > 0)
      loops.push({
        name: variable,
        span: matrix ?? { start, end: tokens.at(-1)?.span.end ?? start },
        items,
        kind: "axis",
        group: items,
      });
  }

  for (const loop of later) loop();
  return { members, lists, loops };
}

/** What a closure calls what it is given, with or without types: `{ String key, value -> `; otherwise `it`. */
function closureNames(tokens: readonly GroovyToken[], brace: number): readonly [first: string, second?: string] {
  const names: string[] = [];
  let last = "";
  for (let at = brace + 1; at < brace + maximumParameters; at++) {
    const sign = signAt(tokens, at);
    if (sign === "" && nameAt(tokens, at) !== "") last = nameAt(tokens, at);
    else if (sign === ",") names.push(last);
    else if (sign === "-" && signAt(tokens, at + 1) === ">") return names[0] === undefined ? [last] : [names[0], last];
    else break;
  }
  return ["it"];
}

function textAt(token: GroovyToken | undefined): string | undefined {
  if (token?.kind !== "string") return undefined;
  const [piece, ...others] = token.pieces;
  return piece?.kind === "text" && others.length === 0 ? piece.text : undefined;
}
