import type { DroneToken } from "./droneTokens.ts";

/** What a program's names stand for, by where they are used. */
export interface DroneFunctions {
  /** What a name stands for at a token. */
  definitionsOf(name: string, at: number): DroneDefinitions;
  /** Where the arguments or items of a bracket begin. */
  argumentsAt(open: number): readonly number[];
  /** The function of a name that gives one expression, where there is no other of that name. */
  givingOf(name: string): GivingFunction | undefined;
  /** Where the value of a field begins of the object that is written out at a token. */
  fieldAt(place: number, key: string): number | undefined;
  /** Whether the program itself defines a function of that name. */
  isDefined(name: string): boolean;
  /** The token that closes a bracket. */
  closing(open: number): number;
}

/** A function that does nothing but give a value. */
export interface GivingFunction {
  readonly parameters: readonly { readonly name: string; readonly fallback: number | undefined }[];
  /** Its tokens, from its parameters to the end of its body. */
  readonly from: number;
  readonly to: number;
  /** The token at which the value begins. */
  readonly value: number;
}

/** Where the values of a name begin; one that nothing says is given as a place without a value. */
export interface DroneDefinitions {
  readonly places: readonly number[];
  /** The function whose calls give the values, one after the other. */
  readonly calls?: object;
}

interface ProgramFunction {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly fallback: number | undefined }[];
  /** Its tokens, from its parameters to the end of its body. */
  readonly from: number;
  readonly to: number;
}

/** `for name in list`, and where the name is that of its items. */
interface ProgramLoop {
  readonly name: string;
  /** Which of several names it is that the loop takes its items apart into. */
  readonly position?: number;
  readonly list: number;
  readonly from: number;
  readonly to: number;
}

/** A place without a value. */
const nowhere = -1;
const maximumCalls = 64;
/** Tokens that are looked at behind a bracket which nothing closes. */
const maximumOpen = 1000;
const maximumDepth = 8;

/** Finds a program's functions, who calls them, and its variables: `local f(a, b=1) = ...`, `def f(a, b=1):`, `x = ...`, `for x in [...]`. */
export function createDroneFunctions(tokens: readonly DroneToken[]): DroneFunctions {
  const closings = bracketsOf(tokens);
  const closing = (open: number): number => closings.get(open) ?? tokens.length;
  const functions: ProgramFunction[] = [];
  const calls = new Map<string, number[]>();
  const variables = new Map<string, number[]>();
  const loops: ProgramLoop[] = [];
  const textAt = (index: number): string => {
    const token = tokens[index];
    return token === undefined || token.kind === "string" ? "" : token.text;
  };
  const argumentsAt = (open: number): readonly number[] => {
    const end = closings.get(open) ?? Math.min(tokens.length, open + maximumOpen);
    const starts: number[] = [];
    for (let at = open + 1; at < end; at++) {
      starts.push(at);
      while (at < end && textAt(at) !== ",") at = closings.get(at) ?? at + 1;
    }
    return starts;
  };
  const define = (name: string, place: number): void => {
    variables.set(name, [...(variables.get(name) ?? []), place]);
  };
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "sign" && closings.has(at)) open.push(at);
    else if (token.kind === "sign" && ")]}".includes(token.text)) open.pop();
    if (token.kind !== "name") continue;
    const after = textAt(at + 1);
    if (after === "(") {
      const close = closing(at + 1);
      const before = textAt(at - 1);
      // `local f(a) = ...`, `{ f(a): ... }`; a loop and a condition end with the same sign.
      const isDefinition =
        before === "def" ||
        (before !== "." && textAt(close + 1) === "=") ||
        (/^[{,]$/.test(before) && /^::?$/.test(textAt(close + 1)));
      if (isDefinition) functions.push(functionAt(at, close));
      else {
        const short = token.text.slice(token.text.lastIndexOf(".") + 1);
        const known = calls.get(short) ?? [];
        if (known.length < maximumCalls) calls.set(short, [...known, at + 1]);
      }
    } else if (after === "=" && !isArgument(at)) define(token.text, at + 2);
    else if (textAt(at - 1) === "for" && after === "in") {
      // Within brackets what is said for each item stands before it.
      const bracket = open.at(-1);
      const stretch = bracket === undefined ? { from: at, to: tokens.length } : { from: bracket, to: closing(bracket) };
      loops.push({ name: token.text, list: at + 2, ...stretch });
    } else if (textAt(at - 1) === "for" && after === ",") {
      const names = namesFrom(at);
      const list = at + 2 * names.length;
      const bracket = open.at(-1);
      const stretch = bracket === undefined ? { from: at, to: tokens.length } : { from: bracket, to: closing(bracket) };
      if (textAt(list - 1) === "in")
        loops.push(...names.map((name, position) => ({ name, position, list, ...stretch })));
    }
  }

  /** The names between which commas stand. */
  function namesFrom(at: number): readonly string[] {
    const names = [textAt(at)];
    while (textAt(at + 2 * names.length - 1) === "," && names.length < maximumDepth)
      names.push(textAt(at + 2 * names.length));
    return names;
  }

  /** Whether `name = value` is an argument, or the default of a parameter. */
  function isArgument(at: number): boolean {
    const before = textAt(at - 1);
    return before === "(" || (before === "," && !isInLocal(at));
  }

  /** `local a = 1, b = 2;` */
  function isInLocal(at: number): boolean {
    for (let index = at - 1; index >= 0 && at - index < 400; index--) {
      if (textAt(index) === "local") return true;
      if (/^[({[;]$/.test(textAt(index))) return false;
    }
    return false;
  }

  /** Where the items begin of what a loop goes over; of each the part at a position, where the loop takes them apart. */
  function itemsFrom(at: number, depth: number, position?: number): readonly number[] {
    const isCall = textAt(at + 1) === "(";
    if (isCall && textAt(at) === "enumerate")
      return position === 1 ? itemsFrom(at + 2, depth + 1) : position === undefined ? [nowhere] : [];
    const [, mapping, entries] = isCall ? (/^(.+)\.(items|keys|values)$/.exec(textAt(at)) ?? []) : [];
    // `std.objectFields(images)`
    if (isCall && textAt(at) === "std.objectFields") return itemsFrom(at + 2, depth + 1, position);
    const places = textAt(at) === "[" || textAt(at) === "{" ? [at] : placesOf(at, mapping, depth);
    return places.flatMap((place) => {
      if (textAt(place) === "{")
        return argumentsAt(place).map((start) => {
          const isKey = entries === "items" ? position === 0 : entries !== "values" && position === undefined;
          const isValue = entries === "items" ? position === 1 : entries === "values" && position === undefined;
          return isKey ? start : isValue && /^::?$/.test(textAt(start + 1)) ? start + 2 : nowhere;
        });
      if (textAt(place) !== "[" || entries !== undefined) return [nowhere];
      const items = argumentsAt(place);
      if (position === undefined) return items;
      return items.map((item) => (/^[([]$/.test(textAt(item)) ? (argumentsAt(item)[position] ?? nowhere) : nowhere));
    });
  }

  /** Where the values begin of the list or mapping that stands at a token, or that is named `mapping`. */
  function placesOf(at: number, mapping: string | undefined, depth: number): readonly number[] {
    const key = textAt(at + 1) === "[" && textAt(at + 3) === "]" ? tokens[at + 2] : undefined;
    const name = mapping ?? (key?.kind === "string" ? `${textAt(at)}.${key.text}` : textAt(at));
    return name === "" || depth > maximumDepth ? [nowhere] : definitionsOf(name, at, depth + 1).places;
  }

  function functionAt(at: number, close: number): ProgramFunction {
    const parameters = argumentsAt(at + 1).map((start) => ({
      name: textAt(start),
      fallback: textAt(start + 1) === "=" ? start + 2 : undefined,
    }));
    return { name: textAt(at), parameters, from: at, to: endOfBody(at, close) };
  }

  /** Jsonnet's body ends with the expression; Starlark's where a further function begins. */
  function endOfBody(at: number, close: number): number {
    const isStarlark = textAt(at - 1) === "def";
    for (let index = close + 1; index < tokens.length; index++) {
      const text = textAt(index);
      if (isStarlark ? text === "def" : /^[;,)\]}]$/.test(text)) return index;
      if (!isStarlark) index = closings.get(index) ?? index;
    }
    return tokens.length;
  }

  /** What the calls of a function give its parameter. */
  function given({ name, parameters }: ProgramFunction, parameter: string): readonly number[] {
    const position = parameters.findIndex((one) => one.name === parameter);
    const fallback = parameters[position]?.fallback;
    const found = (calls.get(name) ?? []).map((open): number => {
      const given = argumentsAt(open);
      const isNamed = (start: number): boolean => textAt(start + 1) === "=";
      const own = given.find((start) => isNamed(start) && textAt(start) === parameter);
      if (own !== undefined) return own + 2;
      const start = given.filter((one) => !isNamed(one))[position];
      return start ?? fallback ?? nowhere;
    });
    return found.length > 0 ? found : [fallback ?? nowhere];
  }

  function definitionsOf(name: string, at: number, depth = 0): DroneDefinitions {
    const around = functions.filter(({ from, to }) => from < at && at < to).toReversed();
    const [first = "", ...keys] = name.split(".");
    const fields = (places: readonly number[]): DroneDefinitions => ({
      places: keys.length === 0 ? places : places.flatMap((place) => fieldAt(place, keys, depth)),
    });
    const [own] = around;
    const loop = loops.findLast(
      (one) => one.name === first && one.from < at && at < one.to && at !== one.list && one.from >= (own?.from ?? 0),
    );
    if (loop !== undefined) return fields(itemsFrom(loop.list, depth, loop.position));
    for (const one of around) {
      if (one.parameters.some((parameter) => parameter.name === first))
        return { ...fields(given(one, first)), calls: one };
      const places = (variables.get(first) ?? []).filter((place) => one.from < place && place < one.to);
      if (places.length > 0) return fields(places);
    }
    return fields(
      (variables.get(first) ?? []).filter((place) => !functions.some(({ from, to }) => from < place && place < to)),
    );
  }

  return {
    closing,
    isDefined: (name) => functions.some((one) => one.name === name),
    argumentsAt,
    definitionsOf: (name, at) => definitionsOf(name, at),
    fieldAt: (place, key) => fieldAt(place, [key], 0).find((one) => one !== nowhere),
    givingOf(name) {
      const [only, ...others] = functions.filter((one) => one.name === name);
      if (only === undefined || others.length > 0) return undefined;
      const equals = closing(only.from + 1) + 1;
      // `= value` or `: return value`
      const value = textAt(equals) === "=" ? equals + 1 : textAt(equals + 1) === "return" ? equals + 2 : undefined;
      return value === undefined || textAt(value) === "local" ? undefined : { ...only, value };
    },
  };

  /** Where the value of a field of an object that is written out begins. */
  function fieldAt(place: number, keys: readonly string[], depth: number): readonly number[] {
    const [key = "", ...rest] = keys;
    const isName = tokens[place]?.kind === "name" && !/^[[(.]$/.test(textAt(place + 1));
    // An object may be handed on under a name.
    if (isName && depth < maximumDepth)
      return definitionsOf([textAt(place), ...keys].join("."), place, depth + 1).places;
    if (textAt(place) !== "{") return [nowhere];
    for (const start of argumentsAt(place)) {
      const token = tokens[start];
      if (token === undefined || token.kind === "sign" || token.text !== key || !/^::?$/.test(textAt(start + 1)))
        continue;
      return rest.length === 0 ? [start + 2] : fieldAt(start + 2, rest, depth);
    }
    return [nowhere];
  }
}

/** Which token closes each bracket. */
function bracketsOf(tokens: readonly DroneToken[]): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "sign") continue;
    if ("([{".includes(token.text)) open.push(at);
    else if (")]}".includes(token.text)) {
      const start = open.pop();
      if (start !== undefined) closings.set(start, at);
    }
  }
  return closings;
}
