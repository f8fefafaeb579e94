import { nameAt, signAt, type GroovyToken } from "./groovy.ts";
import { closingAt } from "./groovyBrackets.ts";

/** Words of one text that are told apart. */
const maximumWords = 64;
/** Methods that go over a list; whatever else is asked of one is no list any more. */
const goesOver = /^(?:each|eachWithIndex|collect|collectEntries)$/;

/**
 * The tokens of a script with lists where it takes the words of a text apart: `'a b'.split()` reads as `['a', 'b']`.
 * Only what cannot stand within a reference may part them, so that a word stays one whatever is written for it.
 */
export function withWords(text: string, tokens: readonly GroovyToken[]): readonly GroovyToken[] {
  if (!text.includes(".split(") && !text.includes(".tokenize(")) return tokens;
  const found: GroovyToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const close = token.kind === "string" ? partedAt(tokens, at) : undefined;
    const words = close === undefined ? undefined : wordsOf(text, token, separatorAt(tokens, at + 4));
    if (close === undefined || words === undefined) found.push(token);
    else {
      const { start, end } = token.span;
      found.push({ kind: "sign", text: "[", span: { start, end: start } });
      for (const [index, word] of words.entries()) {
        if (index > 0) found.push({ kind: "sign", text: ",", span: { start: word.span.start, end: word.span.start } });
        found.push(word);
      }
      found.push({ kind: "sign", text: "]", span: { start: end, end: tokens[close]?.span.end ?? end } });
      at = close;
    }
  }
  return found;
}

/** The parenthesis that ends the call which takes the string at a token apart. */
function partedAt(tokens: readonly GroovyToken[], at: number): number | undefined {
  if (signAt(tokens, at + 1) !== "." || !/^(?:split|tokenize)$/.test(nameAt(tokens, at + 2))) return undefined;
  const close = signAt(tokens, at + 3) === "(" ? closingAt(tokens, at + 3) : undefined;
  if (close === undefined || close > at + 5 || signAt(tokens, close + 1) === "[") return undefined;
  return signAt(tokens, close + 1) === "." && !goesOver.test(nameAt(tokens, close + 2)) ? undefined : close;
}

/** What parts the words; undefined where that may be part of one. */
function separatorAt(tokens: readonly GroovyToken[], at: number): RegExp | undefined {
  const token = tokens[at];
  if (token?.kind === "sign") return /\s+/;
  const [piece, ...others] = token?.kind === "string" ? token.pieces : [];
  if (piece?.kind !== "text" || others.length > 0) return undefined;
  if (/^(?:\s+|\\s\+?)$/.test(piece.text)) return /\s+/;
  const sign = /^(?:\\s\*)?([,;])(?:\s*|\\s[*+])$/.exec(piece.text)?.[1];
  return sign === undefined ? undefined : new RegExp(sign);
}

/** The words that the script itself holds in a string. */
function wordsOf(
  text: string,
  token: GroovyToken,
  separator: RegExp | undefined,
): readonly Extract<GroovyToken, { kind: "string" }>[] | undefined {
  const [piece, ...others] = token.kind === "string" ? token.pieces : [];
  if (separator === undefined || piece?.kind !== "text" || others.length > 0) return undefined;
  if (text.slice(piece.start, piece.start + piece.text.length) !== piece.text) return undefined;
  const words: Extract<GroovyToken, { kind: "string" }>[] = [];
  let from = 0;
  for (const part of piece.text.split(separator, maximumWords)) {
    const word = part.trim();
    if (word === "") continue;
    const offset = piece.text.indexOf(word, from);
    const start = piece.start + offset;
    from = offset + word.length;
    words.push({
      kind: "string",
      pieces: [{ kind: "text", text: word, start }],
      span: { start, end: start + word.length },
    });
  }
  return words.length === 0 ? undefined : words;
}
