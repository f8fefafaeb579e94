import { skipBlanks } from "./shellBlanks.ts";
import { argumentsOfCalls } from "./shellFunction.ts";
import { giveUp } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import { skipLineBreaks } from "./shellHeredoc.ts";
import { readWord } from "./shellWord.ts";
import { sliceStretches, textOfStretches, unknownCharacter, type Range } from "./stretch.ts";
import type { ArrayItem } from "./variables.ts";

/** More elements than any list of images has. */
const maximumItems = 1000;

/** Reads the elements of an array (bash, "Arrays") from its opening parenthesis on. */
function readArray(state: ShellState): readonly ArrayItem[] {
  const open = state.at;
  const items: ArrayItem[] = [];
  state.at += 1;
  for (skipLineBreaks(state); state.at < state.end && state.text[state.at] !== ")"; skipLineBreaks(state)) {
    const word = readWord(state);
    if (word === undefined) {
      // What is no word belongs to no element; it must not stop the reader.
      state.at += 1;
      continue;
    }
    // A reference with its digest may be a key; what is not quoted has no space.
    const key = /^\[[^\]\n]{0,400}\]=/.exec(state.text.slice(word.start, word.end))?.[0] ?? "";
    if (key !== "") {
      // What the key's own variables come to is as long as it is.
      const text = textOfStretches(word.stretches);
      const length = text.indexOf("]=") + 2;
      const stretches = sliceStretches(word.stretches, length, Number.POSITIVE_INFINITY);
      const name = text.slice(1, length - 2);
      const own = /^\d*$/.test(name) || name.includes(unknownCharacter) ? {} : { key: name };
      items.push({ ...own, value: word.value?.slice(length), stretches });
    } else
      items.push(
        ...(spreadItems(state, word) ??
          argumentItems(state, word) ??
          word.fields.map((value, index) => ({ value, stretches: word.fieldStretches[index] ?? [] }))),
      );
  }
  if (state.at >= state.end) {
    const message = "A parenthesis is opened here and never closed; the rest of the script was not read.";
    giveUp(state, "shell-unterminated", message, open);
  } else state.at += 1;
  skipBlanks(state);
  return items.slice(0, maximumItems);
}

const allOfArray = /^"?\$(?:@|\{@\}|\{(\w+)\[@\]\})"?$/;

/** The elements of another array, or of the same one before, which stay what they are where a word is all of them. */
export function spreadItems(state: ShellState, { start, end }: Range): readonly ArrayItem[] | undefined {
  const match = allOfArray.exec(state.text.slice(start, end));
  const name = match?.[1] ?? "@";
  const variable =
    match === null || (name === "@" && state.positional !== undefined) ? undefined : state.variables.lookup(name);
  return variable?.kind === "array" ? variable.items : undefined;
}

/** All arguments of a function, those of each of its calls. */
function argumentItems(state: ShellState, { start, end }: Range): readonly ArrayItem[] | undefined {
  return argumentsOfCalls(state, state.text.slice(start, end))?.map((parts) => {
    const value = parts.every(({ text }) => text !== undefined) ? textOfStretches(parts) : undefined;
    return { value, stretches: [{ text: undefined, start, end, steps: [], choices: [parts] }] };
  });
}

/** `NAME[KEY]=VALUE`: the array with that element. */
export function withElement(
  state: ShellState,
  target: string,
  own: ArrayItem,
): { readonly name: string; readonly value: undefined; readonly items?: readonly ArrayItem[] } {
  const [, name = "", quoted = ""] = /^(\w+)\[([^\]]*)\]$/.exec(target) ?? [];
  const key = quoted.replaceAll(/["']/g, "");
  const before = state.variables.lookup(name);
  if ((before.kind !== "array" && before.kind !== "unset") || /[$`]/.test(key)) return { name, value: undefined };
  const items = before.kind === "array" ? before.items : [];
  if (!/^\d+$/.test(key))
    return { name, value: undefined, items: [...items.filter((one) => one.key !== key), { ...own, key }] };
  return Number(key) > items.length
    ? { name, value: undefined }
    : { name, value: undefined, items: items.toSpliced(Number(key), 1, own) };
}

/** `unset NAME[KEY]`: the array without that element. */
export function unsetElement({ variables }: ShellState, target: string): boolean {
  const [, name, key] = /^(\w+)\[(.+)\]$/s.exec(target) ?? [];
  const before = name === undefined ? undefined : variables.lookup(name);
  if (name === undefined || before?.kind !== "array") return false;
  variables.assignArray(
    name,
    before.items.filter((item) => item.key !== key),
  );
  return true;
}

/** The elements of an array after an assignment, those from before it where it appends. */
export function arrayItems(state: ShellState, name: string, appends: boolean): readonly ArrayItem[] {
  const before = appends ? state.variables.lookup(name) : undefined;
  return [...(before?.kind === "array" ? before.items : []), ...readArray(state)];
}
