import type { ShellCommand, ShellWord, ValueStep, WordPart } from "../document/document.ts";
import { programWords } from "./invocation.ts";
import { textOfStretches } from "./stretch.ts";
import { partsOfSlice } from "./wordValue.ts";

/** Branches that set one command. */
const maximumHeld = 8;
/** Texts that one script may be. */
const maximumScripts = 64;

/**
 * The commands that a variable may hold which branches set, or add to: `$RUN node:22`, once for each of its texts,
 * parted at blanks as the shell does where the variable is not quoted. So may it hold what follows: `docker run $ALL`.
 */
export function heldByChoices(command: ShellCommand): readonly ShellCommand[] {
  const held = heldProgram(command);
  return held.length > 0 ? held : heldArguments(command);
}

/** A variable of the shell or of make, or an expression, that is not quoted and alone in its word. */
const variableForm = /^\$(?:\w+|\{\w+\}|\(\w+\)|\{\{[^{}]*\}\})$/;

/** The command once for each text of the last variable among its arguments that may hold several of them. */
function heldArguments(command: ShellCommand): readonly ShellCommand[] {
  const { words } = command;
  const at = words.findLastIndex(({ text, raw, parts }, index) => {
    const [part, ...others] = text === undefined ? (parts ?? []) : [];
    return index > 0 && part !== undefined && others.length === 0 && holdsCommands(part) && variableForm.test(raw);
  });
  const word = words[at];
  const { choices = [], chain: [step] = [] } = word?.parts?.[0] ?? {};
  if (word === undefined || step === undefined) return [];
  return choices
    .slice(0, maximumHeld)
    .map((choice) => ({ ...command, words: words.toSpliced(at, 1, ...wordsOf(word, heldAt(step, choice))) }));
}

function heldProgram(command: ShellCommand): readonly ShellCommand[] {
  const [first, ...rest] = command.words[0]?.text === "eval" ? command.words.slice(1) : programWords(command);
  const [part, ...others] = first?.parts ?? [];
  const [step] = part?.chain ?? [];
  if (first?.text !== undefined || part?.choices === undefined || others.length > 0 || step === undefined) return [];
  if (first?.raw.startsWith("$") !== true) return [];
  if (!holdsCommands(part)) return [];
  return part.choices
    .slice(0, maximumHeld)
    .map((choice) => ({ ...command, words: [...wordsOf(first, heldAt(step, choice)), ...rest] }));
}

/** A script once for each of the texts that branches set of a variable in it which holds commands: `eval "$RUN x"`. */
export function heldScripts(script: readonly WordPart[]): readonly (readonly WordPart[])[] {
  const held = script.find(holdsCommands);
  if (held?.choices === undefined || held.chain.length === 0) return [script];
  const group = held.group ?? held.choices;
  return held.choices.slice(0, maximumScripts).map((_, index) =>
    script.flatMap((part) => {
      const { chain, choices } = part;
      const [step] = chain;
      const isOfGroup = choices !== undefined && (part.group ?? choices) === group;
      return isOfGroup && step !== undefined ? heldAt(step, choices[index] ?? []) : [part];
    }),
  );
}

/** Whether branches set several words. */
export function holdsCommands({ choices = [] }: WordPart): boolean {
  return choices.some((choice) => /\S\s+\S/.test(textOfStretches(choice)));
}

/** What a step expands to. Where a text was assigned is no place that expands it. */
function heldAt(step: ValueStep, choice: readonly WordPart[]): readonly WordPart[] {
  return choice.map((one) => ({
    ...one,
    span: step.span,
    chain: [step, ...one.chain.filter(({ label }) => !label.startsWith("assignment of "))],
  }));
}

function wordsOf(word: ShellWord, parts: readonly WordPart[]): readonly ShellWord[] {
  return [...textOfStretches(parts).matchAll(/\S+/g)].map(({ index, 0: { length } }): ShellWord => {
    const own = partsOfSlice({ value: { parts }, from: index, to: index + length });
    const isKnown = own.every(({ text }) => text !== undefined);
    return { ...word, text: isKnown ? textOfStretches(own) : undefined, parts: own };
  });
}
