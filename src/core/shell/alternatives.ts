import type { WordPart } from "../document/document.ts";
import type { Range, Stretch } from "./stretch.ts";
import type { ArrayItem, Variable } from "./variables.ts";

/** More alternatives than any script has branches. */
const maximumAlternatives = 64;
const maximumItems = 200;

/** Where an alternative's own text is not in the script, as with what the environment gives. */
const nowhere = { start: 0, end: 0 };

/**
 * What a variable may be after branches of which one ran: a value that only running the script can tell, with those
 * that the branches say as its choices. What is not set, empty, or comes from outside is none of them, as a default
 * counts and an override does not; what a command in the script prints is one, though nobody knows it.
 */
export function alternatives(
  variables: readonly Variable[],
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
): Variable {
  if (variables.some(({ kind }) => kind === "array")) return joinedArray(variables);
  const choices = new Map<string, readonly WordPart[]>();
  let place = nowhere;
  for (const variable of variables) {
    if (variable.kind === "array" || variable.kind === "unset") continue;
    const { stretches } = variable;
    const [first] = stretches ?? [];
    if (first !== undefined) place = { start: first.start, end: stretches?.at(-1)?.end ?? first.end };
    for (const choice of choicesOf(variable, toParts)) {
      const identity = choice.map((part) => part.text ?? `\0${part.span.start}`).join("");
      const isKnown = choices.has(identity);
      if (identity === "" || (!isKnown && choices.size >= maximumAlternatives)) continue;
      // What several places say has no one place to edit.
      choices.set(identity, isKnown ? choice.map(withoutPlace) : choice);
    }
  }
  const mayBeUnset = variables.some((one) => one.kind === "unset" || (one.kind === "unknown" && one.mayBeUnset));
  if (choices.size === 0) return { kind: "unknown", mayBeUnset };
  const stretches = [{ text: undefined, ...place, steps: [], choices: [...choices.values()] }];
  return { kind: "unknown", mayBeUnset, stretches };
}

type Choice = readonly WordPart[];

/**
 * The same for variables that branches set together, where the script says all that they are: those of one branch stay
 * with each other. `branches` tells what every variable is in each of them. Absent where nothing goes together.
 */
export function alternativesTogether(
  branches: readonly (readonly Variable[])[],
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
): readonly Variable[] | undefined {
  const possible = branches.filter((branch) => branch.some(({ kind }) => kind !== "unset"));
  const expanded = possible.map((branch) => rowsOf(branch, toParts));
  const rows = new Map<string, readonly Choice[]>();
  for (const row of expanded.flatMap((one) => one ?? [])) rows.set(JSON.stringify(row.map(textOfChoice)), row);
  if (rows.size < 2 || rows.size > maximumAlternatives || expanded.includes(undefined)) return undefined;
  const isPerhapsUnset = possible.length < branches.length;
  return (possible[0] ?? []).map((_, index): Variable => {
    const choices = [...rows.values()].map((row) => row[index] ?? []);
    const texts = choices.map(textOfChoice);
    const isSaidOnce = (text: string): boolean => texts.indexOf(text) === texts.lastIndexOf(text);
    const placed = choices.map((choice) => (isSaidOnce(textOfChoice(choice)) ? choice : choice.map(withoutPlace)));
    const { start, end } = possible.map((branch) => placeOf(branch[index])).find((place) => place.end > 0) ?? nowhere;
    const stretches = [{ text: undefined, start, end, steps: [], choices: placed, group: rows }];
    return { kind: "unknown", mayBeUnset: isPerhapsUnset || texts.includes(""), stretches };
  });
}

function placeOf(variable: Variable | undefined): Range {
  const stretches = variable?.kind === "known" ? (variable.stretches ?? []) : [];
  return { start: stretches[0]?.start ?? 0, end: stretches.at(-1)?.end ?? 0 };
}

/** Whether a variable is one text, one of several that others go with, or not set. */
export function isDecided(variable: Variable): boolean {
  return variable.kind === "unset" || variable.kind === "known" || groupOf(variable) !== undefined;
}

function groupOf(variable: Variable): Required<Pick<Stretch, "choices" | "group">> | undefined {
  const [only, ...others] = variable.kind === "unknown" ? (variable.stretches ?? []) : [];
  if (only?.choices === undefined || only.group === undefined || others.length > 0) return undefined;
  return { choices: only.choices, group: only.group };
}

/** What the variables are in a branch, once for each of the ways that branches before it left. */
function rowsOf(
  branch: readonly Variable[],
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
): readonly (readonly Choice[])[] | undefined {
  const groups = branch.map(groupOf);
  const [first, ...others] = groups.flatMap((one) => one ?? []);
  if (first === undefined) return [branch.map((variable) => onlyChoice(variable, toParts))];
  if (others.some(({ group, choices }) => group !== first.group || choices?.length !== first.choices?.length))
    return undefined;
  return first.choices?.map((_, way) =>
    branch.map((variable, index) => groups[index]?.choices?.[way] ?? onlyChoice(variable, toParts)),
  );
}

function onlyChoice(
  variable: Variable,
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
): readonly WordPart[] {
  if (variable.kind !== "known") return [{ text: "", span: nowhere, chain: [] }];
  return variable.stretches === undefined
    ? [{ text: variable.value, span: nowhere, chain: [] }]
    : toParts(variable.stretches);
}

function textOfChoice(choice: readonly WordPart[]): string {
  return choice.map(({ text = "" }) => text).join("");
}

/** A part whose text the document does not hold as it is. */
export function withoutPlace(part: WordPart): WordPart {
  const { literal, ...rest } = part;
  return literal === undefined ? part : rest;
}

function choicesOf(
  variable: Exclude<Variable, { readonly kind: "array" | "unset" }>,
  toParts: (stretches: readonly Stretch[]) => readonly WordPart[],
): readonly (readonly WordPart[])[] {
  const { stretches } = variable;
  if (stretches === undefined)
    return variable.kind === "known" ? [[{ text: variable.value, span: nowhere, chain: [] }]] : [];
  const parts = toParts(stretches);
  const [only] = parts;
  // Branches within a branch.
  if (parts.length === 1 && only?.choices !== undefined && only.group === undefined) return only.choices;
  return parts.every(isFromOutside) ? [] : [parts];
}

/** Whether a part is what a caller, the environment or somebody who is asked would say, not the script itself. */
function isFromOutside({ text, choices, chain }: WordPart): boolean {
  return text === undefined && choices === undefined && chain.at(-1)?.label.startsWith("variable ") === true;
}

/** The elements that any branch gives. */
function joinedArray(variables: readonly Variable[]): Variable {
  const items = new Set<ArrayItem>();
  for (const variable of variables)
    if (variable.kind === "array") for (const item of variable.items) if (items.size < maximumItems) items.add(item);
  return { kind: "array", items: [...items] };
}
