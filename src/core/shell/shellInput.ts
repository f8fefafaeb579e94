import type { ShellWord } from "../document/document.ts";
import { unknownName } from "./shellSource.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { sliceStretches, textOfStretches } from "./stretch.ts";
import type { Range, Stretch } from "./stretch.ts";

/** A line of what a command is given, by the places that say it. */
export type InputLine = readonly Stretch[];

/** What a command is given to read, or prints. Files and bodies are looked into only by who needs their lines. */
export type ShellInput =
  | { readonly kind: "lines"; readonly lines: readonly InputLine[] }
  | { readonly kind: "file"; readonly name: string; readonly place: Range }
  | { readonly kind: "heredoc"; readonly heredoc: PendingHeredoc };

/** A word of a command with the places that say it. */
export interface PlacedField {
  readonly text: string | undefined;
  readonly stretches: readonly Stretch[];
  readonly place: Range;
}

const maximumLength = 10_000;
const maximumLines = 200;

/** The lines of a text. */
export function linesOf(stretches: readonly Stretch[], separator = "\n"): readonly InputLine[] {
  const text = textOfStretches(stretches);
  if (text.length > maximumLength) return [];
  const lines: InputLine[] = [];
  let from = 0;
  for (const piece of text.split(separator)) {
    lines.push(sliceStretches(stretches, from, from + piece.length));
    from += piece.length + separator.length;
  }
  return lines.length > maximumLines ? [] : lines;
}

/**
 * The lines that a reader at `start` is given, without comments and empty ones; undefined where they are not known.
 * Those of a here-document are told once its body is read, to the next reading of the script.
 */
export function linesGiven(
  state: ShellState,
  input: ShellInput | undefined,
  start: number,
): readonly InputLine[] | undefined {
  const known = state.knownInputs.get(start);
  if (known !== undefined || input === undefined) return known;
  if (input.kind === "heredoc") input.heredoc.readers.push(start);
  const lines = input.kind === "lines" ? input.lines : input.kind === "file" ? linesOfFile(state, input) : undefined;
  const given = lines?.filter((line) => {
    const text = textOfStretches(line).trim();
    return text !== "" && !text.startsWith("#");
  });
  const told = given?.filter((line) =>
    line.some((stretch) => stretch.text !== undefined || stretch.choices !== undefined),
  );
  // Nobody knows what lines there are where nothing tells of any (`<<< "$LIST"`).
  return told?.length === 0 && given !== undefined && given.length > 0 ? undefined : told;
}

function linesOfFile(
  state: ShellState,
  { name, place }: Extract<ShellInput, { readonly kind: "file" }>,
): readonly InputLine[] | undefined {
  const found = state.fileNamed(name);
  if (found === undefined || found.text.length > maximumLength) return undefined;
  let at = 0;
  const lines = found.text.split("\n").map((line): InputLine => {
    const text = line.trim();
    const start = at;
    at += line.length + 1;
    const step = { start, end: start + line.length, file: found.file, label: `line of ${found.file}`, text };
    return text === "" ? [] : [{ text, ...place, steps: [step] }];
  });
  return lines.length > maximumLines ? undefined : lines;
}

/** Commands that print what they are given, perhaps in another order. */
const passing = new Set(["sort", "uniq", "tac", "tee", "shuf"]);
/** Patterns of comments and empty lines. */
const commentPattern = /^\^?(?:\\s\*|\[\[:space:\]\]\*|\[ \\t\]\*| \*)?\(?[#$^]/;

/** What a command prints, as far as its words alone tell. */
export function printedBy(
  fields: readonly PlacedField[],
  input: ShellInput | undefined,
  words: readonly ShellWord[],
): ShellInput | undefined {
  const [command, ...operands] = fields;
  switch (command?.text) {
    case "echo":
      return { kind: "lines", lines: echoed(operands) };
    case "printf":
      return { kind: "lines", lines: linesOf(formatted(operands)) };
    case "cat": {
      if (operands.length > 1) return undefined;
      const [file] = operands;
      return file === undefined || file.text === "-" ? input : inputFile(words[1], file.place);
    }
    case "grep": {
      const isInverted = operands.some(({ text }) => /^-[a-zA-Z]*v/.test(text ?? ""));
      const [pattern, file, ...others] = operands.filter(({ text }) => text?.startsWith("-") !== true);
      if (!isInverted || others.length > 0 || !commentPattern.test(pattern?.text ?? "")) return undefined;
      return file === undefined ? input : inputFile(words[fields.indexOf(file)], file.place);
    }
    case "sed": {
      const [script, file, ...others] = operands.filter(({ text }) => !/^-[eErn]$/.test(text ?? ""));
      if (others.length > 0 || !/^(?:\/\^?(?:\\s\*)?[#$]\/d|s\/(?:\\s\*)?#\.\*\$?\/\/g?)/.test(script?.text ?? ""))
        return undefined;
      return file === undefined ? input : inputFile(words[fields.indexOf(file)], file.place);
    }
    case "tr":
      return translated(operands, input);
    default:
      return passing.has(command?.text ?? "") && operands.every(({ text }) => text?.startsWith("-") === true)
        ? input
        : undefined;
  }
}

/** A file that a word names, as far as its name is known. */
export function inputFile(word: ShellWord | undefined, place: Range): ShellInput | undefined {
  if (word === undefined) return undefined;
  const name = word.text ?? fileName(word);
  return name === "" || name.startsWith("/") || name === "-" ? undefined : { kind: "file", name, place };
}

/** A file's name, as far as it is known. */
export function fileName({ parts = [] }: ShellWord): string {
  return parts
    .map(({ text = unknownName }) => text)
    .join("")
    .replaceAll(/\0+/g, unknownName);
}

function echoed(operands: readonly PlacedField[]): readonly InputLine[] {
  const escapes = /^-n?en?$/.test(operands[0]?.text ?? "");
  const given = escapes || operands[0]?.text === "-n" ? operands.slice(1) : operands;
  const stretches = given.flatMap((field, index) =>
    index === 0 ? field.stretches : [blankAt(field), ...field.stretches],
  );
  return linesOf(stretches, escapes ? "\\n" : "\n");
}

function blankAt({ place }: PlacedField): Stretch {
  return { text: " ", start: place.start, end: place.start, steps: [] };
}

const conversion = /%[-0-9.]*[sdb]|%%|\\n|\\t/g;

/** What `printf` makes of a format and its arguments; the format is used again while there are any left. */
export function formatted([format, ...given]: readonly PlacedField[]): readonly Stretch[] {
  if (format?.text === undefined || format.text.length > maximumLength) return unknownStretches(format);
  const pieces: Stretch[] = [];
  let used = 0;
  do {
    const before = used;
    let at = 0;
    for (const { 0: found, index } of format.text.matchAll(conversion)) {
      pieces.push(...sliceStretches(format.stretches, at, index));
      at = index + found.length;
      if (found === "\\n") pieces.push({ ...blankAt(format), text: "\n" });
      else if (found === "\\t") pieces.push(blankAt(format));
      else if (found === "%%") pieces.push({ ...blankAt(format), text: "%" });
      else pieces.push(...(given[used++]?.stretches ?? []));
    }
    pieces.push(...sliceStretches(format.stretches, at, Number.POSITIVE_INFINITY));
    if (used === before || pieces.length > maximumLines * 4) break;
  } while (used < given.length);
  return pieces.length > maximumLines * 4 ? unknownStretches(format) : pieces;
}

function unknownStretches(field: PlacedField | undefined): readonly Stretch[] {
  return field === undefined ? [] : [{ text: undefined, ...field.place, steps: [] }];
}

/** `tr ' ' '\n'` parts what it is given; `tr -d '\r'` changes nothing that matters. */
function translated(operands: readonly PlacedField[], input: ShellInput | undefined): ShellInput | undefined {
  const [from, to] = operands.map(({ text = "" }) => text).filter((text) => text !== "-s");
  if (from === "-d") return /^\\[rn]$/.test(to ?? "") ? input : undefined;
  if (from?.length === 1 && (to === "\\n" || to === "\n") && input?.kind === "lines")
    return { kind: "lines", lines: input.lines.flatMap((line) => linesOf(line, from)) };
  return undefined;
}
