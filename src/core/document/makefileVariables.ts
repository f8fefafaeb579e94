import type { Span } from "../image/span.ts";
import type { Certainty } from "./makefileConditions.ts";
import { argumentsAfter, evaluateMakeFunction } from "./makefileFunctions.ts";
import { makePieces } from "./makefilePieces.ts";
import type { ValueStep, WordPart } from "./document.ts";

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
  /** Takes a line that sets a variable; gives whether it is one. `certainty`: whether make reads the line. */
  define(line: Span, certainty: Certainty, source?: MakeSource): boolean;
  /** Takes what \`define\` gives a name, where it is one line alone. */
  defineBlock(name: string, lines: readonly Span[]): void;
  /** What a variable comes to; undefined where nothing sets it. */
  named(name: string, locals?: MakeLocals): readonly WordPart[] | undefined;
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
const maximumParts = 256;
const maximumDefinitions = 8;
const assignment = /^[ \t]*(?:(?:export|override|private|unexport)[ \t]+)*([\w.-]+)[ \t]*(\?|\+|:{1,3}|!)?=[ \t]*/;

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
      const local = locals?.get(name);
      if (local !== undefined) return expandedBy(step, local);
      if (!/^[\w.-]+$/.test(name)) return called({ source, span: piece.span }, name, depth, locals) ?? [unknown];
      if (expanding.has(name)) return [unknown];
      const found = definitions.get(name) ?? [];
      expanding.add(name);
      const [first, ...others] = found.map((definition) => partsOf(definition, name, depth, locals));
      expanding.delete(name);
      if (first === undefined || first.length > maximumParts) return [unknown];
      if (others.length === 0) return expandedBy(step, first);
      return [{ ...unknown, choices: [first, ...others].filter((parts) => parts.length <= maximumParts) }];
    });

  /** What `$(call ...)`, a function or a computed name comes to. */
  const called = (
    { source, span }: Place,
    name: string,
    depth: number,
    locals: MakeLocals | undefined,
  ): readonly WordPart[] | undefined => {
    const step = stepAt({ source, span }, `variable ${name}`);
    const at = ({ start, length }: { readonly start: number; readonly length: number }): Place => {
      const from = span.start + 2 + start;
      return { source, span: { start: from, end: from + length } };
    };
    const [head, target = ""] = /^call[ \t]+([\w.-]+)[ \t]*(?:,|$)/.exec(name) ?? [];
    const [definition, ...others] = definitions.get(target) ?? [];
    if (head !== undefined) {
      if (definition === undefined || others.length > 0 || expanding.has(target)) return undefined;
      const given = head.endsWith(",") ? argumentsAfter(name, head.length) : [];
      const own = new Map(given.map((argument, index) => [String(index + 1), expand(at(argument), depth + 1, locals)]));
      expanding.add(target);
      const parts = partsOf(definition, target, depth, new Map([...(locals ?? []), ...own]));
      expanding.delete(target);
      return parts.length > maximumParts
        ? undefined
        : parts.map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
    }
    const fallback = printedFallback.exec(name);
    if (fallback !== null) {
      const [whole, , printed = ""] = fallback;
      const parts = expand(
        at({ start: whole.length - printed.length - (fallback[1] ?? "").length, length: printed.length }),
        depth + 1,
        locals,
      );
      return parts.length > maximumParts ? undefined : expandedBy(step, parts);
    }
    if (/^[\w.-]*\$/.test(name)) {
      const computed = (own: MakeLocals | undefined): readonly WordPart[] | undefined => {
        const inner = expand({ source, span: { start: span.start + 2, end: span.end - 1 } }, depth + 1, own);
        const other = inner.map(({ text }) => text ?? "\0").join("");
        return /^[\w.-]+$/.test(other) ? variable(other, { source, span }, depth, own) : undefined;
      };
      return (
        computed(locals) ??
        evaluateEach(name, locals, (own) => knownText(computed(own)))?.map((part) => ({ ...part, span, chain: [step] }))
      );
    }
    const evaluate = (own: MakeLocals | undefined): string | undefined =>
      evaluateMakeFunction(name, {
        textOf,
        expand: (argument, more) =>
          expand(at(argument), depth + 1, more === undefined ? own : new Map([...(own ?? []), ...more])),
        lookup: (other) =>
          own?.get(other) ?? variable(other, { source, span }, depth, own) ?? [{ span, chain: [step] }],
      });
    const value = evaluate(locals);
    if (value !== undefined) return [{ text: value, span, chain: [step] }];
    return evaluateEach(name, locals, evaluate)?.map((part) => ({ ...part, span, chain: [step] }));
  };

  const variable = (
    name: string,
    place: Place,
    depth: number,
    locals: MakeLocals | undefined,
  ): readonly WordPart[] | undefined => {
    const step = stepAt(place, `variable ${name}`);
    const parts = onlyValue(name, depth, locals);
    return parts === undefined ? undefined : expandedBy(step, parts);
  };

  /** What a variable is, where it is one thing alone. */
  const onlyValue = (name: string, depth: number, locals: MakeLocals | undefined): readonly WordPart[] | undefined => {
    const [only, ...others] = expanding.has(name) ? [] : (definitions.get(name) ?? []);
    if (only === undefined || others.length > 0) return undefined;
    expanding.add(name);
    const parts = partsOf(only, name, depth, locals);
    expanding.delete(name);
    return parts;
  };

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
    define(line, certainty, source = own) {
      const given = assignmentIn(source, line);
      if (given === undefined) return false;
      const { name, operator, value } = given;
      definitions.set(name, after(definitions.get(name) ?? [], { value, operator, certainty }));
      return true;
    },
    defineBlock(name, lines) {
      const [only, ...others] = lines;
      if (only !== undefined && others.length === 0 && !definitions.has(name))
        definitions.set(name, [{ values: [{ source: own, span: only }], operator: "" }]);
    },
    named: (name, locals) => locals?.get(name) ?? onlyValue(name, 0, locals),
    valueOf: (line) => assignmentIn(own, line)?.value.span,
    expand: (span, locals, source = own) => expand({ source, span }, 0, locals),
  };
}

function knownText(parts: readonly WordPart[] | undefined): string | undefined {
  return parts?.every(({ text }) => text !== undefined) === true ? parts.map(({ text }) => text).join("") : undefined;
}

/** A function once for each of the choices that something in it leaves open. */
function evaluateEach(
  name: string,
  locals: MakeLocals | undefined,
  evaluate: (locals: MakeLocals) => string | undefined,
): readonly WordPart[] | undefined {
  const entries = [...(locals ?? [])];
  const found = entries.find(
    ([one, [part, ...more]]) =>
      part?.choices !== undefined &&
      more.length === 0 &&
      (name.startsWith(`${one}:`) ||
        name.includes(`$(${one})`) ||
        name.includes(`\${${one}}`) ||
        name.includes(`$${one}`)),
  );
  const open = found?.[1][0];
  if (open?.choices === undefined) return undefined;
  const group = open.group ?? open.choices;
  const choices = open.choices.map((_, index): readonly WordPart[] => {
    const own = entries.map(([one, parts]): [string, readonly WordPart[]] => {
      const [part] = parts;
      const isOfGroup = part?.choices !== undefined && (part.group ?? part.choices) === group;
      return [one, isOfGroup ? (part.choices[index] ?? []) : parts];
    });
    const text = evaluate(new Map(own));
    return [{ span: open.span, chain: [], ...(text === undefined ? {} : { text }) }];
  });
  return [{ span: open.span, chain: [], choices, group }];
}

function textOf({ source, span }: Place): string {
  return source.text.slice(span.start, span.end);
}

/** The parts of a value where `step` expands it; what is nothing is still written there. */
function expandedBy(step: ValueStep, parts: readonly WordPart[]): readonly WordPart[] {
  const { span } = step;
  if (parts.length === 0) return [{ text: "", span, chain: [step] }];
  return parts.map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
}

function stepAt(place: Place, label: string): ValueStep {
  const { file } = place.source;
  return { span: place.span, ...(file === undefined ? {} : { file }), label, text: textOf(place) };
}

/** `shell which x || echo "docker run ..."`: what stands for a program that is not there. */
const printedFallback =
  /^shell[ \t]+(?:which|command[ \t]+-v|type[ \t]+-p)[ \t][^|;&"']*\|\|[ \t]*echo[ \t]+(["'])([^"']*)\1$/;

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

/** How a definition is called that make passes over, and which counts where nothing else gives a value. */
const passedOver = "passed over";

/** What a variable may be after one more assignment. */
function after(
  all: readonly Definition[],
  { value, operator, certainty }: { value: Place; operator: string; certainty: Certainty },
): readonly Definition[] {
  if (certainty === "never")
    return all.length === 0 && operator !== "!" ? [{ values: [value], operator: passedOver }] : all;
  const before = all.filter((one) => one.operator !== passedOver);
  const own: Definition = { values: [value], operator };
  if (operator === "!") return [];
  if (operator === "+")
    return before.length === 0 ? [own] : before.map((one) => ({ ...one, values: [...one.values, value] }));
  // A default counts only where nothing else gives a value; the first of several counts.
  if (operator === "?") return before.length === 0 ? [own] : before;
  if (certainty === "always" || before.length === 0) return [own];
  const isKnown = before.some(
    ({ values: [one], ...rest }) => one !== undefined && rest.operator === operator && textOf(one) === textOf(value),
  );
  return isKnown || before.length >= maximumDefinitions ? before : [...before, own];
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
