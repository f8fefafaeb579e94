import { alternatives } from "./alternatives.ts";
import { lookupName } from "./shellFunction.ts";
import type { ShellState } from "./shellState.ts";
import type { Stretch } from "./stretch.ts";
import type { ArrayItem, Variable } from "./variables.ts";
import { wordParts } from "./wordParts.ts";

const unknown: Variable = { kind: "unknown" };
const unset: Variable = { kind: "unset" };

/** The element that a subscript asks for; any of them where only running the script tells which (bash, "Arrays"). */
export function elementOf(state: ShellState, name: string, subscript: string): Variable {
  const variable = lookupName(state, name);
  if (variable.kind !== "array") return subscript === "0" ? variable : unknown;
  const { items } = variable;
  state.budget -= items.length;
  if (state.budget < 0) return unknown;
  const [, key] = /^\$\{?(\w+)\}?$/.exec(subscript) ?? [];
  const found = key === undefined ? itemAt(items, subscript) : itemByVariable(state, items, lookupName(state, key));
  if (found !== undefined) return found;
  return alternatives(
    items.map(({ value, stretches }) =>
      value === undefined ? { kind: "unknown", stretches } : { kind: "known", value, stretches },
    ),
    (stretches) => wordParts(state, stretches),
  );
}

/** `${!NAME[@]}`: the keys of an array. */
export function keysOf(state: ShellState, name: string): readonly ArrayItem[] | undefined {
  const variable = lookupName(state, name);
  if (variable.kind !== "array") return undefined;
  state.budget -= variable.items.length;
  const place = { start: state.at, end: state.at };
  const isNamed = variable.items.some(({ key }) => key !== undefined);
  return variable.items.map(({ key }, index): ArrayItem => {
    const value = key ?? (isNamed ? undefined : String(index));
    return { value, stretches: [{ text: value, ...place, steps: [] }] };
  });
}

function itemAt(items: readonly ArrayItem[], key: string): Variable | undefined {
  const item =
    items.findLast((one) => one.key === key) ??
    (/^\d+$/.test(key) && items.every((one) => one.key === undefined) ? items[Number(key)] : undefined);
  // Every key of such an array is known.
  if (item === undefined) return items.every((one) => one.key !== undefined) && !key.includes("$") ? unset : undefined;
  const { value, stretches } = item;
  return value === undefined ? { kind: "unknown", stretches } : { kind: "known", value, stretches };
}

/** The element whose key a variable holds, or each of those of a loop's variable. */
function itemByVariable(state: ShellState, items: readonly ArrayItem[], key: Variable): Variable | undefined {
  if (key.kind === "known") return itemAt(items, key.value);
  const [only, ...others] = key.kind === "unknown" ? (key.stretches ?? []) : [];
  if (only?.choices === undefined || others.length > 0) return undefined;
  const choices = only.choices.map((parts) => {
    const text = parts.every((part) => part.text !== undefined) ? parts.map((part) => part.text).join("") : undefined;
    const item = text === undefined ? undefined : itemAt(items, text);
    return item === undefined || item.kind === "unset" || item.kind === "array"
      ? []
      : wordParts(state, item.stretches ?? []);
  });
  if (choices.some((choice) => choice.length === 0)) return undefined;
  const stretch: Stretch = { ...only, steps: [], choices, group: only.group ?? only.choices };
  return { kind: "unknown", stretches: [stretch] };
}
