import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt, elementsBetween } from "./groovyBrackets.ts";

/** Numbers of a range that are told apart. */
const maximumRange = 64;
/** Names that are given values in one statement. */
const maximumNames = 16;
/** Methods that go over a list. */
const goesOver = /^(?:each|eachWithIndex|collect|collectEntries)$/;

/**
 * The tokens of a script with what Groovy writes shortly as what it stands for: keys of maps without their quotes, a
 * value for each of several names (`def (a, b) = [x, y]`, `def (a, b) = c.split(':')`), and the numbers of a range that
 * is gone over (`8..11`).
 */
export function withoutShorthand(text: string, tokens: readonly GroovyToken[]): readonly GroovyToken[] {
  if (!/["'](?:\w*image|containers)["']\s*:|\bdef\s*\(|\d\s*\.\.<?\s*\d/i.test(text)) return tokens;
  const found: GroovyToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const short = several(tokens, at) ?? rangeAt(tokens, at);
    if (short === undefined) found.push(keyAt(tokens, at) ?? token);
    else {
      found.push(...short.tokens);
      at = short.last;
    }
  }
  return found;
}

interface Longer {
  readonly tokens: readonly GroovyToken[];
  /** The last token that they stand for. */
  readonly last: number;
}

/** `['image': 'x']`, `step('image': 'x')` */
function keyAt(tokens: readonly GroovyToken[], at: number): GroovyToken | undefined {
  const token = tokens[at];
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  if (piece?.kind !== "text" || others.length > 0 || !/^[A-Za-z_]\w*$/.test(piece.text)) return undefined;
  const before = signAt(tokens, at - 1);
  if (signAt(tokens, at + 1) !== ":" || (before !== "[" && before !== "," && before !== "(")) return undefined;
  return { kind: "name", text: piece.text, span: { start: piece.start, end: piece.start + piece.text.length } };
}

/** `def (a, b) = ...` */
function several(tokens: readonly GroovyToken[], at: number): Longer | undefined {
  const define = tokens[at];
  if (define === undefined || nameAt(tokens, at) !== "def" || signAt(tokens, at + 1) !== "(") return undefined;
  const close = closingAt(tokens, at + 1);
  if (close === undefined || signAt(tokens, close + 1) !== "=" || signAt(tokens, close + 2) === "=") return undefined;
  const names = elementsBetween(tokens, at + 2, close).map(([, end]) => tokens[end - 1]);
  const values = valuesAt(tokens, close + 2, names.length);
  if (values === undefined || names.length > maximumNames) return undefined;
  const equals = tokens[close + 1];
  const statements = names.flatMap((name, index): readonly GroovyToken[] => {
    const value = values.each[index];
    if (name?.kind !== "name" || value === undefined || equals === undefined) return [];
    const end = value.at(-1)?.span.end ?? equals.span.end;
    return [define, name, equals, ...value, { kind: "sign", text: ";", span: { start: end, end } }];
  });
  return { tokens: statements, last: values.last };
}

/** The values of a list that is written out, or the parts of a text that is taken apart. */
function valuesAt(
  tokens: readonly GroovyToken[],
  from: number,
  count: number,
): { readonly each: readonly (readonly GroovyToken[])[]; readonly last: number } | undefined {
  if (signAt(tokens, from) === "[") {
    const last = closingAt(tokens, from);
    if (last === undefined) return undefined;
    return { each: elementsBetween(tokens, from + 1, last).map(([start, end]) => tokens.slice(start, end)), last };
  }
  const last = /\.(?:split|tokenize)$/.test(nameAt(tokens, from)) ? closingAt(tokens, from + 1) : undefined;
  if (last === undefined || signAt(tokens, from + 1) !== "(") return undefined;
  const text = tokens.slice(from, last + 1);
  const end = tokens[last]?.span.end ?? 0;
  const each = Array.from({ length: count }, (_, index) => [
    ...text,
    signOf("[", end),
    numberOf(index, end),
    signOf("]", end),
  ]);
  return { each, last };
}

/** `in 8..11`, `(8..11).each` as lists; what takes a part of a text or list is none. */
function rangeAt(tokens: readonly GroovyToken[], at: number): Longer | undefined {
  const isLoop = nameAt(tokens, at - 1) === "in" && signAt(tokens, at) !== "(";
  const from = isLoop ? at : at + 1;
  if (!isLoop && signAt(tokens, at) !== "(") return undefined;
  const isOpen = signAt(tokens, from + 3) === "<";
  const to = from + (isOpen ? 4 : 3);
  if (signAt(tokens, from + 1) !== "." || signAt(tokens, from + 2) !== ".") return undefined;
  const [first, last] = [wholeAt(tokens, from), wholeAt(tokens, to)];
  const isEach = signAt(tokens, to + 1) === ")" && goesOver.test(nameAt(tokens, to + 3));
  if (first === undefined || last === undefined || (!isLoop && !isEach)) return undefined;
  const count = last - first + (isOpen ? 0 : 1);
  if (count < 1 || count > maximumRange) return undefined;
  const [start, end] = [tokens[from]?.span.start ?? 0, tokens[to]?.span.end ?? 0];
  const numbers = Array.from({ length: count }, (_, index): readonly GroovyToken[] => [
    ...(index === 0 ? [] : [signOf(",", start)]),
    numberOf(first + index, start),
  ]);
  return {
    tokens: [signOf("[", start), ...numbers.flat(), signOf("]", end)],
    last: isLoop ? to : to + 1,
  };
}

function wholeAt(tokens: readonly GroovyToken[], at: number): number | undefined {
  const token = tokens[at];
  const [piece] = token?.kind === "string" ? token.pieces : [];
  return piece?.kind === "text" && piece.isBare === true && /^\d{1,6}$/.test(piece.text)
    ? Number(piece.text)
    : undefined;
}

function signOf(text: string, at: number): GroovyToken {
  return { kind: "sign", text, span: { start: at, end: at } };
}

function numberOf(value: number, at: number): GroovyToken {
  return {
    kind: "string",
    pieces: [{ kind: "text", text: `${value}`, start: at, isBare: true }],
    span: { start: at, end: at },
  };
}
