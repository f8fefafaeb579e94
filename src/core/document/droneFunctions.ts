import type { DroneToken } from "./droneTokens.ts";

/** What a program's names stand for, by where they are used. */
export interface DroneFunctions {
  /** What a name stands for at a token. */
  definitionsOf(name: string, at: number): DroneDefinitions;
  /** Where the arguments or items of a bracket begin. */
  argumentsAt(open: number): readonly number[];
  /** Whether the program itself defines a function of that name. */
  isDefined(name: string): boolean;
  /** The token that closes a bracket. */
  closing(open: number): number;
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

/** A place without a value. */
const nowhere = -1;
const maximumCalls = 64;

/** Finds a program's functions, who calls them, and its variables: `local f(a, b=1) = ...`, `def f(a, b=1):`, `x = ...`, `for x in [...]`. */
export function createDroneFunctions(tokens: readonly DroneToken[]): DroneFunctions {
  const closings = bracketsOf(tokens);
  const closing = (open: number): number => closings.get(open) ?? tokens.length;
  const functions: ProgramFunction[] = [];
  const calls = new Map<string, number[]>();
  const variables = new Map<string, number[]>();
  const textAt = (index: number): string => {
    const token = tokens[index];
    return token === undefined || token.kind === "string" ? "" : token.text;
  };
  const argumentsAt = (open: number): readonly number[] => {
    const end = closing(open);
    const starts: number[] = [];
    for (let at = open + 1; at < end; at++) {
      starts.push(at);
      while (at < end && textAt(at) !== ",") at = closings.get(at) ?? at + 1;
    }
    return starts;
  };
  const defineAll = (name: string, places: readonly number[]): void => {
    variables.set(name, [...(variables.get(name) ?? []), ...places]);
  };
  for (const [at, token] of tokens.entries()) {
    if (token.kind !== "name") continue;
    const after = textAt(at + 1);
    if (after === "(") {
      const close = closing(at + 1);
      const isDefinition =
        textAt(at - 1) === "def" || (textAt(at - 1) !== "." && /^(?:=|::?)$/.test(textAt(close + 1)));
      if (isDefinition && (textAt(at - 1) === "def" || textAt(close + 1) !== ":" || textAt(at - 1) !== "for"))
        functions.push(functionAt(at, close));
      else {
        const short = token.text.slice(token.text.lastIndexOf(".") + 1);
        const known = calls.get(short) ?? [];
        if (known.length < maximumCalls) calls.set(short, [...known, at + 1]);
      }
    } else if (after === "=" && !isArgument(at)) defineAll(token.text, [at + 2]);
    else if (textAt(at - 1) === "for" && after === "in") defineAll(token.text, itemsFrom(at + 2));
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

  function itemsFrom(at: number): readonly number[] {
    if (textAt(at) === "[") return argumentsAt(at);
    const known = variables.get(textAt(at)) ?? [];
    return known.flatMap((place) => (textAt(place) === "[" ? argumentsAt(place) : [nowhere]));
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

  return {
    closing,
    isDefined: (name) => functions.some((one) => one.name === name),
    argumentsAt,
    definitionsOf(name, at) {
      const around = functions.filter(({ from, to }) => from < at && at < to).toReversed();
      const [first = "", ...keys] = name.split(".");
      const fields = (places: readonly number[]): DroneDefinitions => ({
        places: keys.length === 0 ? places : places.flatMap((place) => fieldAt(place, keys)),
      });
      for (const one of around) {
        if (one.parameters.some((parameter) => parameter.name === first))
          return { ...fields(given(one, first)), calls: one };
        const own = (variables.get(first) ?? []).filter((place) => one.from < place && place < one.to);
        if (own.length > 0) return fields(own);
      }
      return fields(
        (variables.get(first) ?? []).filter(
          (place) => place === nowhere || !functions.some(({ from, to }) => from < place && place < to),
        ),
      );
    },
  };

  /** Where the value of a field of an object that is written out begins. */
  function fieldAt(place: number, [key = "", ...rest]: readonly string[]): readonly number[] {
    if (textAt(place) !== "{") return [nowhere];
    for (const start of argumentsAt(place)) {
      const token = tokens[start];
      if (token === undefined || token.kind === "sign" || token.text !== key || !/^::?$/.test(textAt(start + 1)))
        continue;
      return rest.length === 0 ? [start + 2] : fieldAt(start + 2, rest);
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
