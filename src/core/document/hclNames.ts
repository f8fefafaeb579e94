import {
  maximumAlternatives,
  unknownValues,
  valueInText,
  type HclEnvironment,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";
import type { Value } from "./value.ts";

/** What a loop goes over, each with its key or its number. */
export function entriesIn(value: HclValue): readonly (readonly [string, HclThunk])[] | undefined {
  // In the order of their keys (HCL specification, "for expressions").
  if (value.kind === "object") return [...value.entries].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return value.kind === "list" ? value.items.map((item, index) => [String(index), item] as const) : undefined;
}

/** An environment in which names stand for more. */
export function withNames(environment: HclEnvironment, names: ReadonlyMap<string, HclThunk>): HclEnvironment {
  return { ...environment, lookup: lookupWith(environment.lookup, names, "item of the loop") };
}

/** A lookup in which names stand for more. */
export function lookupWith(
  lookup: HclEnvironment["lookup"],
  names: ReadonlyMap<string, HclThunk>,
  label: string,
): HclEnvironment["lookup"] {
  return (name) => {
    const thunk = names.get(name);
    if (thunk === undefined) return lookup(name);
    if (thunk.kind === "known") return { label, nodes: [], thunks: [thunk] };
    const environment = { ...thunk.environment, isShared: true };
    return { label, nodes: [], thunks: [{ ...thunk, environment, label }] };
  };
}

/** Every text that pieces make together. */
export function combined(pieces: readonly (readonly HclValue[])[]): readonly HclValue[] {
  let texts: Value[] = [{ parts: [], chain: [] }];
  for (const piece of pieces)
    texts = texts
      .flatMap((before) =>
        piece.map((value) => {
          const { parts, chain } = valueInText(value);
          return { parts: [...before.parts, ...parts], chain: [...before.chain, ...chain] };
        }),
      )
      .slice(0, maximumAlternatives);
  return texts.map((value) => ({ kind: "text", value }));
}

/** What is known, where something is: a default counts until somebody gives another value. */
export function preferKnown(values: readonly HclValue[]): readonly HclValue[] {
  const known = values.filter(({ kind }) => kind !== "unknown" && kind !== "missing");
  return known.length > 0 ? known : unknownValues;
}
