import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { ValueStep, WordPart } from "./document.ts";
import type { GroovyToken } from "./groovy.ts";
import { questionAt } from "./groovyChoice.ts";
import { groovyCollections, type GroovyLoop } from "./groovyCollections.ts";

/** A value in a Groovy script: strings and names joined by `+`. */
export interface GroovyValue {
  readonly parts: readonly WordPart[];
  readonly span: Span;
  /** Index of the token after it. */
  readonly next: number;
  /** Whether a name ends it, and not a string. */
  readonly endsWithName: boolean;
}

/** The values of a script's variables, environment and parameters. */
export interface GroovyValues {
  /** The value that begins at a token; undefined where none does. */
  valueAt(index: number): GroovyValue | undefined;
  /** Whether a token belongs to a place that defines a variable's value. */
  isDefinition(index: number): boolean;
  /** The variable that a part expands. */
  nameOf(part: WordPart): string;
  /** What `environment` sets, as far as it is known. */
  readonly environment: Readonly<Record<string, string>>;
}

const maximumDepth = 10;
const maximumParts = 64;
/** Names that are followed for one value: keeps those that name each other from growing without end. */
const maximumExpansions = 100;
/** A name that is given more values than this is not followed. */
const maximumDefinitions = 8;

/** Finds what a script's tokens define. A name that is given different values is not known. */
export function createGroovyValues(text: string, tokens: readonly GroovyToken[]): GroovyValues {
  const definitions = new Map<string, readonly number[]>();
  const defining = new Set<number>();
  const environmentNames = new Set<string>();
  const define = (name: string, at: number): void => {
    definitions.set(name, [...(definitions.get(name) ?? []), at]);
  };
  const sign = (index: number): string => {
    const token = tokens[index];
    return token?.kind === "sign" ? token.text : "";
  };
  const { members, loops } = groovyCollections(tokens);
  for (const [name, at] of members) {
    define(name, at);
    defining.add(at);
  }
  for (const { items } of loops) for (const at of items) defining.add(at);
  let environmentDepth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.kind === "name" && token.text === "environment" && sign(at + 1) === "{") environmentDepth = 1;
    else if (environmentDepth > 0 && sign(at) === "}") environmentDepth = 0;
    if (token.kind !== "name") continue;
    if (sign(at + 1) === "=" && sign(at + 2) !== "=" && sign(at + 2) !== "~") {
      const name = token.text.replace(/^env\./, "");
      if (environmentDepth > 0) environmentNames.add(name);
      define(name, at + 2);
      defining.add(at);
      defining.add(at + 2);
    }
    if (token.text === "name" && sign(at + 1) === ":") defineParameter(at);
  }

  /** `string(name: 'X', defaultValue: 'y')` */
  function defineParameter(at: number): void {
    const given = tokens[at + 2];
    const [piece] = given?.kind === "string" ? given.pieces : [];
    if (piece?.kind !== "text") return;
    for (let index = at + 3; index < at + 20 && index < tokens.length; index++) {
      const token = tokens[index];
      if (sign(index) === ")") return;
      if (token?.kind !== "name" || sign(index + 1) !== ":") continue;
      // Who starts the pipeline fills in what has an empty default.
      if (token.text === "defaultValue" && !isEmpty(tokens[index + 2])) define(`params.${piece.text}`, index + 2);
      if (token.text === "choices" && sign(index + 2) === "[") define(`params.${piece.text}`, index + 3);
      if (token.text === "defaultValue" || token.text === "choices") defining.add(index + 2);
    }
  }

  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  let left = maximumExpansions;
  const expand = (name: string, span: Span, depth: number): readonly WordPart[] => {
    const known = name.replace(/^env\./, "").replaceAll(/\[\s*(?:'(\w+)'|"(\w+)")\s*\]/g, ".$1$2");
    const short = known.slice(known.lastIndexOf(".") + 1);
    const step = stepAt(span, `variable ${/^\w+$/.test(short) ? short : name}`);
    if (left-- <= 0) return [{ span, chain: [step] }];
    const loop = loops.findLast(
      (one) => one.name === known && span.start >= one.span.start && span.end <= one.span.end,
    );
    if (loop !== undefined && depth < maximumDepth) return [oneOf(loop, span, step, depth)];
    const found = definitions.get(known) ?? [];
    const places = found.length > maximumDefinitions ? [] : found;
    const [value, ...others] = places.map((place) => valueAt(place, depth + 1));
    const isOne = others.every(
      (other) => other !== undefined && value !== undefined && textOf(other) === textOf(value),
    );
    if (value === undefined || !isOne || depth >= maximumDepth) return [{ span, chain: [step] }];
    const steps = [step, stepAt(contentOf(value), `value of ${name}`)];
    return value.parts.map((part) => ({ ...part, span, chain: [...steps, ...part.chain] }));
  };

  /** What a variable of a loop is, one after the other. */
  const oneOf = (loop: GroovyLoop, span: Span, step: ValueStep, depth: number): WordPart => {
    const choices = loop.items.map((item): readonly WordPart[] => {
      const value = valueAt(item, depth + 1);
      if (value === undefined) return [{ span, chain: [step] }];
      const steps = [step, stepAt(contentOf(value), `item of ${loop.name}`)];
      return value.parts.map((part) => ({ ...part, span, chain: [...steps, ...part.chain] }));
    });
    return { span, chain: [step], choices, group: loop };
  };

  /** A value, or a choice between two: `condition ? one : other`, `one ?: other`. */
  function valueAt(index: number, depth = 0): GroovyValue | undefined {
    if (depth > maximumDepth) return undefined;
    if (sign(index) === "(") {
      const inner = valueAt(index + 1, depth + 1);
      return inner !== undefined && sign(inner.next) === ")" ? { ...inner, next: inner.next + 1 } : undefined;
    }
    const question = questionAt(tokens, index);
    if (question === undefined) return sumAt(index, depth);
    const isElvis = sign(question + 1) === ":";
    const first = isElvis ? sumAt(index, depth) : valueAt(question + 1, depth + 1);
    const colon = isElvis ? question + 1 : (first?.next ?? question);
    const second = sign(colon) === ":" ? valueAt(colon + 1, depth + 1) : undefined;
    const start = tokens[index]?.span.start;
    if (second === undefined || start === undefined) return undefined;
    const span = { start, end: second.span.end };
    const isKnown = first?.parts.every(({ text }) => text !== undefined) === true;
    // What nobody sets gives way to what is said for that case.
    const taken = isElvis ? (isKnown && first !== undefined && textOf(first) !== "" ? first : second) : undefined;
    const step = stepAt(span, "expression");
    const within = (value: GroovyValue): readonly WordPart[] =>
      value.parts.map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
    const parts =
      taken === undefined && first !== undefined
        ? [{ span, chain: [step], choices: [within(first), within(second)] }]
        : within(taken ?? second);
    return { parts, span, next: second.next, endsWithName: true };
  }

  function sumAt(index: number, depth: number): GroovyValue | undefined {
    const parts: WordPart[] = [];
    const first = tokens[index];
    let at = index;
    for (;;) {
      const token = tokens[at];
      if (token === undefined || token.kind === "sign" || depth > maximumDepth || parts.length > maximumParts)
        return undefined;
      if (token.kind === "name") {
        // A call's result is only known when it runs.
        if (sign(at + 1) === "(" || /^(?:null|true|false)$/.test(token.text)) return undefined;
        const [member, last] = memberAt(at);
        const span = { start: token.span.start, end: tokens[last]?.span.end ?? token.span.end };
        parts.push(...expand(member, span, depth));
        at = last;
      } else
        for (const piece of token.pieces) {
          if (piece.kind === "expression") parts.push(...expand(piece.name, piece.span, depth));
          else {
            const span = { start: piece.start, end: Math.min(text.length, piece.start + piece.text.length) };
            const isHeld = text.slice(span.start, span.end) === piece.text;
            parts.push({ text: piece.text, span, chain: [], ...(isHeld ? { literal: span } : {}) });
          }
        }
      if (sign(at + 1) !== "+") break;
      at += 2;
    }
    const last = tokens[at];
    if (first === undefined || last === undefined) return undefined;
    return {
      parts,
      span: { start: first.span.start, end: last.span.end },
      next: at + 1,
      endsWithName: last.kind !== "string",
    };
  }

  /** A name with what brackets after it take of its value, and the last token of that. */
  function memberAt(at: number): readonly [name: string, last: number] {
    const token = tokens[at];
    const name = token?.kind === "name" ? token.text : "";
    const isNext = sign(at + 1) === "[" && tokens[at + 1]?.span.start === token?.span.end;
    const close = isNext ? [2, 3, 4].find((step) => sign(at + 1 + step) === "]") : undefined;
    const last = at + 1 + (close ?? 0);
    if (close === undefined) return [name, at];
    return [name + text.slice(tokens[at + 1]?.span.start, tokens[last]?.span.end).replaceAll(/\s/g, ""), last];
  }

  const textOf = (value: GroovyValue): string => textOfStretches(value.parts);
  const environment = Object.fromEntries(
    [...environmentNames].flatMap((name) => {
      left = maximumExpansions;
      const parts = expand(name, { start: 0, end: 0 }, 0);
      return parts.every((part) => part.text !== undefined) ? [[name, textOfStretches(parts)]] : [];
    }),
  );
  return {
    valueAt(index) {
      left = maximumExpansions;
      return valueAt(index);
    },
    isDefinition: (index) => defining.has(index),
    nameOf: (part) => /^variable (\w+)$/.exec(part.chain[0]?.label ?? "")?.[1] ?? "",
    environment,
  };
}

function isEmpty(token: GroovyToken | undefined): boolean {
  return token?.kind === "string" && token.pieces.every((piece) => piece.kind === "text" && piece.text === "");
}

/** A value without the quotes of a single string. */
function contentOf({ parts, span }: GroovyValue): Span {
  const [first] = parts;
  const last = parts.at(-1);
  return first === undefined || last === undefined ? span : { start: first.span.start, end: last.span.end };
}
