import { expandBraces } from "./braceExpansion.ts";
import type { Expansion } from "./shellExpansion.ts";
import { addLiteral, expandedAt, sliceStretches } from "./stretch.ts";
import type { Range, Stretch } from "./stretch.ts";

/** A word as it was read, before it becomes the words of a command. */
export interface RawWord {
  readonly start: number;
  readonly end: number;
  /** Its value without field splitting, as an assignment takes it. */
  readonly value: string | undefined;
  /** Its value after field splitting (POSIX shell, 2.6.5): no field, one, or several. */
  readonly fields: readonly (string | undefined)[];
  /** The places that say the value, and each field. */
  readonly stretches: readonly Stretch[];
  readonly fieldStretches: readonly (readonly Stretch[])[];
  readonly expands: readonly string[];
  /** Whether any of it was quoted or escaped: a quoted word is never a keyword, and a quoted delimiter is literal. */
  readonly quoted: boolean;
}

/** A word while it is read. */
export interface Building {
  value: string | undefined;
  field: string | undefined;
  /** Whether the current field exists even if it is empty. */
  present: boolean;
  quoted: boolean;
  readonly fields: (string | undefined)[];
  readonly stretches: Stretch[];
  /** Those of the current field. */
  own: Stretch[];
  readonly fieldStretches: (readonly Stretch[])[];
  readonly expands: string[];
}

/** Most names that are listed for one word. */
const maximumNames = 100;

/** A word of which nothing is read yet. */
export function emptyWord(): Building {
  return {
    value: "",
    field: "",
    present: false,
    quoted: false,
    fields: [],
    stretches: [],
    own: [],
    fieldStretches: [],
    expands: [],
  };
}

/** The word that was built between `start` and `end`. */
export function finishWord(word: Building, start: number, end: number): RawWord {
  endField(word);
  const isPlain = !word.quoted && word.expands.length === 0 && word.stretches.length === 1;
  const expanded = isPlain && word.value?.includes("{") === true ? expandBraces(word.value) : undefined;
  return {
    start,
    end,
    value: word.value,
    fields: expanded ?? word.fields,
    stretches: word.stretches,
    // What braces stand for is written nowhere as it is.
    fieldStretches: expanded?.map((text) => [{ text, start, end, steps: [] }]) ?? word.fieldStretches,
    expands: word.expands,
    quoted: word.quoted,
  };
}

const none: readonly never[] = [];

/** A word that is nothing but this text. */
export function plainWord(value: string, start: number, end: number): RawWord {
  const stretches = [{ text: value, start, end, literal: { start, end }, steps: none }];
  return {
    start,
    end,
    value,
    fields: [value],
    stretches,
    fieldStretches: [stretches],
    expands: none,
    quoted: false,
  };
}

/** Appends what the word itself says; the script holds it from `start` on. */
export function append(word: Building, text: string, start: number): void {
  if (word.value !== undefined) word.value += text;
  if (word.field !== undefined) word.field += text;
  if (text === "") return;
  word.present = true;
  addLiteral(word.stretches, text, start);
  addLiteral(word.own, text, start);
}

/** Appends text that only running the script can tell. */
export function appendUnknown(word: Building, place: Range): void {
  word.value = undefined;
  word.field = undefined;
  word.present = true;
  addStretch(word, { text: undefined, ...place, steps: [] });
}

function addStretch(word: Building, stretch: Stretch): void {
  word.stretches.push(stretch);
  word.own.push(stretch);
}

/** Notes a quote: the word exists even if nothing stands in it. */
export function quote(word: Building): void {
  word.present = true;
  word.quoted = true;
}

/** Appends an expansion, split into fields where it is not quoted (POSIX shell, 2.6.5). */
export function expandInto(word: Building, expansion: Expansion, quoted: boolean, place: Range): void {
  addNames(word, expansion.names);
  const { value, names, items } = expansion;
  if (items !== undefined) {
    for (const [index, item] of items.entries()) {
      if (index > 0) endField(word);
      expandInto(word, { ...item, names }, true, place);
      // An element of nothing is a field where it is quoted.
      if (quoted) word.present = true;
    }
    // Without elements there is no field, quoted or not (bash, "Arrays").
    if (items.length === 0 && word.field === "") word.present = false;
    // As one value, elements are not told apart.
    if (items.length > 1) word.value = undefined;
    return;
  }
  const label = /^\w+$/.test(names[0] ?? "") ? `variable ${names[0]}` : "expression";
  // What is nothing is still written there.
  const stretches =
    expansion.stretches === undefined || (value === "" && expansion.stretches.length === 0)
      ? [{ text: value, ...place, steps: names.length === 0 ? [] : [{ ...place, label }] }]
      : expandedAt(expansion.stretches, place, [{ ...place, label }]);
  if (value === undefined) word.value = undefined;
  else if (word.value !== undefined) word.value += value;
  word.stretches.push(...stretches);
  if (value !== undefined && !quoted && expansion.isText === true && /["']/.test(value))
    readInto(word, value, stretches);
  else if (value !== undefined && !quoted && /\s/.test(value)) splitInto(word, value, stretches);
  else if (value === undefined && !quoted && stretches.some(({ text = "" }) => /\s/.test(text))) {
    // Blanks split what is known of it, whatever the rest is.
    for (const stretch of stretches)
      if (stretch.text === undefined) addOwn(word, undefined, [stretch]);
      else splitInto(word, stretch.text, [stretch]);
  } else addOwn(word, value, stretches);
}

/** Adds a value to the current field. */
function addOwn(word: Building, value: string | undefined, stretches: readonly Stretch[]): void {
  if (value === undefined) word.field = undefined;
  else if (word.field !== undefined) word.field += value;
  if (value !== "") word.present = true;
  word.own.push(...stretches);
}

/** Adds a value that blanks split into fields. */
function splitInto(word: Building, value: string, stretches: readonly Stretch[]): void {
  let at = 0;
  value.split(/(\s+)/).forEach((piece, index) => {
    if (index % 2 === 1) endField(word);
    else if (piece !== "") addOwn(word, piece, sliceStretches(stretches, at, at + piece.length));
    at += piece.length;
  });
}

/** Blanks, what stands in quotes, and what does not; a quote that nothing closes is a character. */
const pieces = /\s+|"([^"]*)"|'([^']*)'|[^\s"']+|["']/g;

/** Adds a value that the shell reads as it reads the script: quotes in it keep blanks together. */
function readInto(word: Building, value: string, stretches: readonly Stretch[]): void {
  for (const { 0: piece, 1: double, 2: single, index } of value.matchAll(pieces)) {
    if (/^\s/.test(piece)) {
      endField(word);
      continue;
    }
    const within = double ?? single;
    const from = within === undefined ? index : index + 1;
    const text = within ?? piece;
    if (within !== undefined) word.present = true;
    if (text !== "") addOwn(word, text, sliceStretches(stretches, from, from + text.length));
  }
}

function addNames(word: Building, names: readonly string[]): void {
  for (const name of names) if (word.expands.length < maximumNames) word.expands.push(name);
}

function endField(word: Building): void {
  if (word.present) {
    word.fields.push(word.field);
    word.fieldStretches.push(word.own);
  }
  word.own = [];
  word.field = "";
  word.present = false;
}
