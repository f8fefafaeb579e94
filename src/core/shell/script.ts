import type { ShellCommand, ShellWord, WordPart } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import { heldByChoices, holdsCommands } from "./heldChoices.ts";
import { readShell, type ShellOptions, type ShellReading } from "./readShell.ts";
import { textOfStretches } from "./stretch.ts";
import { partsOfSlice } from "./wordValue.ts";

/** What something other than the shell puts into a script before the shell reads it. */
export interface Insertion {
  /** Where the document writes it. */
  readonly span: Span;
  readonly name: string;
  /** What it comes to; one part without text where that is not known. */
  readonly parts: readonly WordPart[];
}

/** A script that is put together out of parts of a document. */
export interface ScriptBuilder {
  /** Adds text that the document holds from `start` on. */
  add(text: string, start: number): void;
  /** Adds text that the document does not hold, placed at `at`. */
  addText(text: string, at: number): void;
  insert(insertion: Insertion): void;
  /** Adds the parts of a value: text where the document has it, and what variables stand for under their names. */
  addParts(parts: readonly WordPart[]): void;
  /** Reads what was added; spans, words and their parts are the document's. */
  read(
    options?: Pick<
      ShellOptions,
      "environment" | "combinations" | "windowsShell" | "job" | "step" | "fileNamed" | "isRemote"
    >,
  ): ShellReading;
}

interface Piece {
  readonly at: number;
  readonly start: number;
  readonly last: number;
}

const standInForm = /\$\{\{ part (\d+) \}\}/g;

/** Starts a script of `document`'s text. */
export function createScript(document: string): ScriptBuilder {
  const pieces: Piece[] = [];
  const insertions: Insertion[] = [];
  let source = "";
  const push = (text: string, start: number, last: number): void => {
    if (text === "") return;
    const end = Math.max(0, document.length - 1);
    pieces.push({ at: source.length, start: Math.min(start, end), last: Math.min(last, end) });
    source += text;
  };
  return {
    add(text, start) {
      push(text, start, start + Math.max(0, text.length - 1));
    },
    addText(text, at) {
      push(text, at, at);
    },
    insert(insertion) {
      const { parts } = insertion;
      // What is known of it may still be several words.
      if (
        parts.length > 1 &&
        parts.some(({ text }) => text === undefined) &&
        parts.some(({ text = "" }) => /\s/.test(text))
      ) {
        for (const part of parts) this.insert({ ...insertion, parts: [part] });
        return;
      }
      // The shell reader keeps `${{ }}` apart from what the shell itself expands.
      const stand = `\${{ part ${insertions.length} }}`;
      insertions.push(insertion);
      const { start, end } = insertion.span;
      const last = Math.max(start, end - 1);
      push(stand.slice(0, -1), start, last);
      push("}", last, last);
    },
    addParts(parts) {
      for (const part of parts) {
        const { text, literal, span, chain } = part;
        if (text !== undefined && chain.length === 0) {
          if (literal === undefined) this.addText(text, span.start);
          else this.add(text, literal.start);
        } else this.insert({ span, name: variableOf(part), parts: [part] });
      }
    },
    read(options = {}) {
      const reading = readShell(source, {
        ...options,
        toDocumentOffset: (offset) => documentOffset(pieces, offset),
        resolveExpression: (expression) => knownText(insertions[Number(expression.slice("part ".length))]?.parts),
      });
      if (insertions.length === 0) return reading;
      const { commands, forwarded, problems } = reading;
      // A quote that one of several texts opens or closes may be whole in what is run.
      const isOpen = problems.length > 0 && insertions.some(({ parts }) => parts.some(mayHoldQuote));
      const asWritten = writtenForms(insertions, document);
      const written = commands.map(asWritten);
      // What is inserted shows only now that it may be several words.
      const held = insertions.some(holdsWords) ? written.flatMap(heldByChoices) : [];
      const further = [...(forwarded ?? []).map(asWritten), ...held];
      return {
        ...reading,
        problems: isOpen ? problems.filter(({ code }) => code !== "shell-unterminated") : problems,
        commands: written,
        ...(further.length === 0 ? {} : { forwarded: further }),
      };
    },
  };
}

function holdsWords({ parts }: Insertion): boolean {
  return parts.some(holdsCommands);
}

function mayHoldQuote({ choices }: WordPart): boolean {
  return choices?.some((choice) => choice.some(({ text = "" }) => /["'`]/.test(text))) === true;
}

/** The variable that a part expands; empty where it is none. */
function variableOf({ chain }: WordPart): string {
  return /^variable ([\w.]+)$/.exec(chain[0]?.label ?? "")?.[1] ?? "";
}

function documentOffset(pieces: readonly Piece[], offset: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  return piece === undefined ? 0 : Math.min(piece.start + offset - piece.at, piece.last);
}

function knownText(parts: readonly WordPart[] | undefined): string | undefined {
  return parts?.every(({ text }) => text !== undefined) === true ? textOfStretches(parts) : undefined;
}

/** Gives commands the document's own text and names where stand-ins are. */
function writtenForms(insertions: readonly Insertion[], document: string): (command: ShellCommand) => ShellCommand {
  const insertionOf = (stand: string): Insertion | undefined => insertions[insertionIndex(stand)];
  // Words that one text falls into share what is written there.
  const raws = new Map<string, string>();
  const names = new Map<readonly string[], readonly string[]>();
  const rawOf = (raw: string): string =>
    raw.replaceAll(standInForm, (stand) => {
      const span = insertionOf(stand)?.span;
      return span === undefined ? stand : document.slice(span.start, span.end);
    });
  const namesOf = (expands: readonly string[]): readonly string[] =>
    expands.map((name) => insertionOf(`\${{ ${name} }}`)?.name ?? name);
  const wordOf = (word: ShellWord): ShellWord => {
    if (!word.raw.includes("${{ part ") && word.parts === undefined) return word;
    const parts = word.parts?.flatMap((part) => insertedParts(part, insertions));
    return {
      ...word,
      raw: keptIn(raws, word.raw, rawOf),
      expands: keptIn(names, word.expands, namesOf),
      ...(parts === undefined ? {} : { parts }),
    };
  };
  return ({ input, words, ...command }) => ({
    ...command,
    words: words.map(wordOf),
    ...(input === undefined ? {} : { input: wordOf(input) }),
  });
}

function keptIn<Key, Value>(kept: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  kept.set(key, made);
  return made;
}

function insertionIndex(stand: string): number {
  const digits = /^\$\{\{ part (\d+) \}\}$/.exec(stand)?.[1];
  return digits === undefined ? -1 : Number(digits);
}

function holdsStandIn({ chain, choices }: WordPart): boolean {
  return choices !== undefined || chain.some(({ text }) => insertionIndex(text) >= 0);
}

/** The part of a word with the parts of what was inserted there. */
function insertedParts(part: WordPart, insertions: readonly Insertion[]): readonly WordPart[] {
  const { choices } = part;
  if (choices?.some((choice) => choice.some(holdsStandIn)) === true)
    return [
      {
        ...part,
        choices: choices.map((choice) => choice.flatMap((one) => insertedParts(one, insertions))),
        group: part.group ?? choices,
      },
    ];
  const at = part.chain.findIndex(({ text }) => insertionIndex(text) >= 0);
  const insertion = insertions[insertionIndex(part.chain[at]?.text ?? "")];
  if (insertion === undefined) return [part];
  const before = part.chain.slice(0, at);
  const whole = textOfStretches(insertion.parts);
  const from = part.text === undefined ? 0 : whole.indexOf(part.text);
  const to = part.text === undefined ? whole.length : from + part.text.length;
  if (from < 0) return [part];
  return partsOfSlice({ value: { parts: insertion.parts }, from, to }).map((inner) => ({
    ...inner,
    span: part.span,
    chain: [...before, ...inner.chain],
  }));
}
