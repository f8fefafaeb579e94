import type { Span } from "../image/span.ts";
import { closingOf, type NixBinding, type TokenRange } from "./nixBindings.ts";
import type { NixToken } from "./nixTokens.ts";
import type { NixValues } from "./nixValues.ts";
import type { Value } from "./value.ts";

/** An image that a function of the file's own puts into the set that it makes. */
export interface CalledImage {
  readonly span: Span;
  readonly value: Value;
  /** What stands there alone. */
  readonly instead?: NixBinding;
}

/** A function whose result has an image that its arguments say. */
interface ContainerFunction {
  readonly scope: TokenRange;
  /** Its arguments: a name, or the names that it takes from a set. */
  readonly parameters: readonly (readonly NixBinding[])[];
  readonly image: NixBinding;
}

const places = /(?:^|\.)(?:oci-containers|podman)\.containers\.[^.]+$/;

/** The images of containers that are what functions of the file make of their arguments: `web = container "web" "1.2";`. */
export function calledImages(
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  values: NixValues,
): readonly CalledImage[] {
  const calls = bindings.filter(({ path, value }) => value !== undefined && places.test(path.join(".")));
  if (calls.length === 0) return [];
  const closing = closingOf(tokens);
  const inSet = new Map<number, NixBinding[]>();
  for (const binding of bindings) {
    const same = inSet.get(binding.set);
    if (same === undefined) inSet.set(binding.set, [binding]);
    else same.push(binding);
  }
  const functions = functionsOf(tokens, bindings, inSet, closing);
  if (functions.size === 0) return [];
  return calls.flatMap(({ path, value }): readonly CalledImage[] => {
    const { from, to } = value ?? { from: 0, to: 0 };
    for (let at = from; at < to; at++) {
      const token = tokens[at];
      const called = token?.kind === "name" ? functions.get(token.text) : undefined;
      if (called === undefined || at < called.scope.from || at >= called.scope.to) continue;
      const { parameters, image } = called;
      const given = argumentsAt(tokens, closing, { from: at + 1, to }).slice(0, parameters.length);
      const said = new Map<NixBinding, Value>();
      for (const [index, argument] of given.entries())
        for (const one of parameters[index] ?? []) {
          const value = valueOf(one, argument, { tokens, inSet, values, path });
          if (value !== undefined) said.set(one, value);
        }
      const whole = { from: at, to: given.at(-1)?.to ?? at + 1 };
      const passed = given.find((_, index) => parameters[index]?.some((one) => isPassedOn(one, image, tokens)));
      const isOfSet = passed !== undefined && tokens[passed.from]?.text === "{";
      if (passed !== undefined && !isOfSet) return [{ span: spanOf(tokens, passed), value: values.of(passed) }];
      const own = given.flatMap((argument) => inSet.get(argument.from + 1) ?? []).find(isImageOf(path));
      // What stands under its key in the call is found there; with what the function adds to it, it is found here.
      if (isOfSet) return [];
      const span = spanOf(tokens, own?.value ?? whole);
      return [{ span, value: values.given(image, said), ...(own && { instead: own }) }];
    }
    return [];
  });
}

/** Functions that a `let` names, and that make a set with an image. */
function functionsOf(
  tokens: readonly NixToken[],
  bindings: readonly NixBinding[],
  inSet: ReadonlyMap<number, readonly NixBinding[]>,
  closing: ReadonlyMap<number, number>,
): ReadonlyMap<string, ContainerFunction> {
  const images = new Map<string, NixBinding[]>();
  for (const binding of bindings)
    if (binding.path.length === 2 && binding.path[1] === "image") {
      const key = binding.path[0] ?? "";
      images.set(key, [...(images.get(key) ?? []), binding]);
    }
  const found = new Map<string, ContainerFunction>();
  for (const { path, value, scope } of images.size === 0 ? [] : bindings) {
    const [name, ...others] = path;
    if (name === undefined || others.length > 0 || value === undefined || scope === undefined) continue;
    const parameters: (readonly NixBinding[])[] = [];
    let at = value.from;
    for (;;) {
      const end = tokens[at]?.text === "{" ? closing.get(at) : at;
      const named = end !== undefined && tokens[end + 1]?.text === "@" ? end + 2 : end;
      if (named === undefined || named >= value.to || tokens[named + 1]?.text !== ":") break;
      parameters.push(
        (inSet.get(at) ?? []).filter(({ path: own, scope: seen }) => own.length === 1 && seen !== undefined),
      );
      at = named + 2;
    }
    const image = images.get(name)?.find(({ set }) => set > at && set < value.to);
    const token = image?.value === undefined ? undefined : tokens[image.value.from];
    const isConstant = token?.kind === "string" && token.pieces?.every(({ kind }) => kind === "text") === true;
    if (parameters.length > 0 && image !== undefined && !isConstant) found.set(name, { scope, parameters, image });
  }
  return found;
}

/** The arguments that follow a function's name: single tokens, and brackets with all that they hold. */
function argumentsAt(
  tokens: readonly NixToken[],
  closing: ReadonlyMap<number, number>,
  { from, to }: TokenRange,
): readonly TokenRange[] {
  const found: TokenRange[] = [];
  for (let at = from; at < to;) {
    const token = tokens[at];
    if (token === undefined || (token.kind === "sign" && !"{[(".includes(token.text))) break;
    const end = (closing.get(at) ?? at) + 1;
    found.push({ from: at, to: Math.min(end, to) });
    at = end;
  }
  return found;
}

/** What a call gives one name of a function's arguments. */
function valueOf(
  one: NixBinding,
  argument: TokenRange,
  {
    tokens,
    inSet,
    values,
    path,
  }: {
    readonly tokens: readonly NixToken[];
    readonly inSet: ReadonlyMap<number, readonly NixBinding[]>;
    readonly values: NixValues;
    readonly path: readonly string[];
  },
): Value | undefined {
  if (tokens[one.set]?.text !== "{") return values.of(argument);
  const key = [...path, ...one.path].join(".");
  const said = inSet.get(argument.from + 1)?.find(({ path: other }) => other.join(".") === key);
  if (said === undefined) return undefined;
  return said.value === undefined
    ? values.named(said.inherited ?? "", argument.from, said.span)
    : values.of(said.value);
}

function isImageOf(path: readonly string[]): (binding: NixBinding) => boolean {
  const key = [...path, "image"].join(".");
  return (binding) => binding.path.join(".") === key;
}

/** Whether the image is what the argument says, and nothing besides. */
function isPassedOn({ path: [name] }: NixBinding, image: NixBinding, tokens: readonly NixToken[]): boolean {
  const { value, inherited } = image;
  if (value === undefined) return inherited === name;
  const token = tokens[value.from];
  return value.to - value.from === 1 && token?.kind === "name" && token.text === name;
}

function spanOf(tokens: readonly NixToken[], { from, to }: TokenRange): Span {
  const [first, last] = [tokens[from], tokens[to - 1]];
  if (first === undefined || last === undefined) return { start: 0, end: 0 };
  if (first === last) return first.span;
  const outer = (token: NixToken): Span => (token.kind === "string" ? token.outer : token.span);
  return { start: outer(first).start, end: outer(last).end };
}
