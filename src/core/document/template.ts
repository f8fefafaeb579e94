import type { Span } from "../image/span.ts";
import type { ValueStep } from "./document.ts";
import type { Value, ValuePart } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import { scalarOf, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** A variable or expression in a text, as a dialect writes it. */
export interface Placeholder extends Span {
  /** What it names (`IMAGE`, `params.image`); absent where only running the pipeline can tell what it comes to. */
  readonly name?: string;
  /** What it always stands for: `$` for `$$`. */
  readonly text?: string;
  /** What it is, where it is more than a variable. */
  readonly label?: string;
  /** Where its default stands, which counts where nothing else defines the name. */
  readonly fallback?: Span;
}

/** Finds the placeholders of one way to write them, in order and not overlapping. */
export type TemplateSyntax = (source: string) => readonly Placeholder[];

/** Another file that a value comes from. */
export interface TemplateSource {
  /** Without byte-order mark. */
  readonly text: string;
  readonly file: string;
}

/** What a name stands for: a value of the document, whose own variables `scope` resolves, or one that the tool defines. */
export type Definition =
  | {
      readonly label: string;
      readonly node: YamlNode | undefined;
      readonly scope?: TemplateScope;
      /** Whether it only counts where nothing gives a value. */
      readonly isDefault?: boolean;
      /** Where the node stands, if in another file. */
      readonly source?: TemplateSource | undefined;
    }
  | { readonly label: string; readonly text: string }
  /** What the dialect evaluated itself. */
  | { readonly label: string; readonly values: readonly Value[] };

/** How variables are written and what they stand for at one place of a document. */
export interface TemplateScope {
  readonly syntax: TemplateSyntax;
  /** Every value that the name may have; none where the files do not tell. */
  readonly lookup: (name: string) => readonly Definition[];
}

/** Longer values hold no image reference. */
const maximumLength = 4096;
const maximumValues = 256;
const maximumDepth = 20;
/** Variables that are followed for one value: keeps `A: $B$B`, `B: $C$C`, ... from growing without end. */
const maximumExpansions = 400;

/** What a scalar's range comes to: one value for each combination of what its variables may be. */
export function expandTemplate(
  text: string,
  scalar: YamlScalar,
  scope: TemplateScope,
  from = 0,
  to = scalar.text.length,
): readonly Value[] {
  if (to - from > maximumLength) return [{ parts: [literalPart(text, scalar, from, to)], chain: [] }];
  const context = { text, left: maximumExpansions };
  return expandRange(context, undefined, scalar, scope, { from, to, depth: 0, part: (part) => part });
}

/** Every value that a definition comes to. */
export function definitionValues(text: string, definition: Definition, around: TemplateScope): readonly Value[] {
  return expandDefinition({ text, left: maximumExpansions }, definition, around, 0);
}

/** The one text that a definition comes to; undefined where it cannot be known or is one of several. */
export function definitionText(text: string, definition: Definition, around: TemplateScope): string | undefined {
  return onlyText(definitionValues(text, definition, around));
}

/** The one text that a scalar comes to; undefined where it cannot be known or is one of several. */
export function templateText(text: string, scalar: YamlScalar, scope: TemplateScope): string | undefined {
  return onlyText(expandTemplate(text, scalar, scope));
}

function onlyText(values: readonly Value[]): string | undefined {
  const [first, ...others] = values.map(textOfValue);
  return others.every((other) => other === first) ? first : undefined;
}

/** What a value says, where all of it is known. */
export function textOfValue(value: Value): string | undefined {
  return value.parts.every((part) => part.text !== undefined)
    ? value.parts.map((part) => part.text).join("")
    : undefined;
}

interface Context {
  readonly text: string;
  left: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  /** Says of a literal part whose literal it is. */
  readonly part: (part: ValuePart) => ValuePart;
}

function expandRange(
  context: Context,
  source: TemplateSource | undefined,
  scalar: YamlScalar,
  scope: TemplateScope,
  { from, to, depth, part }: Range,
): readonly Value[] {
  let values: readonly Value[] = [{ parts: [], chain: [] }];
  const append = (alternatives: readonly Value[]): void => {
    values = values
      .flatMap((value) =>
        alternatives.map((next) => ({
          parts: [...value.parts, ...next.parts],
          chain: [...value.chain, ...next.chain],
        })),
      )
      .slice(0, maximumValues);
  };
  const literal = (start: number, end: number): void => {
    if (end > start) append([{ parts: [part(literalAt(context, source, scalar, start, end))], chain: [] }]);
  };
  let at = from;
  for (const placeholder of scope.syntax(scalar.text.slice(from, to))) {
    const start = from + placeholder.start;
    const end = from + placeholder.end;
    literal(at, start);
    at = end;
    if (placeholder.text !== undefined) {
      append([{ parts: [{ text: placeholder.text }], chain: [] }]);
      continue;
    }
    const { name } = placeholder;
    const { label = name === undefined || / \? |\(/.test(name) ? "expression" : `variable ${name}` } = placeholder;
    const step = stepAt(context, source, scalar, { start, end, label });
    append(
      expandPlaceholder(context, source, scalar, scope, { placeholder, offset: from, depth }).map(
        ({ parts, chain }) => ({
          parts,
          chain: [step, ...chain],
        }),
      ),
    );
  }
  literal(at, to);
  return values;
}

const unknown: readonly Value[] = [{ parts: [{}], chain: [] }];

function expandPlaceholder(
  context: Context,
  source: TemplateSource | undefined,
  scalar: YamlScalar,
  scope: TemplateScope,
  { placeholder, offset, depth }: { placeholder: Placeholder; offset: number; depth: number },
): readonly Value[] {
  const { name, fallback } = placeholder;
  if (depth >= maximumDepth || context.left-- <= 0) return unknown;
  const definitions = name === undefined ? [] : scope.lookup(name);
  if (definitions.length > 0)
    return definitions.flatMap((definition) => expandDefinition(context, definition, scope, depth));
  if (fallback === undefined) return unknown;
  const from = offset + fallback.start;
  const to = offset + fallback.end;
  const label = `default of ${name ?? "the expression"}`;
  const step = stepAt(context, source, scalar, { start: from, end: to, label });
  const part = (one: ValuePart): ValuePart => (source === undefined ? { ...one, literal: step.span } : one);
  if (to <= from) return [{ parts: [{ text: "" }], chain: [step] }];
  return expandRange(context, source, scalar, scope, { from, to, depth: depth + 1, part }).map(({ parts, chain }) => ({
    parts,
    chain: [step, ...chain],
  }));
}

function expandDefinition(
  context: Context,
  definition: Definition,
  around: TemplateScope,
  depth: number,
): readonly Value[] {
  if ("text" in definition) return [{ parts: [{ text: definition.text }], chain: [] }];
  if ("values" in definition) return definition.values;
  const scalar = scalarOf(definition.node);
  if (scalar === undefined || scalar.text.length > maximumLength) return unknown;
  const { source } = definition;
  const step = stepAt(context, source, scalar, { start: 0, end: scalar.text.length, label: definition.label });
  if (scalar.text === "") return [{ parts: [{ text: "" }], chain: [step] }];
  const part = (one: ValuePart): ValuePart =>
    source === undefined ? { ...one, literal: step.span, shared: true } : one;
  const range = { from: 0, to: scalar.text.length, depth: depth + 1, part };
  return expandRange(context, source, scalar, definition.scope ?? around, range).map(({ parts, chain }) => ({
    parts,
    chain: [step, ...chain],
  }));
}

/** A stretch of a scalar; what stands in another file has no place in this one. */
function literalAt(
  context: Context,
  source: TemplateSource | undefined,
  scalar: YamlScalar,
  start: number,
  end: number,
): ValuePart {
  return source === undefined ? literalPart(context.text, scalar, start, end) : { text: scalar.text.slice(start, end) };
}

function stepAt(
  context: Context,
  source: TemplateSource | undefined,
  scalar: YamlScalar,
  { start, end, label }: { readonly start: number; readonly end: number; readonly label: string },
): ValueStep {
  const { span = scalar.span } = literalPart(source?.text ?? context.text, scalar, start, end);
  const step = { span, label, text: scalar.text.slice(start, end) };
  return source === undefined ? step : { ...step, file: source.file };
}
