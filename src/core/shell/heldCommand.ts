import type { ShellCommand, ShellWord, ValueStep, WordPart } from "../document/document.ts";

/**
 * The parts of an image as they stand in the variable that holds the whole command, or in the array of its words: after
 * `RUN = docker run node:22`, `$(RUN) x` does not say the image, the assignment does. The same parts where the command
 * is written out.
 */
export function asHeld(
  parts: readonly WordPart[],
  { words }: ShellCommand,
  tool: string | undefined,
): readonly WordPart[] {
  const [first] = parts;
  const [outer] = first?.chain ?? [];
  if (first === undefined || outer === undefined) return parts;
  if (/\[[@*]\]["']?\}["']?$/.test(outer.text)) return within(parts, 1);
  // The program or an option comes out of the same expansion.
  const program = wordsOfCommand(words, tool).find(({ parts: [part] = [] }) => {
    const step = part?.chain[0];
    return step !== undefined && isSameStep(step, outer);
  });
  const chain = program?.parts?.[0]?.chain;
  if (chain === undefined || program?.parts?.some((part) => parts.includes(part)) === true) return parts;
  return within(parts, Math.min(...parts.map((part) => sharedSteps(part.chain, chain))));
}

/** The parts as they stand behind so many steps. */
function within(parts: readonly WordPart[], shared: number): readonly WordPart[] {
  const held = parts.map((part): WordPart => {
    // Where a value is put together out of several, each of them is assigned at a place of its own.
    const from = part.chain.findIndex(({ label }, index) => index >= shared && !label.startsWith("assignment of "));
    const inner = from < 0 ? [] : part.chain.slice(from);
    const span = inner[0]?.span ?? part.literal;
    return span === undefined || inner[0]?.file !== undefined ? part : { ...part, span, chain: inner };
  });
  // What another file holds is said there.
  if (parts.some((part) => part.chain[shared]?.file !== undefined || part.chain[shared - 1]?.file !== undefined))
    return [];
  // Parts of which one stands elsewhere have no place of their own.
  return held.some((part, index) => part === parts[index]) || !inOrder(held) ? parts : held;
}

/** By a command's words and the tool, since a list of images asks for each of them. */
const ofCommand = new WeakMap<readonly ShellWord[], Map<string | undefined, readonly ShellWord[]>>();

/** So many words are looked through as often as they are asked for. */
const fewWords = 64;

function isOfCommand({ text, parts: [part] = [] }: ShellWord, tool: string | undefined): boolean {
  return (
    part?.chain[0] !== undefined &&
    (text === undefined || text.startsWith("-") || text.slice(text.lastIndexOf("/") + 1) === tool)
  );
}

/** The expanded words that are the program or an option, rather than one more image. */
function wordsOfCommand(words: readonly ShellWord[], tool: string | undefined): readonly ShellWord[] {
  if (words.length <= fewWords) return words.filter((word) => isOfCommand(word, tool));
  const byTool = ofCommand.get(words) ?? new Map<string | undefined, readonly ShellWord[]>();
  ofCommand.set(words, byTool);
  const found = byTool.get(tool) ?? words.filter((word) => isOfCommand(word, tool));
  byTool.set(tool, found);
  return found;
}

function sharedSteps(one: readonly ValueStep[], other: readonly ValueStep[]): number {
  let at = 0;
  for (; at < one.length && at < other.length; at++) {
    const [step, also] = [one[at], other[at]];
    if (step === undefined || also === undefined || !isSameStep(step, also)) break;
  }
  return at;
}

/** Whether two values came through the same step. */
export function isSameStep(one: ValueStep, other: ValueStep): boolean {
  return one.span.start === other.span.start && one.span.end === other.span.end && one.label === other.label;
}

function inOrder(parts: readonly WordPart[]): boolean {
  return parts.every(({ span }, index) => {
    const before = parts[index - 1]?.span;
    // Parts of one expression stand where it does.
    return before === undefined || span.start >= before.end || (span.start === before.start && span.end === before.end);
  });
}
