import { onlyList, onlyText, type HclList } from "./hclArguments.ts";
import type { HclForce, HclFunction } from "./hclFunctions.ts";
import { truth } from "./hclOperators.ts";
import { knownText, madeText, unknownValues, type HclThunk, type HclValue } from "./hclValue.ts";

/** Functions that choose among values, or ask something of lists and objects. */
export const choiceFunctions: ReadonlyMap<string, HclFunction> = new Map<string, HclFunction>([
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
