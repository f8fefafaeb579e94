import type { HclForce, HclFunction } from "./hclFunctions.ts";
import { truth } from "./hclOperators.ts";
import {
  knownText,
  listOf,
  madeText,
  maximumItems,
  objectOf,
  unknownValues,
  type HclThunk,
  type HclValue,
} from "./hclValue.ts";

type HclList = Extract<HclValue, { readonly kind: "list" }>;
type HclObject = Extract<HclValue, { readonly kind: "object" }>;

/** Lists in lists that are followed. */
const maximumDepth = 10;
const same: HclFunction = ([arg], force) => (arg === undefined ? unknownValues : force(arg));

/** Functions of lists and objects, and those that choose among values. */
export const collectionFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
  // What is encoded keeps its structure for whoever reads it.
  ...["jsonencode", "yamlencode", "tolist", "toset", "tomap", "sensitive", "nonsensitive", "parseint"].map(
    (name) => [name, same] as const,
  ),
  ["try", ([...args], force) => firstOf(args, force, () => true)],
  ["coalesce", (args, force) => firstOf(args, force, (value) => value.kind !== "null" && knownText(value) !== "")],
  ["coalescelist", (args, force) => firstOf(args, force, (value) => value.kind === "list" && value.items.length > 0)],
  ["can", ([arg], force) => (arg === undefined ? unknownValues : truth(force(arg)[0]?.kind !== "missing"))],
  ["lookup", found],
  ["element", element],
  ["index", ([list, at], force) => (list && at ? chosen(list, at, force) : unknownValues)],
  [
    "one",
    ([arg], force) => onList(arg, force, ({ items: [only, ...others] }) => (others.length > 0 ? undefined : only)),
  ],
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
  [
    "length",
    ([arg], force) => {
      const [value] = arg === undefined ? [] : force(arg);
      if (value?.kind === "list") return [madeText(String(value.items.length))];
      if (value?.kind === "object") return [madeText(String(value.entries.size))];
      const text = knownText(value);
      return text === undefined ? unknownValues : [madeText(String(text.length))];
    },
  ],
  [
    "contains",
    ([list, item], force) => {
      const texts = list === undefined ? undefined : onlyList(list, force)?.items.map((one) => onlyText(one, force));
      const text = onlyText(item, force);
      if (texts === undefined || text === undefined) return unknownValues;
      return texts.includes(text) ? truth(true) : truth(texts.includes(undefined) ? undefined : false);
    },
  ],
]);

function known(value: HclValue): HclThunk {
  return { kind: "known", values: [value] };
}

function onlyText(thunk: HclThunk | undefined, force: HclForce): string | undefined {
  const [first, ...others] = thunk === undefined ? [] : force(thunk);
  return others.length > 0 ? undefined : knownText(first);
}

function onlyList(thunk: HclThunk, force: HclForce): HclList | undefined {
  const [first, ...others] = force(thunk);
  return others.length === 0 && first?.kind === "list" ? first : undefined;
}

function isEmpty(thunk: HclThunk, force: HclForce): boolean {
  const [value, ...others] = force(thunk);
  return others.length === 0 && (value?.kind === "null" || knownText(value) === "");
}

/** The first argument that is accepted; what is not known counts only where nothing else does. */
function firstOf(
  args: readonly HclThunk[],
  force: HclForce,
  accepts: (value: HclValue) => boolean,
): readonly HclValue[] {
  for (const arg of args) {
    const accepted = force(arg).filter(
      (value) => value.kind !== "unknown" && value.kind !== "missing" && accepts(value),
    );
    if (accepted.length > 0) return accepted;
  }
  return unknownValues;
}

function onList(
  arg: HclThunk | undefined,
  force: HclForce,
  choose: (list: HclList) => HclThunk | undefined,
): readonly HclValue[] {
  if (arg === undefined) return unknownValues;
  return force(arg).flatMap((value): readonly HclValue[] => {
    if (value.kind !== "list") return [value.kind === "unknown" ? value : { kind: "missing" }];
    const item = choose(value);
    return item === undefined ? [{ kind: "missing" }] : force(item);
  });
}

function onLists(
  args: readonly HclThunk[],
  force: HclForce,
  make: (lists: readonly HclList[]) => readonly HclThunk[],
): readonly HclValue[] {
  const lists = args.flatMap((arg) => onlyList(arg, force) ?? []);
  if (args.length === 0 || lists.length < args.length) return unknownValues;
  return [
    listOf(
      make(lists),
      lists.flatMap(({ chain }) => chain),
    ),
  ];
}

function onObjects(
  args: readonly HclThunk[],
  force: HclForce,
  make: (objects: readonly HclObject[]) => HclValue,
): readonly HclValue[] {
  const objects: HclObject[] = [];
  for (const arg of args) {
    const [value, ...others] = force(arg);
    if (value?.kind === "null") continue;
    // A variable that nobody gives adds nothing that the files tell.
    if (value?.kind === "unknown" && args.length > 1) continue;
    if (value?.kind !== "object" || others.length > 0) return unknownValues;
    objects.push(value);
  }
  return objects.length === 0 ? unknownValues : [make(objects)];
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

function found([of, key, fallback]: readonly HclThunk[], force: HclForce): readonly HclValue[] {
  const name = onlyText(key, force);
  const values = of === undefined ? [] : force(of);
  const taken = values.flatMap((value) => {
    const inner = value.kind === "object" && name !== undefined ? value.entries.get(name) : undefined;
    return inner === undefined ? [] : force(inner).filter(({ kind }) => kind !== "missing");
  });
  if (taken.length > 0) return taken;
  return fallback === undefined ? unknownValues : force(fallback);
}

function element([list, at]: readonly HclThunk[], force: HclForce): readonly HclValue[] {
  const number = Number(onlyText(at, force));
  if (!Number.isInteger(number)) return unknownValues;
  return onList(list, force, ({ items }) => items.at(items.length === 0 ? 0 : number % items.length));
}

/** `index` of a list by a number or of an object by a key (bake), or the place of a text in a list (Terraform). */
function chosen(list: HclThunk, at: HclThunk, force: HclForce): readonly HclValue[] {
  const [value] = force(list);
  const key = onlyText(at, force);
  if (key === undefined || (value?.kind !== "list" && value?.kind !== "object")) return unknownValues;
  if (value.kind === "object") {
    const inner = value.entries.get(key);
    return inner === undefined ? [{ kind: "missing" }] : force(inner);
  }
  const place = value.items.findIndex((item) => onlyText(item, force) === key);
  const item = /^\d+$/.test(key) ? value.items[Number(key)] : undefined;
  return place >= 0 ? [madeText(String(place))] : item === undefined ? [{ kind: "missing" }] : force(item);
}

function range(bounds: readonly number[]): readonly HclValue[] {
  const [first = 0, second, step = 1] = bounds;
  const [from, to] = second === undefined ? [0, first] : [first, second];
  if (![from, to, step].every((bound) => Number.isInteger(bound)) || step === 0) return unknownValues;
  const count = Math.min(maximumItems, Math.max(0, Math.ceil((to - from) / step)));
  return [listOf(Array.from({ length: count }, (_, index) => known(madeText(String(from + index * step)))))];
}
