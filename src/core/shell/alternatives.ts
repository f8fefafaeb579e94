import type { WordPart } from "../document/document.ts";
import type { Stretch } from "./stretch.ts";
import type { ArrayItem, Variable } from "./variables.ts";

/** More alternatives than any script has branches. */
const maximumAlternatives = 64;
const maximumItems = 200;

/** Where an alternative's own text is not in the script, as with what the environment gives. */
const nowhere = { start: 0, end: 0 };

/**
 * What a variable may be after branches of which one ran: a value that only running the script can tell, with those
 * that the branches say as its choices. What is not set, empty, or not known at all is none of them, as a default
 * counts and an override does not.
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

function withoutPlace(part: WordPart): WordPart {
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
  return parts.every(({ text, choices }) => text === undefined && choices === undefined) ? [] : [parts];
}

/** The elements that any branch gives. */
function joinedArray(variables: readonly Variable[]): Variable {
  const items = new Set<ArrayItem>();
  for (const variable of variables)
    if (variable.kind === "array") for (const item of variable.items) if (items.size < maximumItems) items.add(item);
  return { kind: "array", items: [...items] };
}
