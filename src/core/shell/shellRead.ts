import type { ShellCommand, ShellWord, WordPart } from "../document/document.ts";
import { linesOf, type InputLine } from "./shellInput.ts";
import type { ShellState } from "./shellState.ts";
import { sliceStretches, textOfStretches } from "./stretch.ts";
import type { Range, Stretch } from "./stretch.ts";
import { wordParts } from "./wordParts.ts";
import { partsOfSlice } from "./wordValue.ts";

/** What `read` or `mapfile` is told to set. */
interface Reading {
  readonly names: readonly string[];
  readonly array?: string;
  readonly delimiter?: string;
}

/** Letters of their options that take a value, beside `-a` and `-d`. */
const valuedOfRead = "ptnNui";
const valuedOfMapfile = "nOsuCc";

/** More names than any script reads at once, and more items than any feeds to a command. */
const maximumNames = 20;
const maximumItems = 200;

/** The names that `read`, `mapfile` or `readarray` sets (bash, "Bash Builtins"). */
function readingOf([command, ...operands]: readonly ShellWord[]): Reading {
  const names: string[] = [];
  let array: string | undefined;
  let delimiter: string | undefined;
  const isRead = command?.text === "read";
  for (let at = 0; at < operands.length; at++) {
    const text = operands[at]?.text;
    if (text?.startsWith("-") !== true) {
      if (text !== undefined && /^[A-Za-z_]\w*$/.test(text)) names.push(text);
      continue;
    }
    const letter = text.at(-1) ?? "";
    if (isRead && letter === "a") array = operands[++at]?.text;
    else if (letter === "d") delimiter = operands[++at]?.text;
    else if ((isRead ? valuedOfRead : valuedOfMapfile).includes(letter)) at += 1;
  }
  if (!isRead) array = names[0] ?? "MAPFILE";
  return {
    names: names.slice(0, maximumNames),
    ...(array === undefined ? {} : { array }),
    ...(delimiter === undefined ? {} : { delimiter }),
  };
}

/** Sets what `read`, `mapfile` or `readarray` reads from lines; `ifs` parts fields, blanks where it is not known. */
export function assignRead(
  state: ShellState,
  words: readonly ShellWord[],
  lines: readonly InputLine[],
  ifs: string | undefined,
): void {
  const { names, array, delimiter } = readingOf(words);
  const isRead = words[0]?.text === "read";
  if (array === undefined) {
    const [line] = lines;
    if (line === undefined) return;
    if (line.length === 1 && line[0]?.choices !== undefined) assignChosen(state, names, line[0], ifs);
    else
      for (const [index, field] of fieldsOf(line, names.length, ifs).entries()) {
        const name = names[index];
        const text = textOfStretches(field);
        const isKnown = field.every((stretch) => stretch.text !== undefined);
        if (name !== undefined) state.variables.assign(name, isKnown ? text : undefined, field);
      }
    return;
  }
  const parted =
    delimiter === undefined || delimiter === "" || isRead ? lines : lines.flatMap((one) => linesOf(one, delimiter));
  const [first = []] = parted;
  const isChosen = isRead && first.length === 1 && first[0]?.choices !== undefined;
  const items = isChosen
    ? first.flatMap((line) => chosenFields(line, Number.POSITIVE_INFINITY, ifs)).map((field) => [field])
    : isRead
      ? fieldsOf(first, Number.POSITIVE_INFINITY, ifs)
      : parted;
  state.variables.assignArray(
    array,
    items.map((stretches) => ({
      value: stretches.every(({ text }) => text !== undefined) ? textOfStretches(stretches) : undefined,
      stretches,
    })),
  );
}

/** Sets what `read` reads from a line that is one of several. */
export function assignChosen(
  state: ShellState,
  names: readonly string[],
  line: Stretch,
  ifs: string | undefined,
): void {
  const fields = chosenFields(line, names.length, ifs);
  for (const [index, name] of names.entries()) {
    const field = fields[index] ?? { ...line, text: undefined, choices: (line.choices ?? []).map(() => []) };
    state.variables.assign(name, undefined, [field]);
  }
}

/** The fields of a line that is one of several: each is what stands there in one of them. */
function chosenFields(line: Stretch, count: number, ifs: string | undefined): readonly Stretch[] {
  const { choices = [], group = choices, start, end, steps } = line;
  const each = choices.map((parts) =>
    fieldRanges(textOfStretches(parts), count, ifs).map((range) => partsOfSlice({ value: { parts }, ...range })),
  );
  const most = Math.min(maximumNames, Math.max(0, ...each.map(({ length }) => length)));
  return Array.from({ length: most }, (_, index) => {
    return { text: undefined, start, end, steps, choices: each.map((fields) => fields[index] ?? []), group };
  });
}

/** Sets what `read` reads once for each of the lines. */
export function assignReadEach(
  state: ShellState,
  { words, environment }: ShellCommand,
  lines: readonly InputLine[],
  place: Range,
): void {
  const { names, array } = readingOf(words);
  if (array !== undefined) return;
  const ifs = Object.hasOwn(environment, "IFS") ? environment["IFS"] : undefined;
  const each = lines.map((line) => fieldsOf(line, names.length, ifs));
  for (const [index, name] of names.entries()) {
    const choices = each.map((fields) => wordParts(state, fields[index] ?? []));
    state.variables.assign(name, undefined, [{ text: undefined, ...place, steps: [], choices, group: lines }]);
  }
}

function fieldsOf(line: InputLine, count: number, ifs: string | undefined): readonly InputLine[] {
  return fieldRanges(textOfStretches(line), count, ifs).map(({ from, to }) => sliceStretches(line, from, to));
}

/** The fields of a line; the last of `count` is all the rest (POSIX shell, "read"). */
function fieldRanges(
  text: string,
  count: number,
  ifs: string | undefined,
): readonly { readonly from: number; readonly to: number }[] {
  const isSeparator = (character: string): boolean =>
    ifs === undefined ? /\s/.test(character) : ifs.includes(character);
  const isBlank = (character: string): boolean => isSeparator(character) && /\s/.test(character);
  const fields: { from: number; to: number }[] = [];
  let end = text.length;
  while (end > 0 && isBlank(text[end - 1] ?? "")) end -= 1;
  let at = 0;
  while (at < end && isBlank(text[at] ?? "")) at += 1;
  while (at < end) {
    let to = at;
    if (fields.length + 1 >= count) to = end;
    while (to < end && !isSeparator(text[to] ?? "")) to += 1;
    fields.push({ from: at, to });
    at = to;
    while (at < end && isBlank(text[at] ?? "")) at += 1;
    if (at < end && isSeparator(text[at] ?? "") && !isBlank(text[at] ?? "")) at += 1;
    while (at < end && isBlank(text[at] ?? "")) at += 1;
  }
  return fields;
}

/** How the mark for an item is called in a chain. */
export const fedLabel = "argument";

const takesValue = /^(?:-[InPLdEsa]|--(?:replace|max-args|max-procs|delimiter|max-lines|max-chars|arg-file))$/;

/** The command that `xargs` or `parallel` runs, once for each item of its lines. */
export function fedCommands(
  state: ShellState,
  command: ShellCommand,
  lines: readonly InputLine[],
): readonly ShellCommand[] {
  const { words } = command;
  let at = 1;
  let placeholder = words[0]?.text === "parallel" ? "{}" : undefined;
  let isWhole = placeholder !== undefined;
  for (; words[at]?.text?.startsWith("-") === true; at++) {
    const text = words[at]?.text ?? "";
    if (/^-[iI]/.test(text) || text.startsWith("--replace")) {
      const own = text.replace(/^-[iI]|^--replace=?/, "");
      placeholder = own !== "" ? own : text === "-I" ? (words[++at]?.text ?? "{}") : "{}";
      isWhole = true;
    } else if (/^-[Ld]/.test(text)) isWhole = true;
    if (takesValue.test(text) && text !== "-I") at += 1;
  }
  const rest = words.slice(at);
  if (rest.length === 0) return [];
  const items = isWhole ? lines : lines.flatMap((line) => fieldsOf(line, Number.POSITIVE_INFINITY, undefined));
  const mark = placeholder;
  const replaces = mark !== undefined && rest.some(({ text }) => text?.includes(mark) === true);
  return items.slice(0, maximumItems).map((item): ShellCommand => {
    const parts = wordParts(state, item);
    const fed =
      !replaces || mark === undefined ? [...rest, itemWord(parts)] : rest.map((word) => replaced(word, mark, parts));
    return { ...command, words: fed };
  });
}

function itemWord(parts: readonly WordPart[]): ShellWord {
  const text = parts.every((part) => part.text !== undefined) ? textOfStretches(parts) : undefined;
  const [first] = parts;
  const span = first?.span ?? { start: 0, end: 0 };
  return {
    span: { start: span.start, end: parts.at(-1)?.span.end ?? span.end },
    raw: text ?? "",
    text,
    expands: [],
    parts,
  };
}

/** The word with the item in the place of each mark. */
function replaced(word: ShellWord, mark: string, item: readonly WordPart[]): ShellWord {
  const { text } = word;
  if (text?.includes(mark) !== true) return word;
  const own = word.parts ?? [{ text, span: word.span, literal: word.span, chain: [] }];
  const parts: WordPart[] = [];
  let from = 0;
  for (;;) {
    const at = text.indexOf(mark, from);
    parts.push(...partsOfSlice({ value: { parts: own }, from, to: at < 0 ? text.length : at }));
    if (at < 0) break;
    from = at + mark.length;
    const [place] = partsOfSlice({ value: { parts: own }, from: at, to: from });
    if (place === undefined) continue;
    const step = { span: place.span, label: fedLabel, text: mark };
    for (const part of item) parts.push({ ...part, span: place.span, chain: [...place.chain, step, ...stepsOf(part)] });
  }
  const known = parts.every((part) => part.text !== undefined);
  return { ...word, text: known ? textOfStretches(parts) : undefined, parts };
}

function stepsOf({ chain, literal, text = "" }: WordPart): WordPart["chain"] {
  return chain.length > 0 || literal === undefined ? chain : [{ span: literal, label: "one of its values", text }];
}

/** The stretches of lines as one text. */
export function joinedLines(lines: readonly InputLine[]): readonly Stretch[] {
  return lines.flatMap((line, index): readonly Stretch[] => {
    const [first] = line;
    return index === 0 || first === undefined
      ? line
      : [{ text: "\n", start: first.start, end: first.start, steps: [] }, ...line];
  });
}
