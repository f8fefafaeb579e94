import type { Span } from "../image/span.ts";
import type { JustExpression, JustSource } from "./justExpression.ts";
import type { JustValues } from "./justValues.ts";

/** A parameter of a recipe. */
export interface JustParameter {
  readonly name: string;
  readonly isExported: boolean;
  readonly isVariadic: boolean;
  readonly byDefault?: Span;
}

/** A recipe: what it takes, what it runs before and after, and its lines without their indentation. */
export interface JustRecipe {
  readonly name: string;
  readonly parameters: readonly JustParameter[];
  readonly dependencies: Span;
  readonly lines: Span[];
  readonly values: JustValues;
}

const blankOrWord =
  /[ \t\r\n\\]+|(?:"[^"\n]*"|'[^'\n]*'|\((?:[^()"']|"[^"\n]*"|'[^'\n]*'|\((?:[^()"']|"[^"\n]*"|'[^'\n]*')*\))*\)|[^\s"'(\\])+|[\s\S]/g;

/** Longer headers are no recipe's. */
const maximumHeader = 4_000;

/** The words of a stretch, with what stands in quotes and parentheses whole. */
function wordsOf(text: string, { start, end }: Span): readonly Span[] {
  const words: Span[] = [];
  for (const { 0: word, index } of text.slice(start, Math.min(end, start + maximumHeader)).matchAll(blankOrWord))
    if (!/^[\s\\]/.test(word)) words.push({ start: start + index, end: start + index + word.length });
  return words;
}

/** The parameters of a recipe's header. */
export function parametersOf(text: string, span: Span): readonly JustParameter[] {
  return wordsOf(text, span).flatMap(({ start, end }): readonly JustParameter[] => {
    const [head, sigils = "", name = "", equals = ""] =
      /^([*+$]*)([A-Za-z_][\w-]*)(=?)/.exec(text.slice(start, end)) ?? [];
    if (head === undefined) return [];
    const parameter = { name, isExported: sigils.includes("$"), isVariadic: /[*+]/.test(sigils) };
    return [equals === "" ? parameter : { ...parameter, byDefault: { start: start + head.length, end } }];
  });
}

/** A call of a recipe, with its arguments as they stand. */
interface JustCall {
  readonly name: string;
  readonly given: readonly JustExpression[];
}

const maximumCalls = 64;

/** Gives the parameters of recipes what the justfile itself calls them with, beside their defaults. */
export function defineParameters(source: JustSource, recipes: readonly JustRecipe[]): void {
  const calls = new Map<string, (readonly JustExpression[])[]>();
  for (const recipe of recipes)
    for (const { name, given } of [...dependenciesOf(source, recipe), ...commandsOf(source, recipe)]) {
      const known = calls.get(name) ?? [];
      if (known.length < maximumCalls && given.length > 0) calls.set(name, [...known, given]);
    }
  for (const { name: called, parameters, values } of recipes)
    for (const [index, { name, byDefault, isVariadic }] of parameters.entries()) {
      // A default that has the parameter's own name asks for the variable that it hides.
      const hidden =
        byDefault !== undefined && source.text.slice(byDefault.start, byDefault.end).includes(name)
          ? { values: values.copy() }
          : {};
      const own = byDefault === undefined ? [] : [{ source, span: byDefault, ...hidden }];
      const given = (calls.get(called) ?? []).flatMap((all): readonly JustExpression[] => {
        const argument = all[index];
        // Several words in one parameter have no one place.
        return argument === undefined || (isVariadic && all.length > index + 1) ? [] : [argument];
      });
      values.define(name, ...own, ...given);
    }
}

/** `name: (dependency "a" b)`. */
function dependenciesOf(source: JustSource, { dependencies, values }: JustRecipe): readonly JustCall[] {
  const { text } = source;
  return wordsOf(text, dependencies).flatMap(({ start, end }): readonly JustCall[] => {
    if (text[start] !== "(") return [];
    const [name, ...words] = wordsOf(text, { start: start + 1, end: end - 1 });
    if (name === undefined) return [];
    const given: Span[] = [];
    let joins = false;
    for (const word of words) {
      const isOperator = /^(?:\+\+?|\/)$/.test(text.slice(word.start, word.end));
      const last = given.at(-1);
      if ((joins || isOperator) && last !== undefined) given[given.length - 1] = { start: last.start, end: word.end };
      else given.push(word);
      joins = isOperator;
    }
    return [{ name: text.slice(name.start, name.end), given: given.map((span) => ({ source, span, values })) }];
  });
}

const callForm =
  /(?:^|[\s;&|@(])(?:just|\{\{ *just_executable\(\) *\}\}|\{\{ *just *\}\}) +([A-Za-z_][\w-]*)((?: +(?:'[^'\n]*'|"[^"\n{$]*"|\{\{[^{}\n]*\}\}|[\w./:@-]+)(?=[\s;&|)]|$))+)/g;

/** `just name a b` in the lines of a recipe. */
function commandsOf(source: JustSource, { lines, values }: JustRecipe): readonly JustCall[] {
  const { text } = source;
  return lines.flatMap(({ start, end }): readonly JustCall[] => {
    const line = text.slice(start, end);
    if (!line.includes("just")) return [];
    return [...line.matchAll(callForm)].map(({ 0: whole, 1: name = "", 2: given = "", index }): JustCall => {
      const from = start + index + whole.length - given.length;
      return { name, given: argumentsOf(source, { start: from, end: from + given.length }, values) };
    });
  });
}

function argumentsOf(source: JustSource, span: Span, values: JustValues): readonly JustExpression[] {
  const { text } = source;
  const words = text.slice(span.start, span.end).matchAll(/'[^'\n]*'|"[^"\n]*"|\{\{[^{}\n]*\}\}|\S+/g);
  return [...words].map(({ 0: word, index }): JustExpression => {
    const place = { start: span.start + index, end: span.start + index + word.length };
    if (word.startsWith("{{")) return { source, span: { start: place.start + 2, end: place.end - 2 }, values };
    if (/^["']/.test(word)) return { source, span: place };
    return { source, span: place, parts: [{ text: word, span: place, literal: place, chain: [] }] };
  });
}
