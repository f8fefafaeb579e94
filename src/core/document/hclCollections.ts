import { known, onlyList, onlyText, type HclList } from "./hclArguments.ts";
import type { HclForce, HclFunction } from "./hclFunctions.ts";
import {
  knownText,
  listOf,
  madeText,
  maximumAlternatives,
  maximumItems,
  objectOf,
  unknownValues,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";

type HclObject = Extract<HclValue, { readonly kind: "object" }>;

/** Lists in lists that are followed. */
const maximumDepth = 10;
const same: HclFunction = ([arg], force) => (arg === undefined ? unknownValues : force(arg));

/** Functions that make lists and objects of others. */
export const collectionFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  // What is encoded keeps its structure for whoever reads it.
  ...["jsonencode", "yamlencode", "tolist", "toset", "tomap", "sensitive", "nonsensitive", "parseint"].map(
    (name) => [name, same] as const,
  ),
  ["concat", (args, force) => onLists(args, force, (lists) => lists.flatMap(({ items }) => items))],
  ["flatten", (args, force) => onLists(args, force, ([list]) => (list === undefined ? [] : flattened(list, force, 0)))],
  ["sort", (args, force) => onLists(args, force, ([list]) => sorted(list?.items ?? [], force))],
  ["reverse", (args, force) => onLists(args, force, ([list]) => list?.items.toReversed() ?? [])],
  ["distinct", (args, force) => onLists(args, force, ([list]) => distinct(list?.items ?? [], force))],
  [
    "setunion",
    (args, force) =>
      onLists(args, force, (lists) =>
        distinct(
          lists.flatMap(({ items }) => items),
          force,
        ),
      ),
  ],
  [
    "compact",
    (args, force) => onLists(args, force, ([list]) => (list?.items ?? []).filter((item) => !isEmpty(item, force))),
  ],
  [
    "slice",
    ([list, ...range], force) => {
      const [from, to] = range.map((arg) => Number(onlyText(arg, force)));
      return Number.isInteger(from) && Number.isInteger(to) && list !== undefined
        ? onLists([list], force, ([only]) => only?.items.slice(from, to) ?? [])
        : unknownValues;
    },
  ],
  [
    "keys",
    ([arg], force) =>
      onObjects(arg === undefined ? [] : [arg], force, ([object]) =>
        listOf([...(object?.entries.keys() ?? [])].toSorted().map((key) => known(madeText(key)))),
      ),
  ],
  [
    "values",
    ([arg], force) =>
      onObjects(arg === undefined ? [] : [arg], force, ([object]) =>
        listOf(
          [...(object?.entries ?? [])].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, thunk]) => thunk),
        ),
      ),
  ],
  [
    "merge",
    (args, force) =>
      onObjects(args, force, (objects) =>
        objectOf(
          new Map(objects.flatMap(({ entries }) => [...entries])),
          objects.flatMap(({ chain }) => chain),
        ),
      ),
  ],
  [
    "zipmap",
    ([keys, values], force) => {
      const [names, items] = [keys, values].map((arg) => (arg === undefined ? undefined : onlyList(arg, force)?.items));
      const entries = names?.map((key, index) => [onlyText(key, force), items?.[index]] as const);
      const isKnown = entries?.every(([key, item]) => key !== undefined && item !== undefined);
      return entries === undefined || isKnown !== true
        ? unknownValues
        : [
            objectOf(
              entries.flatMap(([key, item]) => (key === undefined || item === undefined ? [] : [[key, item] as const])),
            ),
          ];
    },
  ],
  [
    "setproduct",
    (args, force) =>
      onLists(args, force, (lists) => {
        if (lists.length < args.length) return [{ kind: "known", values: unknownValues }];
        let rows: (readonly HclThunk[])[] = [[]];
        for (const { items } of lists)
          rows = rows.flatMap((row) => items.map((item) => [...row, item])).slice(0, maximumItems);
        return rows.map((row) => known(listOf(row)));
      }),
  ],
  [
    "split",
    ([separator, text], force) => {
      const [sign, said] = [onlyText(separator, force), onlyText(text, force)];
      return sign === undefined || sign === "" || said === undefined
        ? unknownValues
        : [listOf(said.split(sign, maximumItems).map((piece) => known(madeText(piece))))];
    },
  ],
  ["range", (args, force) => range(args.map((arg) => Number(onlyText(arg, force))))],
]);

function isEmpty(thunk: HclThunk, force: HclForce): boolean {
  const [value, ...others] = force(thunk);
  return others.length === 0 && (value?.kind === "null" || knownText(value) === "");
}

/** What is made of the lists that arguments come to, once for each choice of them. */
function onLists(
  args: readonly HclThunk[],
  force: HclForce,
  make: (lists: readonly HclList[]) => readonly HclThunk[],
): readonly HclValue[] {
  return onRows(args, force, "list", (lists) =>
    listOf(
      make(lists),
      lists.flatMap(({ chain }) => chain),
    ),
  );
}

function onObjects(
  args: readonly HclThunk[],
  force: HclForce,
  make: (objects: readonly HclObject[]) => HclValue,
): readonly HclValue[] {
  return onRows(args, force, "object", make);
}

function onRows<K extends "list" | "object">(
  args: readonly HclThunk[],
  force: HclForce,
  wanted: K,
  make: (row: readonly Extract<HclValue, { readonly kind: K }>[]) => HclValue,
): readonly HclValue[] {
  type Wanted = Extract<HclValue, { readonly kind: K }>;
  let rows: (readonly Wanted[])[] = [[]];
  for (const arg of args) {
    // A variable that nobody gives adds nothing that the files tell.
    const values = force(arg).filter(({ kind }) => kind !== "null" && (kind !== "unknown" || args.length === 1));
    const found = values.filter((value): value is Wanted => value.kind === wanted);
    if (found.length < values.length) return unknownValues;
    if (found.length > 0) rows = rows.flatMap((row) => found.map((one) => [...row, one])).slice(0, maximumAlternatives);
  }
  return rows.flatMap((row) => (row.length === 0 ? unknownValues : [make(row)]));
}

function flattened(list: HclList, force: HclForce, depth: number): readonly HclThunk[] {
  return list.items
    .flatMap((item) => {
      const inner = depth > maximumDepth ? undefined : onlyList(item, force);
      return inner === undefined ? [item] : flattened(inner, force, depth + 1);
    })
    .slice(0, maximumItems);
}

function distinct(items: readonly HclThunk[], force: HclForce): readonly HclThunk[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const text = onlyText(item, force);
    if (text === undefined) return true;
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}

/** Texts in their order; with one that is not known, nothing tells where the others stand. */
function sorted(items: readonly HclThunk[], force: HclForce): readonly HclThunk[] {
  const texts = items.map((item) => ({ item, text: onlyText(item, force) }));
  if (texts.some(({ text }) => text === undefined)) return items.map(() => ({ kind: "known", values: unknownValues }));
  return texts.toSorted((one, other) => ((one.text ?? "") < (other.text ?? "") ? -1 : 1)).map(({ item }) => item);
}

function range(bounds: readonly number[]): readonly HclValue[] {
  const [first = 0, second, step = 1] = bounds;
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (![from, to, step].every((bound) => Number.isInteger(bound)) || step === 0) return unknownValues;
  const count = Math.min(maximumItems, Math.max(0, Math.ceil((to - from) / step)));
  return [listOf(Array.from({ length: count }, (_, index) => known(madeText(String(from + index * step)))))];
}
