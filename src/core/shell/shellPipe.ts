import type { ShellCommand, ShellWord } from "../document/document.ts";
import { spreadItems } from "./shellArray.ts";
import type { RawWord } from "./rawWord.ts";
import { placeOf } from "./shellExpansion.ts";
import { formatted, inputFile, linesGiven, linesOf, printedBy } from "./shellInput.ts";
import type { PlacedField, ShellInput } from "./shellInput.ts";
import { assignChosen, assignRead, fedCommands } from "./shellRead.ts";
import type { ShellState } from "./shellState.ts";
import { expandedAt, textOfStretches, withinBounds } from "./stretch.ts";
import type { Stretch } from "./stretch.ts";
import type { ArrayItem } from "./variables.ts";
import { wordParts } from "./wordParts.ts";

/** What `< FILE`, `< <(COMMAND)` and `<<< WORD` give. */
export function inputOf(
  state: ShellState,
  operator: string,
  { start, end, value, stretches }: RawWord,
): ShellInput | undefined {
  if (operator === "<<<") return { kind: "lines", lines: linesOf(stretches) };
  const raw = state.text.slice(start, end);
  if (raw.startsWith("<(")) return state.printed;
  const word = { span: { start, end }, raw, text: value, expands: [], parts: wordParts(state, stretches) };
  return inputFile(word, { start, end });
}

/** A value's stretches with the step that says which variable they were given to. */
export function assignedStretches(name: string, stretches: readonly Stretch[]): readonly Stretch[] | undefined {
  const place = placeOf(stretches);
  if (place === undefined) return withinBounds(stretches);
  const step = { ...place, label: `assignment of ${name}` };
  const assigned = stretches.map((stretch) => expandedAt([stretch], stretch, [step]));
  return withinBounds(assigned.flat());
}

/** `set -- a b`: what `$@`, `$1` and those after it are from here on. */
export function setArguments(state: ShellState, raws: readonly RawWord[]): void {
  const { variables } = state;
  const items = raws.flatMap((raw): readonly ArrayItem[] => {
    const given = spreadItems(state, raw);
    return given ?? raw.fields.map((value, index) => ({ value, stretches: raw.fieldStretches[index] ?? [] }));
  });
  variables.assignArray("@", items);
  const [only, ...others] = items[0]?.stretches ?? [];
  // `set -- $ITEM`: the words of each item.
  if (items.length === 1 && only?.choices !== undefined && others.length === 0) {
    assignChosen(state, "123456789".split(""), only, undefined);
    return;
  }
  for (const [index, { value, stretches }] of items.slice(0, 9).entries())
    variables.assign(String(index + 1), value, stretches);
}

const readers = new Set(["read", "mapfile", "readarray"]);
const printers = new Set(["echo", "printf", "cat", "grep", "sed", "tr", "sort", "uniq", "tac", "tee", "shuf"]);
const feeders = new Set(["xargs", "parallel"]);

/** Follows what a command is given to read, and what it prints. */
export function followInput(
  state: ShellState,
  command: ShellCommand,
  raw: readonly RawWord[],
  input: ShellInput | undefined,
  start: number,
): void {
  const name = command.words[0]?.text ?? "";
  if (printers.has(name)) {
    const fields = raw.flatMap(({ fields: texts, fieldStretches, start: from, end }): readonly PlacedField[] =>
      texts.map((text, index) => ({ text, stretches: fieldStretches[index] ?? [], place: { start: from, end } })),
    );
    if (name === "printf" && fields[1]?.text === "-v") assignPrinted(state, fields);
    else state.printed = printedBy(fields, input, command.words);
    return;
  }
  if (readsFile(command.words)) {
    const given = linesGiven(state, input, start) ?? [];
    const place = raw[0] ?? { start, end: start };
    const feed: Stretch = { text: "\n", start: place.start, end: place.start, steps: [] };
    const stretches = given.flatMap((line) => [...line, feed]);
    const word = { span: command.span, raw: "", text: undefined, expands: [], parts: wordParts(state, stretches) };
    if (given.length > 0) state.commands[state.commands.length - 1] = { ...command, input: word };
    return;
  }
  if (!readers.has(name) && !feeders.has(name)) return;
  const lines = linesGiven(state, input, start);
  if (lines === undefined || lines.length === 0) return;
  if (readers.has(name))
    assignRead(
      state,
      command.words,
      lines,
      Object.hasOwn(command.environment, "IFS") ? command.environment["IFS"] : undefined,
    );
  else state.fed.push(...fedCommands(state, command, lines).slice(0, Math.max(0, maximumFed - state.fed.length)));
}

/** Whether a command's words say that its tool reads a file from what it is given: `docker build -`, `kubectl apply -f -`. */
function readsFile(words: readonly ShellWord[]): boolean {
  return (
    words.some(({ text = "" }) => /^(?:-|-[fc]-|(?:-f|--file|--filename)=-|\/dev\/stdin)$/.test(text)) &&
    words.some(({ text = "" }) => /^(?:build|bud|apply|create|replace|compose|stack)$|docker-compose$/.test(text))
  );
}

/** Commands that are made from what others are given. */
const maximumFed = 1000;

/** `printf -v NAME FORMAT ...`. */
function assignPrinted(state: ShellState, [, , variable, ...given]: readonly PlacedField[]): void {
  const stretches = formatted(given);
  const isKnown = stretches.every(({ text }) => text !== undefined);
  const name = variable?.text ?? "";
  state.variables.assign(name, isKnown ? textOfStretches(stretches) : undefined, assignedStretches(name, stretches));
}
