import type { Span } from "../image/span.ts";
import { textOfStretches } from "../shell/stretch.ts";
import type { ValueStep, WordPart } from "./document.ts";
import { nameAt, signAt, type GroovyPiece, type GroovyToken } from "./groovy.ts";
import { closingAt, elementsBetween } from "./groovyBrackets.ts";
import { questionAt } from "./groovyChoice.ts";
import { formattedAt, putsIn } from "./groovyFormat.ts";
import { filledTemplates } from "./groovyLibrary.ts";
import { createGroovyNames, importedName, isHandle, maximumDepth, type GroovySources } from "./groovyNames.ts";
import { indexAt, joinedParts, partBetween, separatorAt, takesApart } from "./groovyParts.ts";
import { contentOf, expressionTokens, saysAny, within, withoutMargins, type GroovyValue } from "./groovyValue.ts";

/** Evaluates what stands at a script's tokens. */
export interface GroovyEvaluation {
  /** The value that begins at a token; undefined where none does. */
  valueAt(index: number): GroovyValue | undefined;
  /** What a name is at a place. */
  expand(name: string, span: Span): readonly WordPart[];
  /** The parts of what stands for a text at a token that the script puts together one after the other: `x += 'y'`. */
  grownAt(index: number): readonly WordPart[] | undefined;
  /** The parts of a string's pieces. */
  partsOf(pieces: readonly GroovyPiece[]): readonly WordPart[];
}

const maximumParts = 64;
/** Names that are followed for one value: keeps those that name each other from growing without end. */
const maximumExpansions = 100;
/** Tokens of expressions within strings that are read. */
const maximumEvaluated = 20_000;
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
  const sign = (index: number): string => signAt(all, index);

  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  let left = maximumExpansions;
  const { expand, grownAt } = createGroovyNames(text, all, sources, {
    valueAt,
    partsOf: pieceParts,
    memberAt: (at, key, span, depth) => {
      const close = nameAt(all, at) !== "" && sign(at + 1) === "(" ? closingAt(all, at + 1) : undefined;
      // What is called on what a call gives may give anything.
      const isAll = close !== undefined && ![".", "[", "?", "+"].includes(sign(close + 1));
      return isAll ? importedCall(nameAt(all, at), at + 1, span, depth, key) : undefined;
    },
    follow: () => left-- > 0,
  });

  /** A value, or a choice between two: `condition ? one : other`, `one ?: other`. */
  function valueAt(index: number, depth = 0): GroovyValue | undefined {
    if (depth > maximumDepth) return undefined;
    if (sign(index) === "[") return joinedAt(index, depth);
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
    const told = [first, second].filter((value) => value !== undefined && saysAny(value.parts));
    const parts =
      taken === undefined && first !== undefined && told.length !== 1
        ? [{ span, chain: [step], choices: [either(first), either(second)] }]
        : either(taken ?? told[0] ?? second);
    return { parts, span, next: second.next, endsWithName: true };
  }

  /** A list that is joined: `['docker', 'run', image].join(' ')`. */
  function joinedAt(index: number, depth: number): GroovyValue | undefined {
    const close = closingAt(all, index);
    if (close === undefined || sign(close + 1) !== "." || nameAt(all, close + 2) !== "join") return undefined;
    const elements = elementsBetween(all, index + 1, close).map(([start]) => start);
    const parts = joined(elements, close + 3, depth);
    const span = { start: all[index]?.span.start ?? 0, end: all[close + 5]?.span.end ?? 0 };
    // Words are written where they stand; a name is that of the whole.
    const isOfWords = stringAt(close + 4).some((one) => one.kind === "text" && /\s/.test(one.text));
    const held = isOfWords ? parts : parts?.map((part) => ({ ...part, span }));
    return held === undefined ? undefined : { parts: held, span, next: close + 6, endsWithName: true };
  }

  function joined(elements: readonly number[], open: number, depth: number): readonly WordPart[] | undefined {
    return elements.length > maximumParts
      ? undefined
      : joinedParts(all, elements, open, (at) => valueAt(at, depth + 1));
  }

  function stringAt(index: number): readonly GroovyPiece[] {
    const token = all[index];
    return token?.kind === "string" ? token.pieces : [];
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
    const made = putsIn.test(member) ? formattedAt(all, end + 1, (index) => valueAt(index, depth + 1)) : undefined;
    if (made !== undefined) return [made.map((part) => ({ ...part, span, chain: [step, ...part.chain] })), close];
    if (dot > 0 && method === "imageName") return [expand(`${member.slice(0, dot)}.id`, span, depth), close];
    if (dot > 0 && method === "join") {
      // What a list of words is given later is not known.
      const items = stringAt(end + 2).some((one) => one.kind === "text" && one.text === " ")
        ? sources.itemsOf(member.slice(0, dot))
        : [];
      return [(items.length === 0 ? undefined : joined(items, end + 1, depth)) ?? [{ span, chain: [] }], close];
    }
    if (dot > 0 && same.test(method)) return [expand(member.slice(0, dot), span, depth), close];
    if (dot > 0 && takesApart.test(method)) {
      const [separator, index] = [separatorAt(all, end + 1), indexAt(all, close + 1)];
      const place = { span: spanTo(close + 3), step: stepAt(spanTo(close + 3), "expression") };
      if (separator !== undefined && index !== undefined)
        return [partBetween(expand(member.slice(0, dot), place.span, depth), separator, index, place), close + 3];
    }
    // `map.get('key', 'otherwise')`
    if (dot > 0 && /^get(?:OrDefault)?$/.test(method)) {
      const item = itemAt(end + 2);
      const given = item === undefined ? [] : expand(member.slice(0, dot) + item, span, depth);
      if (given.length > 0 && given.every((part) => part.text ?? part.choices)) return [given, close];
      const otherwise = sign(end + 3) === "," ? valueAt(end + 4, depth + 1) : undefined;
      if (otherwise !== undefined) return [within(otherwise, span, [step]), close];
    }
    const own = member.replace(/^this\./, "");
    const [item, last] = dot > 0 && own === member ? [] : itemAfter(close);
    const held = item === undefined || last === undefined ? [] : expand(`${own}().${item}`, spanTo(last), depth + 1);
    if (last !== undefined && held.some((part) => part.text ?? part.choices)) return [held, last];
    const results = sources.resultsOf(own).flatMap((result) => {
      const value = left-- > 0 ? valueAt(result, depth + 1) : undefined;
      return value === undefined ? [] : [within(value, span, [step, stepAt(contentOf(value), `result of ${member}`)])];
    });
    const [only, ...others] = results;
    if (only === undefined) {
      const [key, to] = itemAfter(close);
      const isKey = to !== undefined && sign(to + 1) !== "(";
      const taken = isKey ? importedCall(own, end + 1, spanTo(to), depth, key) : undefined;
      if (isKey && taken !== undefined) return [taken, to];
      return [importedCall(own, end + 1, span, depth) ?? [{ span, chain: [step] }], close];
    }
    return [others.length === 0 ? only : [{ span, chain: [step], choices: results }], close];
  }

  /** What a call gives that another file defines, or what that has under a key. */
  function importedCall(
    member: string,
    open: number,
    span: Span,
    depth: number,
    key?: string,
  ): readonly WordPart[] | undefined {
    const close = closingAt(all, open) ?? open;
    const known = importedName(member, span.start, sources, all);
    const handed = elementsBetween(all, open + 1, close).map(([start]) =>
      sign(start + 1) === ":" ? { name: nameAt(all, start), at: start + 2 } : { name: "", at: start },
    );
    const templates =
      known === undefined
        ? []
        : sources.library.valuesOf(
            key === undefined ? known : `${known}().${key}`,
            handed.map(({ name }) => name),
          );
    return filledTemplates(templates, span, stepAt(span, "expression"), (index) => {
      const { at } = handed[index] ?? {};
      return at === undefined || left-- <= 0 ? undefined : valueAt(at, depth + 1)?.parts;
    });
  }

  /** How an item of a map or list is said by what stands at a token: `.key`, `[0]`, `[index]`. */
  function itemAt(index: number): string | undefined {
    const token = all[index];
    if (token?.kind === "name") return `[${token.text}]`;
    const [piece] = token?.kind === "string" ? token.pieces : [];
    if (piece?.kind !== "text") return undefined;
    return piece.isBare === true ? `[${piece.text}]` : `.${piece.text}`;
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
    let hasMargin = false;
    for (;;) {
      const close = sign(last + 1) === "." && sign(last + 3) === "(" ? closingAt(all, last + 3) : undefined;
      const taken = close === undefined ? takenAt(last) : undefined;
      if (taken !== undefined) [last, isSame, isJoined] = [taken, false, false];
      if (taken !== undefined) continue;
      if (close === undefined) break;
      isSame &&= same.test(nameAt(all, last + 2));
      isJoined = nameAt(all, last + 2) === "join";
      hasMargin ||= nameAt(all, last + 2) === "stripMargin";
      last = close;
    }
    const start = all[at]?.span.start ?? 0;
    const span = { start, end: all[last]?.span.end ?? start };
    if (isSame) return [hasMargin ? withoutMargins(parts) : parts, last];
    // What is joined is words rather than one image.
    return [[{ span, chain: isJoined ? [] : [stepAt(span, "expression")] }], last];
  }

  /** The key that is taken of a call's result, and its last token. */
  function itemAfter(close: number): readonly [key?: string, last?: number] {
    const last = takenAt(close);
    if (last === undefined || last === close + 2) return last === undefined ? [] : [nameAt(all, last), last];
    const token = all[close + 2];
    const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
    return last === close + 3 && piece?.kind === "text" && others.length === 0 ? [piece.text, last] : [];
  }

  /** The last token of what is taken of a call's result: `images().node`, `images()[name]`. */
  function takenAt(close: number): number | undefined {
    if (sign(close) !== ")") return undefined;
    if (sign(close + 1) === "." && nameAt(all, close + 2) !== "" && sign(close + 3) !== "{") return close + 2;
    const isNext = sign(close + 1) === "[" && all[close + 1]?.span.start === all[close]?.span.end;
    return isNext ? closingAt(all, close + 1) : undefined;
  }

  function pieceParts(pieces: readonly GroovyPiece[], depth: number): readonly WordPart[] {
    return pieces.flatMap((piece): readonly WordPart[] => {
      if (piece.kind === "expression") return expressionParts(piece, depth);
      const span = { start: piece.start, end: Math.min(text.length, piece.start + piece.text.length) };
      // Nothing can be written behind a number.
      const isHeld = piece.isBare !== true && text.slice(span.start, span.end) === piece.text;
      return [{ text: piece.text, span, chain: [], ...(isHeld ? { literal: span } : {}) }];
    });
  }

  /** What a string puts in: a name, or anything that has a value. */
  function expressionParts(
    { name, span }: Extract<GroovyPiece, { kind: "expression" }>,
    depth: number,
  ): readonly WordPart[] {
    if (!/[^\w.[\]'"]/.test(name) || !text.startsWith("${", span.start)) return expand(name, span, depth);
    let index = evaluated.get(span.start);
    if (index === undefined && all.length - tokens.length < maximumEvaluated) {
      index = all.length + 1;
      all.push(...expressionTokens(text, span));
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
    grownAt(index) {
      left = maximumExpansions;
      const token = all[index];
      return token?.kind === "name" && !/[[(.]/.test(sign(index + 1))
        ? grownAt(token.text, token.span.start)
        : undefined;
    },
    partsOf(pieces) {
      left = maximumExpansions;
      return pieceParts(pieces, 0);
    },
  };
}
