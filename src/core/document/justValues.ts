import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";

/** The variables of a justfile, and in a recipe its parameters. */
export interface JustValues {
  define(name: string, value: Span): void;
  /** The same variables with the parameters of a recipe before them. */
  withParameters(list: Span): JustValues;
  /** What an expression comes to; all of it counts as written at `place`. */
  evaluate(expression: Span, place: Span): readonly WordPart[];
}

const maximumDepth = 16;
const maximumParts = 32;
const parameterForm = /(?:^|[ \t])[*+$]*([A-Za-z_][\w-]*)(?:[ \t]*=[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^ \t]+))?/g;
const chooses = /^(?:env(?:_var_or_default)?)[ \t]*\([ \t]*(?:"[^"\n]*"|'[^'\n]*')[ \t]*,[ \t]*/;

/** Starts without any variable. */
export function createJustValues(text: string, variables: Map<string, Span> = new Map()): JustValues {
  const expanding = new Set<string>();
  let budget = 10_000;

  /** `'a'`, `"a"`, `name`, `a + b`, `a / b`, `env('NAME', a)`, `(a)`. */
  const partsOf = (span: Span, depth: number): readonly WordPart[] | undefined => {
    budget -= 1;
    if (depth > maximumDepth || budget < 0) return undefined;
    const { start, end } = trimmed(text, span);
    const written = text.slice(start, end);
    const terms = split(text, { start, end });
    if (terms.length > 1) {
      const parts: WordPart[] = [];
      for (const { term, operator } of terms) {
        if (operator === "/") parts.push({ text: "/", span: term, chain: [] });
        parts.push(...(partsOf(term, depth + 1) ?? [{ span: term, chain: [] }]));
      }
      return parts.length > maximumParts ? undefined : parts;
    }
    if (/^(?:"[^"\\\n]*"|'[^'\n]*')$/.test(written)) return literal(text, { start: start + 1, end: end - 1 });
    if (written.startsWith("(") && written.endsWith(")")) return partsOf({ start: start + 1, end: end - 1 }, depth + 1);
    const choice = written.endsWith(")") ? chooses.exec(written)?.[0] : undefined;
    if (choice !== undefined) {
      const place = { start: start + choice.length, end: end - 1 };
      const step = stepAt(place, "default of the environment");
      return partsOf(place, depth + 1)?.map((part) => ({ ...part, chain: [step, ...part.chain] }));
    }
    const value = /^[A-Za-z_][\w-]*$/.test(written) ? variables.get(written) : undefined;
    if (value === undefined || expanding.has(written)) return undefined;
    expanding.add(written);
    const inner = partsOf(value, depth + 1);
    expanding.delete(written);
    const steps = [
      stepAt({ start, end }, `variable ${written}`),
      stepAt(trimmed(text, value), `assignment of ${written}`),
    ];
    return inner?.map((part) => ({ ...part, chain: [...steps, ...part.chain] }));
  };

  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  return {
    define(name, value) {
      variables.set(name, value);
    },
    withParameters({ start, end }) {
      const own = new Map(variables);
      for (const { index, 0: whole, 1: name = "", 2: given } of text.slice(start, end).matchAll(parameterForm)) {
        own.delete(name);
        const from = start + index + whole.length - (given?.length ?? 0);
        if (given !== undefined) own.set(name, { start: from, end: from + given.length });
      }
      return createJustValues(text, own);
    },
    evaluate(expression, place) {
      const name = text.slice(expression.start, expression.end).trim();
      const unknown: WordPart = { span: place, chain: [stepAt(place, `variable ${name}`)] };
      return partsOf(expression, 0)?.map((part) => ({ ...part, span: place })) ?? [unknown];
    },
  };
}

function literal(text: string, { start, end }: Span): readonly WordPart[] {
  return [{ text: text.slice(start, end), span: { start, end }, literal: { start, end }, chain: [] }];
}

function trimmed(text: string, { start, end }: Span): Span {
  const written = text.slice(start, end);
  const comment = /^(?:"[^"\n]*"|'[^'\n]*'|[^"'#])*?(?=[ \t]#|$)/.exec(written)?.[0] ?? written;
  const from = start + comment.length - comment.trimStart().length;
  return { start: Math.min(from, end), end: Math.max(from, start + comment.trimEnd().length) };
}

/** The terms that `+` and `/` join, outside quotes and parentheses. */
function split(text: string, { start, end }: Span): readonly { readonly term: Span; readonly operator: string }[] {
  const terms: { term: Span; operator: string }[] = [];
  let operator = "";
  let from = start;
  let depth = 0;
  let quote = "";
  for (let at = start; at <= end; at++) {
    const character = at === end ? "+" : (text[at] ?? "");
    if (quote !== "" && at < end) {
      if (character === quote) quote = "";
    } else if (character === '"' || character === "'" || character === "`") quote = character;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if ((character === "+" || character === "/") && (depth <= 0 || at === end)) {
      terms.push({ term: { start: from, end: at }, operator });
      operator = character;
      from = at + 1;
    }
  }
  return terms.length > 64 ? [] : terms;
}
