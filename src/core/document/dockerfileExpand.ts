import type { Span } from "../image/span.ts";
import { documentSpan } from "../shell/origin.ts";
import type { PiecedText } from "../shell/origin.ts";
import { removeMatch, replaceMatch } from "../shell/pattern.ts";
import type { ValueStep } from "./document.ts";
import { parseWord } from "./dockerfileWord.ts";
import type { WordPart } from "./dockerfileWord.ts";

/** A variable of a Dockerfile: an ARG or ENV as written, or one that BuildKit itself provides. */
export interface Binding {
  readonly name: string;
  /** What it is, in words: "ARG NODE_VERSION". */
  readonly label: string;
  /** `declared` has no default; `provided` has a value that depends on the build (`TARGETARCH`). */
  readonly kind: "value" | "declared" | "provided";
  readonly value: Value;
  /** The value's text without surrounding quotes; the name where it has no value. */
  readonly span: Span;
  readonly text: string;
}

/** A stretch of a value: literal text and where it stands, or a gap that only a build can fill. */
export type Piece =
  | {
      readonly kind: "text";
      readonly text: string;
      /** Absent for text that an operator computed. */
      readonly span?: Span;
      /** The variable in whose value the text is written; absent for text of the word itself. */
      readonly owner?: Binding;
      /** The literal that it is part of, where that is a default inside an expression. */
      readonly literal?: Span;
    }
  | { readonly kind: "gap"; readonly empty: boolean };

/** A place behind which text could be written so that it ends up at the very end of the value. */
interface TailSite {
  readonly owner: Binding | undefined;
  readonly at: number;
  readonly literal: Span;
}

/** What a word expands to and how. */
export interface Value {
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Innermost first. */
  readonly tails: readonly TailSite[];
  /** How often each variable's value takes part, directly or through others; above one also where it is only looked at. */
  readonly touched: ReadonlyMap<Binding, number>;
  readonly steps: readonly ValueStep[];
  readonly hasVariables: boolean;
  /** Why BuildKit refuses the word, in words. */
  readonly refusal?: string;
  /** Whether following it was given up because it grew too long or too deep. */
  readonly limited: boolean;
}

/** Longest value, most pieces and most variables that one value is made of. */
const maximumText = 4096;
const maximumParts = 64;

/** Count for a variable that an operator looks at: more than the one plain use after which it may be edited. */
const inspected = 2;

const nothing: Value = {
  text: "",
  pieces: [],
  tails: [],
  touched: new Map(),
  steps: [],
  hasVariables: false,
  limited: false,
};
/** The value of a variable that is declared without one: empty unless a build sets it. */
export const unsetValue: Value = { ...nothing, pieces: [{ kind: "gap", empty: true }] };
/** The value of a variable that every build sets in its own way. */
export const providedValue: Value = { ...nothing, pieces: [{ kind: "gap", empty: false }] };

/** The value of a variable that a build of the workspace sets; `step` says where. */
export function suppliedValue(text: string, step: ValueStep): Value {
  return { ...nothing, text, pieces: [{ kind: "text", text }], steps: [step] };
}

/** What words are expanded with. */
export interface Expansion {
  readonly escape: string;
  readonly lookup: (name: string) => Binding | undefined;
  /** Steps that matching patterns and names may still take in this file; what would take more counts as not known. */
  readonly budget: { left: number };
}

/** Expands the word between `start` and `end` of a logical line as BuildKit does without build arguments. */
export function expandWord(line: PiecedText, start: number, end: number, expansion: Expansion): Value {
  const { parts, refusal } = parseWord(line.text, start, end, expansion.escape);
  if (refusal !== undefined) return { ...nothing, refusal, hasVariables: line.text.slice(start, end).includes("$") };
  return expandParts(parts, { ...expansion, line, inDefault: undefined });
}

interface Context extends Expansion {
  readonly line: PiecedText;
  /** The default that the parts belong to, where they stand inside an expression. */
  readonly inDefault: Span | undefined;
}

function expandParts(parts: readonly WordPart[], context: Context): Value {
  const pieces: Piece[] = [];
  const touched = new Map<Binding, number>();
  const steps: ValueStep[] = [];
  let tails: readonly TailSite[] = [];
  let refusal: string | undefined;
  let limited = false;
  let hasVariables = false;
  for (const part of parts) {
    if (part.kind === "text") {
      const span = documentSpan(context.line.toDocumentOffset, part.start, part.end);
      pieces.push({
        kind: "text",
        text: part.text,
        span,
        ...(context.inDefault === undefined ? {} : { literal: context.inDefault }),
      });
      tails = [];
      continue;
    }
    const value = expandVariable(part, context);
    hasVariables = true;
    refusal ??= value.refusal;
    limited ||= value.limited;
    pieces.push(...value.pieces);
    steps.push(...value.steps);
    for (const [binding, count] of value.touched) touched.set(binding, (touched.get(binding) ?? 0) + count);
    tails = value.tails;
    if (pieces.length > maximumParts || touched.size > maximumParts)
      return { ...nothing, pieces: providedValue.pieces, hasVariables, limited: true };
  }
  const text = pieces.map((piece) => (piece.kind === "text" ? piece.text : "")).join("");
  if (hasVariables && text.length > maximumText)
    return { ...nothing, pieces: providedValue.pieces, hasVariables, limited: true };
  return {
    text,
    pieces,
    tails,
    touched,
    steps: steps.slice(0, maximumParts),
    hasVariables,
    limited,
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function expandVariable(part: WordPart & { kind: "variable" }, context: Context): Value {
  const binding = context.lookup(part.name);
  const value = binding?.value ?? nothing;
  const isSet = binding !== undefined && binding.kind !== "declared";
  const isEmpty = value.pieces.every((piece) => (piece.kind === "text" ? piece.text === "" : piece.empty));
  const own = withBinding(value, binding);
  switch (part.operator) {
    case "":
      return own;
    case "?":
      if (isSet && !(part.colon && isEmpty)) return own;
      return binding?.kind === "declared" ? own : { ...own, refusal: `it requires ${part.name}, which has no value` };
    case "-":
      return isSet && !(part.colon && isEmpty)
        ? own
        : expandDefault(part, context, binding, "default in the expression");
    case "+":
      if (isSet && !(part.colon && isEmpty))
        return expandDefault(part, context, binding, "alternative in the expression");
      return { ...nothing, touched: own.touched, hasVariables: true };
    default:
      return transform(part, context, own);
  }
}

function withBinding(value: Value, binding: Binding | undefined): Value {
  if (binding === undefined) return { ...nothing, hasVariables: true };
  const step: ValueStep = { span: binding.span, label: binding.label, text: binding.text };
  return {
    ...value,
    hasVariables: true,
    touched: new Map([...value.touched, [binding, 1]]),
    steps: [step, ...value.steps].slice(0, maximumParts),
  };
}

function expandDefault(
  part: WordPart & { kind: "variable" },
  context: Context,
  binding: Binding | undefined,
  label: string,
): Value {
  const first = part.word[0];
  const last = part.word.at(-1);
  // What is only tested must not be edited either, nor what it is made of: the other outcome would follow.
  const tested = new Map(
    (binding === undefined ? [] : [binding, ...binding.value.touched.keys()]).map((one) => [one, inspected]),
  );
  if (first === undefined || last === undefined) return { ...nothing, touched: tested, hasVariables: true };
  const literal = documentSpan(context.line.toDocumentOffset, first.start, last.end);
  const value = expandParts(part.word, { ...context, inDefault: context.inDefault ?? literal });
  const step: ValueStep = { span: literal, label, text: context.line.text.slice(first.start, last.end) };
  const site: TailSite = { owner: undefined, at: literal.end, literal };
  return {
    ...value,
    hasVariables: true,
    tails: [...value.tails, site],
    touched: new Map([...value.touched, ...tested]),
    steps: [step, ...value.steps].slice(0, maximumParts),
  };
}

function transform(part: WordPart & { kind: "variable" }, context: Context, value: Value): Value {
  const pattern = expandParts(part.word, context);
  const replacement = expandParts(part.replacement, context);
  const touched = new Map(
    [...value.touched.keys(), ...pattern.touched.keys(), ...replacement.touched.keys()].map((binding) => [
      binding,
      inspected,
    ]),
  );
  const known = [value, pattern, replacement].every(({ pieces }) => pieces.every((piece) => piece.kind === "text"));
  const { operator } = part;
  context.budget.left -= value.text.length * pattern.text.length * (operator.startsWith("/") ? value.text.length : 1);
  const text =
    !known || context.budget.left < 0
      ? undefined
      : operator === "/" || operator === "//"
        ? replaceMatch(value.text, pattern.text, replacement.text, operator === "//" ? "all" : "first")
        : removeMatch(value.text, pattern.text, operator.startsWith("#") ? "start" : "end", operator.length === 2);
  return {
    ...nothing,
    text: text ?? "",
    pieces:
      text === undefined
        ? value.pieces.map((piece) => (piece.kind === "gap" ? piece : { kind: "gap", empty: true }))
        : [{ kind: "text", text }],
    touched,
    steps: value.steps,
    hasVariables: true,
    limited: value.limited,
  };
}

/** A variable for a value that is written between `start` and `end` of a logical line, expanded where it stands. */
export function bindingOf(
  name: string,
  label: string,
  line: PiecedText,
  range: { readonly start: number; readonly end: number },
  expansion: Expansion,
): Binding {
  const inner = withoutQuotes(line.text, range.start, range.end);
  const span = documentSpan(line.toDocumentOffset, inner.start, inner.end);
  const written = expandWord(line, range.start, range.end, expansion);
  const value: { -readonly [K in keyof Value]: Value[K] } = { ...written };
  const binding: Binding = {
    name,
    label,
    kind: "value",
    value,
    span,
    text: line.text.slice(inner.start, inner.end).slice(0, maximumText),
  };
  // Text and tail sites that stand in this value can only be edited for all who use the variable.
  value.pieces = written.pieces.map((piece) =>
    piece.kind === "text" && piece.owner === undefined ? { ...piece, owner: binding } : piece,
  );
  value.tails = [
    ...written.tails.map((site) => (site.owner === undefined ? { ...site, owner: binding } : site)),
    ...(written.text === "" ? [] : [{ owner: binding, at: span.end, literal: span }]),
  ];
  return binding;
}

/** The range without the quotes that surround it as a whole. */
export function withoutQuotes(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const quote = text[start];
  if (end - start < 2 || (quote !== '"' && quote !== "'") || text[end - 1] !== quote) return { start, end };
  return text.slice(start + 1, end - 1).includes(quote) ? { start, end } : { start: start + 1, end: end - 1 };
}
