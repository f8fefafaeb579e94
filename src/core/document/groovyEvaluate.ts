import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { ValueStep, WordPart } from "./document.ts";
import { groovyTokens, nameAt, signAt, type GroovyPiece, type GroovyToken } from "./groovy.ts";
import { closingAt } from "./groovyBrackets.ts";
import { questionAt } from "./groovyChoice.ts";
import type { GroovyLoop } from "./groovyCollections.ts";
import { contentOf, firstLine, moved, type GroovyValue } from "./groovyValue.ts";

/** Where the values of a script's names are found. */
export interface GroovySources {
  /** The loop around an offset whose variable has the name. */
  loopAt(name: string, span: Span): GroovyLoop | undefined;
  /** The tokens at which the values begin that a name may have there; undefined for one that the script does not say. */
  placesOf(name: string, offset: number): readonly (number | undefined)[];
  /** What `withEnv` sets a name to around an offset. */
  settingAt(name: string, offset: number): readonly GroovyPiece[] | undefined;
  /** Whether only the first line counts of the value that begins at a token. */
  isLines(index: number): boolean;
  /** Where the block begins in which a definition stands whose value begins at a token. */
  branchOf(index: number): number;
  /** The tokens at which values begin that a function returns. */
  resultsOf(name: string): readonly number[];
}

/** Evaluates what stands at a script's tokens. */
export interface GroovyEvaluation {
  /** The value that begins at a token; undefined where none does. */
  valueAt(index: number): GroovyValue | undefined;
  /** What a name is at a place. */
  expand(name: string, span: Span): readonly WordPart[];
  /** The parts of a string's pieces. */
  partsOf(pieces: readonly GroovyPiece[]): readonly WordPart[];
}

const maximumDepth = 10;
const maximumParts = 64;
/** Names that are followed for one value: keeps those that name each other from growing without end. */
const maximumExpansions = 100;
/** A name that is given more values than this is not followed. */
const maximumDefinitions = 8;
/** Tokens of expressions within strings that are read. */
const maximumEvaluated = 20_000;
/** Calls that give an image by its name. */
const isHandle = /(?:^|\.)docker\.(?:build|image)$/;
/** Methods that leave a text as it is. */
const same = /^(?:trim|toString|strip|stripIndent|stripMargin|intern|toLowerCase)$/;

/** Starts an evaluation of `tokens`; what they name is looked up in `sources`. */
export function createGroovyEvaluation(
  text: string,
  tokens: readonly GroovyToken[],
  sources: GroovySources,
): GroovyEvaluation {
  // Expressions within strings have their tokens behind the script's own.
  const all = [...tokens];
  const evaluated = new Map<number, number>();
  const groups = new Map<string, object>();
  const sign = (index: number): string => signAt(all, index);

  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  let left = maximumExpansions;
  const expand = (name: string, span: Span, depth: number): readonly WordPart[] => {
    const known = name.replace(/^env\./, "").replaceAll(/\[\s*(?:'(\w+)'|"(\w+)")\s*\]/g, ".$1$2");
    const short = known.slice(known.lastIndexOf(".") + 1);
    const step = stepAt(span, `variable ${/^\w+$/.test(short) ? short : name}`);
    if (left-- <= 0) return [{ span, chain: [step] }];
    const setting = sources.settingAt(known, span.start);
    if (setting !== undefined && depth < maximumDepth)
      return pieceParts(setting, depth + 1).map((part) => ({ ...part, span, chain: [step, ...part.chain] }));
    const loop = sources.loopAt(known, span);
    const placed = sources.placesOf(known, span.start);
    if (loop !== undefined && depth < maximumDepth && !placed.some((at) => isWithin(at, loop.span)))
      return oneOf(loop, span, step, depth);
    // `image.id` is the name of what `image` was made of.
    const found = placed.length === 0 && known.endsWith(".id") ? handlesOf(known.slice(0, -3), span.start) : placed;
    const places = found.length > maximumDefinitions || depth >= maximumDepth ? [] : found;
    if (places.length === 0 && depth < maximumDepth) {
      const passed = memberOf(known, span, step, depth);
      if (passed !== undefined) return passed;
      if (known.endsWith("]")) return itemOf(known, span, step, depth);
    }
    const values = places.map((place) => {
      const value = place === undefined ? undefined : valueAt(place, depth + 1);
      return place !== undefined && value !== undefined && sources.isLines(place) ? firstLine(value) : value;
    });
    // A text that grows out of nothing is a list of words rather than one image.
    if (places.includes(undefined)) {
      const isGrown = values.every((one) => one === undefined || textOf(one) === "");
      return [{ span, chain: isGrown ? [] : [step] }];
    }
    const assigned = telling(values);
    const [only, ...others] = assigned.map(({ value }) =>
      within(value, span, [step, stepAt(contentOf(value), `value of ${name}`)]),
    );
    if (only === undefined) return [{ span, chain: [step] }];
    if (others.length === 0) return only;
    return [{ span, chain: [step], choices: [only, ...others], group: groupOf(assigned.map(({ at }) => places[at])) }];
  };

  /** `config.image`, where a function is given the map by the name that it has outside. */
  function memberOf(path: string, span: Span, step: ValueStep, depth: number): readonly WordPart[] | undefined {
    const [, name = "", rest = ""] = /^(\w+)((?:\.\w+|\[\d+\])+)$/.exec(path) ?? [];
    const given = name === "" ? undefined : sources.loopAt(name, span);
    if (given?.kind !== "parameter") return undefined;
    const choices = given.items.flatMap((item) => {
      const token = item === undefined ? undefined : all[item];
      if (token?.kind !== "name") return [];
      return [expand(token.text + rest, token.span, depth + 1).map((part) => ({ ...part, span }))];
    });
    const [only, ...others] = choices;
    return others.length === 0 ? only : [{ span, chain: [step], choices, group: given.group }];
  }

  /** `images[name]`, `images["$name"]`, for what the name is. */
  function itemOf(path: string, span: Span, step: ValueStep, depth: number): readonly WordPart[] {
    const [, list, variable] = /^([\w.]+)\[(?:(?=\w)|"\$\{?(?=\w+\}?"))([\w.]+)\}?"?\]$/.exec(path) ?? [];
    if (list === undefined || variable === undefined) return [{ span, chain: [step] }];
    const [key, ...rest] = expand(variable, span, depth + 1);
    const keys = key === undefined || rest.length > 0 ? [] : (key.choices ?? [[key]]);
    const choices = keys.map((parts) => {
      const isTold = parts.every(({ text: known }) => known !== undefined);
      return isTold ? expand(`${list}.${textOfStretches(parts)}`, span, depth + 1) : [{ span, chain: [step] }];
    });
    const [only, ...others] = choices;
    if (only === undefined) return [{ span, chain: [step] }];
    return others.length === 0 ? only : [{ span, chain: [step], choices, group: key?.group ?? choices }];
  }

  const isWithin = (at: number | undefined, { start, end }: Span): boolean => {
    const offset = at === undefined ? -1 : (all[at]?.span.start ?? -1);
    return start <= offset && offset <= end;
  };

  /** What branches assign: each value once, and nothing that only says that another is to come. */
  function telling(
    values: readonly (GroovyValue | undefined)[],
  ): readonly { readonly value: GroovyValue; readonly at: number }[] {
    const found = new Map<string, { value: GroovyValue; at: number }>();
    for (const [at, value] of values.entries()) {
      if (value === undefined) continue;
      const isTold = values.length === 1 || value.parts.some(({ text: known, choices }) => known ?? choices);
      const text = value.parts.some(({ choices }) => choices) ? `${at}` : textOf(value);
      if (isTold && !found.has(text)) found.set(text, { value, at });
    }
    return [...found.values()];
  }

  /** What is assigned in the same branches is taken together. */
  function groupOf(places: readonly (number | undefined)[]): object {
    const key = places.map((place) => (place === undefined ? "" : sources.branchOf(place))).join(" ");
    const group = groups.get(key) ?? {};
    groups.set(key, group);
    return group;
  }

  /** Where the images stand that a variable holds: `def image = docker.build('name')`. */
  const handlesOf = (name: string, offset: number): readonly (number | undefined)[] =>
    sources.placesOf(name, offset).filter((at) => at !== undefined && isHandle.test(nameAt(all, at)));

  /** What a variable of a loop is, one after the other. */
  const oneOf = (loop: GroovyLoop, span: Span, step: ValueStep, depth: number): readonly WordPart[] => {
    const choices = loop.items.map((item): readonly WordPart[] => {
      const value = item === undefined ? undefined : (keyAt(item) ?? valueAt(item, depth + 1));
      if (value === undefined) return [{ span, chain: [step] }];
      const label = `${loop.kind === "parameter" ? "argument for" : "item of"} ${loop.name}`;
      return within(value, span, [step, stepAt(contentOf(value), label)]);
    });
    const [first, ...others] = choices;
    const isKnown = first?.every((part) => part.text !== undefined) === true;
    const isOne =
      others.length === 0 || (isKnown && others.every((one) => textOfStretches(one) === textOfStretches(first)));
    return first !== undefined && isOne ? first : [{ span, chain: [step], choices, group: loop.group }];
  };

  /** The key of a map, which needs no quotes. */
  const keyAt = (index: number): GroovyValue | undefined => {
    const token = all[index];
    if (token?.kind !== "name" || sign(index + 1) !== ":") return undefined;
    const { span } = token;
    return { parts: [{ text: token.text, span, chain: [] }], span, next: index + 1, endsWithName: true };
  };

  const within = ({ parts }: GroovyValue, span: Span, steps: readonly ValueStep[]): readonly WordPart[] =>
    parts.map((part) => ({ ...part, span, chain: [...steps, ...part.chain] }));

  /** A value, or a choice between two: `condition ? one : other`, `one ?: other`. */
  function valueAt(index: number, depth = 0): GroovyValue | undefined {
    if (depth > maximumDepth) return undefined;
    const question = questionAt(all, index);
    if (question === undefined && sign(index) === "(") {
      const inner = valueAt(index + 1, depth + 1);
      return inner !== undefined && sign(inner.next) === ")" ? { ...inner, next: inner.next + 1 } : undefined;
    }
    if (question === undefined) return sumAt(index, depth);
    const isElvis = sign(question + 1) === ":";
    const first = isElvis ? sumAt(index, depth) : valueAt(question + 1, depth + 1);
    const colon = isElvis ? question + 1 : (first?.next ?? question);
    const second = sign(colon) === ":" ? valueAt(colon + 1, depth + 1) : undefined;
    const start = all[index]?.span.start;
    if (second === undefined || start === undefined) return undefined;
    const span = { start, end: second.span.end };
    const isKnown = first?.parts.every((part) => part.text !== undefined || part.choices !== undefined) === true;
    // What nobody sets gives way to what is said for that case.
    const taken = isElvis ? (isKnown && first !== undefined && textOf(first) !== "" ? first : second) : undefined;
    const step = stepAt(span, "expression");
    const either = (value: GroovyValue): readonly WordPart[] => within(value, span, [step]);
    // What nobody sets is mostly what is asked for.
    const isOpen = (value: GroovyValue): boolean =>
      value.parts.every((part) => part.text === undefined && part.choices === undefined);
    const told = [first, second].filter((value) => value !== undefined && !isOpen(value));
    const parts =
      taken === undefined && first !== undefined && told.length !== 1
        ? [{ span, chain: [step], choices: [either(first), either(second)] }]
        : either(taken ?? told[0] ?? second);
    return { parts, span, next: second.next, endsWithName: true };
  }

  function sumAt(index: number, depth: number): GroovyValue | undefined {
    const parts: WordPart[] = [];
    const first = all[index];
    let at = index;
    for (;;) {
      const token = all[at];
      if (token === undefined || token.kind === "sign" || depth > maximumDepth || parts.length > maximumParts)
        return undefined;
      if (/^(?:null|true|false|new)$/.test(nameAt(all, at))) return undefined;
      const [operand, end] = token.kind === "name" ? nameParts(at, depth) : [pieceParts(token.pieces, depth), at];
      const [known, last] = methodsAfter(operand, at, end);
      parts.push(...known);
      at = last;
      if (sign(at + 1) !== "+") break;
      // Numbers are added up rather than joined.
      if (isNumber(at) && isNumber(at + 2)) return undefined;
      at += 2;
    }
    const last = all[at];
    if (first === undefined || last === undefined) return undefined;
    return {
      parts,
      span: { start: first.span.start, end: last.span.end },
      next: at + 1,
      endsWithName: last.kind !== "string",
    };
  }

  function isNumber(index: number): boolean {
    const token = all[index];
    const [piece] = token?.kind === "string" ? token.pieces : [];
    return piece?.kind === "text" && piece.isBare === true;
  }

  /** What a name stands for, or what its call gives, and the last token of that. */
  function nameParts(at: number, depth: number): readonly [parts: readonly WordPart[], last: number] {
    const [member, end] = memberAt(at);
    const spanTo = (last: number): Span => {
      const start = all[at]?.span.start ?? 0;
      return { start, end: all[last]?.span.end ?? start };
    };
    const close = sign(end + 1) === "(" ? closingAt(all, end + 1) : undefined;
    if (close === undefined) return [expand(member, spanTo(end), depth), end];
    const span = spanTo(close);
    const step = stepAt(span, "expression");
    const dot = member.lastIndexOf(".");
    const method = member.slice(dot + 1);
    const named = isHandle.test(member) ? valueAt(end + 2, depth + 1) : undefined;
    if (named !== undefined) return [within(named, span, [step]), nameAt(all, close + 2) === "id" ? close + 2 : close];
    if (dot > 0 && method === "imageName") return [expand(`${member.slice(0, dot)}.id`, span, depth), close];
    if (dot > 0 && method === "join") return [[{ span, chain: [] }], close];
    if (dot > 0 && same.test(method)) return [expand(member.slice(0, dot), span, depth), close];
    // `map.get('key', 'otherwise')`
    if (dot > 0 && /^get(?:OrDefault)?$/.test(method)) {
      const key = all[end + 2];
      const [piece] = key?.kind === "string" ? key.pieces : [];
      const given = piece?.kind === "text" ? expand(`${member.slice(0, dot)}.${piece.text}`, span, depth) : [];
      if (given.length > 0 && given.every((part) => part.text !== undefined)) return [given, close];
      const otherwise = sign(end + 3) === "," ? valueAt(end + 4, depth + 1) : undefined;
      if (otherwise !== undefined) return [within(otherwise, span, [step]), close];
    }
    const results = sources.resultsOf(member.replace(/^this\./, "")).flatMap((result) => {
      const value = left-- > 0 ? valueAt(result, depth + 1) : undefined;
      return value === undefined ? [] : [within(value, span, [step, stepAt(contentOf(value), `result of ${member}`)])];
    });
    const [only, ...others] = results;
    if (only === undefined) return [[{ span, chain: [step] }], close];
    return [others.length === 0 ? only : [{ span, chain: [step], choices: results }], close];
  }

  /** What the methods that are called on a value leave of it, and the last token of that. */
  function methodsAfter(
    parts: readonly WordPart[],
    at: number,
    end: number,
  ): readonly [parts: readonly WordPart[], last: number] {
    let last = end;
    let isSame = true;
    let isJoined = false;
    for (;;) {
      const close = sign(last + 1) === "." && sign(last + 3) === "(" ? closingAt(all, last + 3) : undefined;
      if (close === undefined) break;
      isSame &&= same.test(nameAt(all, last + 2));
      isJoined = nameAt(all, last + 2) === "join";
      last = close;
    }
    const start = all[at]?.span.start ?? 0;
    const span = { start, end: all[last]?.span.end ?? start };
    if (isSame) return [parts, last];
    // What is joined is words rather than one image.
    return [[{ span, chain: isJoined ? [] : [stepAt(span, "expression")] }], last];
  }

  const pieceParts = (pieces: readonly GroovyPiece[], depth: number): readonly WordPart[] =>
    pieces.flatMap((piece): readonly WordPart[] => {
      if (piece.kind === "expression") return expressionParts(piece, depth);
      const span = { start: piece.start, end: Math.min(text.length, piece.start + piece.text.length) };
      // Nothing can be written behind a number.
      const isHeld = piece.isBare !== true && text.slice(span.start, span.end) === piece.text;
      return [{ text: piece.text, span, chain: [], ...(isHeld ? { literal: span } : {}) }];
    });

  /** What a string puts in: a name, or anything that has a value. */
  function expressionParts(
    { name, span }: Extract<GroovyPiece, { kind: "expression" }>,
    depth: number,
  ): readonly WordPart[] {
    if (!/[^\w.[\]'"]/.test(name) || !text.startsWith("${", span.start)) return expand(name, span, depth);
    let index = evaluated.get(span.start);
    if (index === undefined && all.length - tokens.length < maximumEvaluated) {
      const from = span.start + 2;
      // What follows must not belong to it.
      all.push({ kind: "sign", text: ";", span: { start: from, end: from } });
      index = all.length;
      all.push(...groovyTokens(text.slice(from, span.end - 1)).map((token) => moved(token, from)));
      all.push({ kind: "sign", text: ";", span: { start: span.end, end: span.end } });
      evaluated.set(span.start, index);
    }
    const value = index === undefined || depth >= maximumDepth ? undefined : valueAt(index, depth + 1);
    const isAll = value !== undefined && sign(value.next) === ";" && all[value.next]?.span.start === span.end;
    return isAll ? value.parts.map((part) => ({ ...part, span })) : expand(name, span, depth);
  }

  /** A name with what brackets after it take of its value, and the last token of that. */
  function memberAt(at: number): readonly [name: string, last: number] {
    const token = all[at];
    const name = token?.kind === "name" ? token.text : "";
    const isNext = sign(at + 1) === "[" && all[at + 1]?.span.start === token?.span.end;
    const close = isNext ? [2, 3, 4].find((step) => sign(at + 1 + step) === "]") : undefined;
    const last = at + 1 + (close ?? 0);
    if (close === undefined) return [name, at];
    return [name + text.slice(all[at + 1]?.span.start, all[last]?.span.end).replaceAll(/\s/g, ""), last];
  }

  const textOf = (value: GroovyValue): string => textOfStretches(value.parts);
  return {
    valueAt(index) {
      left = maximumExpansions;
      return valueAt(index);
    },
    expand(name, span) {
      left = maximumExpansions;
      return expand(name, span, 0);
    },
    partsOf(pieces) {
      left = maximumExpansions;
      return pieceParts(pieces, 0);
    },
  };
}
