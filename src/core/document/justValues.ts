import type { Span } from "../image/span.ts";
import type { WordPart } from "./document.ts";
import { readJustExpression, stepAt, trimmed } from "./justExpression.ts";
import type { JustExpression, JustFiles, JustParts } from "./justExpression.ts";

/** The variables of a justfile, and in a recipe its parameters. */
export interface JustValues {
  /** Sets what a variable is, or each of what it may be; nothing where nobody tells. */
  define(name: string, ...values: readonly JustExpression[]): void;
  /** A copy, for what holds in a recipe alone. */
  copy(): JustValues;
  /** What an expression comes to; all of it counts as written at `place`. */
  evaluate(expression: JustExpression, place: Span): readonly WordPart[];
  /** What a variable comes to; undefined where there is none. */
  valueOf(name: string): readonly WordPart[] | undefined;
}

const maximumDepth = 16;
const maximumParts = 32;
const maximumExpression = 4_000;
const maximumChoices = 64;

/** Starts without any variable. */
export function createJustValues(
  files: JustFiles,
  variables: Map<string, readonly JustExpression[]> = new Map(),
  limit: { left: number } = { left: 10_000 },
): JustValues {
  const expanding = new Set<string>();

  const values: JustValues = {
    define(name, ...given) {
      variables.set(name, given);
    },
    copy: () => createJustValues(files, new Map(variables), limit),
    evaluate(expression, place) {
      const { source, span } = expression;
      const name = source.text.slice(span.start, span.end).trim();
      const unknown: WordPart = { span: place, chain: [stepAt(source, place, `variable ${name}`)] };
      return partsOf(expression, 0)?.map((part) => ({ ...part, span: place })) ?? [unknown];
    },
    valueOf(name) {
      return variables.has(name) ? variable(name, 0) : undefined;
    },
  };

  const partsOf = ({ source, span, values: own, parts: word }: JustExpression, depth: number): JustParts => {
    if (word !== undefined) return word;
    limit.left -= 1;
    if (depth > maximumDepth || limit.left < 0 || isTooLong({ span })) return undefined;
    if (own !== undefined && own !== values) return own.evaluate({ source, span }, span);
    const parts = readJustExpression(source, span, {
      files,
      limit,
      depth,
      variable: (name) => variable(name, depth + 1),
    });
    return parts === undefined || parts.length > maximumParts ? undefined : parts;
  };

  const variable = (name: string, depth: number): JustParts => {
    const given = variables.get(name) ?? [];
    if (given.length === 0 || expanding.has(name) || given.some(isTooLong)) return undefined;
    expanding.add(name);
    const all = given.slice(0, maximumChoices).map((value) => {
      const step = stepAt(value.source, trimmed(value), `assignment of ${name}`);
      return (partsOf(value, depth + 1) ?? [{ span: value.span, chain: [] }]).map((part): WordPart => {
        return { ...part, chain: [step, ...part.chain] };
      });
    });
    expanding.delete(name);
    const [first = []] = all;
    if (all.length > 1) return [{ span: first[0]?.span ?? { start: 0, end: 0 }, chain: [], choices: all }];
    return first.every(({ text, choices }) => text === undefined && choices === undefined) ? undefined : first;
  };

  return values;
}

function isTooLong({ span }: { readonly span: Span }): boolean {
  return span.end - span.start > maximumExpression;
}
