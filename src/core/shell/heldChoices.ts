import type { ShellCommand, ShellWord, WordPart } from "../document/document.ts";
import { textOfStretches } from "./stretch.ts";
import { partsOfSlice } from "./wordValue.ts";

/** Branches that set one command. */
const maximumHeld = 8;

/**
 * The commands that a variable may hold which branches set, or add to: `$RUN node:22`, once for each of its texts,
 * parted at blanks as the shell does where the variable is not quoted.
 */
export function heldByChoices(command: ShellCommand): readonly ShellCommand[] {
  const [first, ...rest] = command.words;
  const [part, ...others] = first?.parts ?? [];
  const [step] = part?.chain ?? [];
  if (first?.text !== undefined || part?.choices === undefined || others.length > 0 || step === undefined) return [];
  if (first?.raw.startsWith("$") !== true) return [];
  const choices = part.choices.slice(0, maximumHeld);
  if (!choices.some((choice) => /\S\s+\S/.test(textOfStretches(choice)))) return [];
  return choices.map((choice) => {
    // Where a text was assigned is no place that expands it.
    const parts = choice.map((one): WordPart => ({
      ...one,
      chain: [step, ...one.chain.filter(({ label }) => !label.startsWith("assignment of "))],
    }));
    return { ...command, words: [...wordsOf(first, parts), ...rest] };
  });
}

function wordsOf(word: ShellWord, parts: readonly WordPart[]): readonly ShellWord[] {
  return [...textOfStretches(parts).matchAll(/\S+/g)].map(({ index, 0: { length } }): ShellWord => {
    const own = partsOfSlice({ value: { parts }, from: index, to: index + length });
    const isKnown = own.every(({ text }) => text !== undefined);
    return { ...word, text: isKnown ? textOfStretches(own) : undefined, parts: own };
  });
}
