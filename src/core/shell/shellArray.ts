import { skipBlanks } from "./shellBlanks.ts";
import { giveUp } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";
import { skipLineBreaks } from "./shellHeredoc.ts";
import { readWord } from "./shellWord.ts";
import { sliceStretches } from "./stretch.ts";
import type { ArrayItem } from "./variables.ts";

/** More elements than any list of images has. */
const maximumItems = 1000;

/** Reads the elements of an array (bash, "Arrays") from its opening parenthesis on. */
export function readArray(state: ShellState): readonly ArrayItem[] {
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
    const key = /^\[[^\]\s]{0,100}\]=/.exec(state.text.slice(word.start, word.end))?.[0] ?? "";
    if (key !== "") {
      const stretches = sliceStretches(word.stretches, key.length, Number.POSITIVE_INFINITY);
      items.push({ value: word.value?.slice(key.length), stretches });
    } else
      for (const [index, value] of word.fields.entries())
        items.push({ value, stretches: word.fieldStretches[index] ?? [] });
  }
  if (state.at >= state.end) {
    const message = "A parenthesis is opened here and never closed; the rest of the script was not read.";
    giveUp(state, "shell-unterminated", message, open);
  } else state.at += 1;
  skipBlanks(state);
  return items.slice(0, maximumItems);
}
