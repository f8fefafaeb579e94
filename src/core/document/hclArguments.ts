import type { HclForce } from "./hclFunctions.ts";
import { knownText, type HclThunk, type HclValue } from "./hclValue.ts";

/** A list that an argument comes to. */
export type HclList = Extract<HclValue, { readonly kind: "list" }>;

/** A value as what an argument would be. */
export function known(value: HclValue): HclThunk {
  return { kind: "known", values: [value] };
}

/** The one text that an argument comes to. */
export function onlyText(thunk: HclThunk | undefined, force: HclForce): string | undefined {
  const [first, ...others] = thunk === undefined ? [] : force(thunk);
  return others.length > 0 ? undefined : knownText(first);
}

/** The one list that an argument comes to. */
export function onlyList(thunk: HclThunk, force: HclForce): HclList | undefined {
  const [first, ...others] = force(thunk);
  return others.length === 0 && first?.kind === "list" ? first : undefined;
}
