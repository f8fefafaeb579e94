import type { Span } from "../image/span.ts";
import { evaluateMakeFunction } from "./makefileFunctions.ts";
import type { ValueStep, WordPart } from "./document.ts";

/** A stretch of a makefile's text: as it is, `$$`, or something that make expands. */
export type MakePiece =
  | { readonly kind: "text"; readonly span: Span }
  | { readonly kind: "dollar"; readonly span: Span }
  | { readonly kind: "expression"; readonly span: Span; readonly name: string };

/** What holds at one place of a makefile over its variables: those of a target, the arguments of a call. */
export type MakeLocals = ReadonlyMap<string, readonly WordPart[]>;

/** A text that variables stand in. */
export interface MakeSource {
  readonly text: string;
  /** Where it is, if it is not the makefile itself. */
  readonly file?: string;
}

/** The variables of a makefile. */
export interface MakeVariables {
  /** Takes a line that sets a variable; gives whether it is one. `isConditional`: make may pass it over. */
  define(line: Span, isConditional: boolean, source?: MakeSource): boolean;
  /** Where the value of such a line stands. */
  valueOf(line: Span): Span | undefined;
  /** What the text at a span comes to, `$(...)` included. */
  expand(span: Span, locals?: MakeLocals, source?: MakeSource): readonly WordPart[];
}

/** One value that a variable may have: what its assignments say, joined by spaces. */
interface Definition {
  readonly values: readonly Place[];
  readonly operator: string;
}

/** A stretch of one of the texts. */
interface Place {
  readonly source: MakeSource;
  readonly span: Span;
}

const maximumDepth = 16;
const maximumParts = 64;
const maximumDefinitions = 8;
const assignment = /^[ \t]*(?:(?:export|override|private|unexport)[ \t]+)*([\w.-]+)[ \t]*(\?|\+|:{1,3}|!)?=[ \t]*/;

/** Splits a text where make expands something (GNU make, 6.1). */
export function makePieces(text: string, { start, end }: Span): readonly MakePiece[] {
  const pieces: MakePiece[] = [];
  let from = start;
  let at = text.indexOf("$", start);
  while (at >= 0 && at + 1 < end) {
    if (at > from) pieces.push({ kind: "text", span: { start: from, end: at } });
    const next = text[at + 1] ?? "";
    if (next === "$") {
      pieces.push({ kind: "dollar", span: { start: at, end: at + 2 } });
      from = at + 2;
    } else {
      const close = next === "(" || next === "{" ? closingAt(text, at + 1, end) : at + 2;
      const inner = next === "(" || next === "{" ? text.slice(at + 2, close - 1) : next;
      pieces.push({ kind: "expression", span: { start: at, end: close }, name: inner.trim() });
      from = close;
    }
    at = text.indexOf("$", from);
  }
  if (from < end) pieces.push({ kind: "text", span: { start: from, end } });
  return pieces;
}

function closingAt(text: string, open: number, end: number): number {
  const opening = text[open];
  const closing = opening === "(" ? ")" : "}";
  let depth = 0;
  for (let at = open; at < end; at++) {
    if (text[at] === opening) depth += 1;
    else if (text[at] === closing && --depth === 0) return at + 1;
  }
  return end;
}

/**
 * The variables of a makefile, as far as its lines and those of included files are given to `define`. `textOf` gives
 * the text of a file that a function of make prints.
 */
export function createMakeVariables(
  own: MakeSource,
  textOf: (name: string) => string | undefined = () => undefined,
): MakeVariables {
  const definitions = new Map<string, readonly Definition[]>();
  /** Those whose value is being expanded: one that names itself comes to nothing that is known. */
  const expanding = new Set<string>();
  let budget = 20_000;

  const expand = ({ source, span }: Place, depth: number, locals: MakeLocals | undefined): readonly WordPart[] =>
    makePieces(source.text, span).flatMap((piece): readonly WordPart[] => {
      if (piece.kind === "text") return textParts({ source, span: piece.span });
      if (piece.kind === "dollar") return [{ text: "$", span: piece.span, chain: [] }];
      const { name } = piece;
      const step = stepAt({ source, span: piece.span }, `variable ${name}`);
      const unknown: WordPart = { span: piece.span, chain: [step] };
      budget -= 1;
      if (depth >= maximumDepth || budget < 0) return [unknown];
      if (!/^[\w.-]+$/.test(name)) {
        const value = evaluateMakeFunction(name, {
          textOf,
          expand: (argument) => {
            const start = piece.span.start + 2 + argument.start;
            return expand({ source, span: { start, end: start + argument.length } }, depth + 1, locals);
          },
          lookup: (other) => {
            const [only, ...others] = expanding.has(other) ? [] : (definitions.get(other) ?? []);
            if (only === undefined || others.length > 0) return [unknown];
            expanding.add(other);
            const parts = partsOf(only, other, depth, locals);
            expanding.delete(other);
            return parts;
          },
        });
        return value === undefined ? [unknown] : [{ ...unknown, text: value }];
      }
      const local = locals?.get(name);
      if (local !== undefined)
        return local.map((part) => ({ ...part, span: piece.span, chain: [step, ...part.chain] }));
      if (expanding.has(name)) return [unknown];
      const found = definitions.get(name) ?? [];
      expanding.add(name);
      const [first, ...others] = found.map((definition) => partsOf(definition, name, depth, locals));
      expanding.delete(name);
      if (first === undefined || first.length > maximumParts) return [unknown];
      if (others.length === 0)
        return first.map((part) => ({ ...part, span: piece.span, chain: [step, ...part.chain] }));
      return [{ ...unknown, choices: [first, ...others].filter((parts) => parts.length <= maximumParts) }];
    });

  const partsOf = (
    definition: Definition,
    name: string,
    depth: number,
    locals: MakeLocals | undefined,
  ): readonly WordPart[] =>
    definition.values.flatMap((value, index): readonly WordPart[] => {
      const step = stepAt(value, `assignment of ${name}`);
      const inner = expand(value, depth + 1, locals).map((part) => ({ ...part, chain: [step, ...part.chain] }));
      return index === 0 ? inner : [{ text: " ", span: value.span, chain: [step] }, ...inner];
    });

  return {
    define(line, isConditional, source = own) {
      const given = assignmentIn(source, line);
      if (given === undefined) return false;
      const { name, operator, value } = given;
      definitions.set(name, after(definitions.get(name) ?? [], { value, operator, isConditional }));
      return true;
    },
    valueOf: (line) => assignmentIn(own, line)?.value.span,
    expand: (span, locals, source = own) => expand({ source, span }, 0, locals),
  };
}

function textOf({ source, span }: Place): string {
  return source.text.slice(span.start, span.end);
}

function stepAt(place: Place, label: string): ValueStep {
  const { file } = place.source;
  return { span: place.span, ...(file === undefined ? {} : { file }), label, text: textOf(place) };
}

/** Lines that a backslash joins are one with a space between them (GNU make, 3.1.1). */
function textParts({ source, span }: Place): readonly WordPart[] {
  const parts: WordPart[] = [];
  let at = span.start;
  for (const line of source.text.slice(span.start, span.end).split(/([ \t]*\\\r?\n[ \t]*)/)) {
    const place = { start: at, end: at + line.length };
    at = place.end;
    if (line === "") continue;
    if (line.includes("\n")) parts.push({ text: " ", span: place, chain: [] });
    else parts.push({ text: line, span: place, ...(source.file === undefined ? { literal: place } : {}), chain: [] });
  }
  return parts;
}

/** What a variable may be after one more assignment. */
function after(
  before: readonly Definition[],
  { value, operator, isConditional }: { value: Place; operator: string; isConditional: boolean },
): readonly Definition[] {
  const own: Definition = { values: [value], operator };
  if (operator === "!") return [];
  if (operator === "+")
    return before.length === 0 ? [own] : before.map((one) => ({ ...one, values: [...one.values, value] }));
  const isDefault = before.every((one) => one.operator === "?");
  // A default counts only where nothing else gives a value; the first of several counts.
  if (operator === "?") return before.length === 0 ? [own] : before;
  if (!isConditional || before.length === 0) return [own];
  const isKnown = before.some(
    ({ values: [one], ...rest }) => one !== undefined && rest.operator === operator && textOf(one) === textOf(value),
  );
  return isKnown || before.length >= maximumDefinitions ? before : [...(isDefault ? [] : before), own];
}

/** The assignment that a line is. */
function assignmentIn(
  source: MakeSource,
  line: Span,
): { readonly name: string; readonly operator: string; readonly value: Place } | undefined {
  const content = source.text.slice(line.start, line.end);
  const match = assignment.exec(content);
  const name = match?.[1];
  if (match === null || name === undefined) return undefined;
  const start = line.start + match[0].length;
  const comment = /(?<!\\)#/.exec(content.slice(match[0].length))?.index;
  const written = source.text.slice(start, comment === undefined ? line.end : start + comment).trimEnd();
  return { name, operator: match[2] ?? "", value: { source, span: { start, end: start + written.length } } };
}
