import type { Span } from "../image/span.ts";
import type { ShellCommand, ShellWord } from "./document.ts";
import { isSign, type GradleValues } from "./gradleValues.ts";
import type { GroovyToken } from "./groovy.ts";

const maximumCommands = 1000;
const maximumWords = 1000;

/** Commands that tasks of the type `Exec` and calls of `exec` run: `commandLine`, or `executable` and then `args`. */
export function gradleCommands(
  text: string,
  tokens: readonly GroovyToken[],
  values: GradleValues,
): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let program: readonly ShellWord[] = [];
  for (const [at, token] of tokens.entries()) {
    if (isSign(token, "}")) program = [];
    if (token.kind !== "name" || commands.length >= maximumCommands) continue;
    const name = token.text.slice(token.text.lastIndexOf(".") + 1);
    if (name !== "commandLine" && name !== "executable" && name !== "args") continue;
    // A word of which nothing is known stands where the one before it ends.
    const given: ShellWord[] = [];
    for (const item of itemsAfter(tokens, at)) {
      const end = given.at(-1)?.span.end ?? token.span.end;
      given.push(wordOf(text, item, values) ?? { span: { start: end, end }, raw: "", text: undefined, expands: [] });
    }
    if (name === "executable") program = given.slice(0, 1);
    const words = name === "commandLine" ? given : name === "args" && program.length > 0 ? [...program, ...given] : [];
    const [first, last] = [words[0], words.at(-1)];
    if (first === undefined || last === undefined) continue;
    commands.push({ span: { start: first.span.start, end: last.span.end }, words, environment: {} });
  }
  return commands;
}

/** The items that a property is given: `a "x", y`, `a("x", y)`, `a = ["x"]`, `a = listOf("x")`; undefined where one is more than a string or a name. */
function itemsAfter(tokens: readonly GroovyToken[], at: number): readonly (GroovyToken | undefined)[] {
  const items: (GroovyToken | undefined)[] = [];
  let next = at + 1;
  const opens = (token: GroovyToken | undefined): boolean =>
    ["=", "(", "["].some((sign) => isSign(token, sign)) || (token?.kind === "name" && token.text === "listOf");
  while (opens(tokens[next])) next += 1;
  while (items.length < maximumWords) {
    const token = tokens[next];
    if (token === undefined || token.kind === "sign") break;
    const end = endOfItem(tokens, next + 1);
    // What is joined to it, or asked of it, makes another one of it; the first may be the whole list then.
    const isOther = end > next + 1 || isSign(tokens[end], "+") || isSign(tokens[end], "?");
    if (isOther && items.length === 0) break;
    items.push(isOther ? undefined : token);
    if (!isSign(tokens[end], ",")) break;
    next = end + 1;
  }
  return items;
}

/** Behind the calls and the names that follow an item. */
function endOfItem(tokens: readonly GroovyToken[], from: number): number {
  let at = from;
  let depth = 0;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (isSign(token, "(") || isSign(token, "[")) depth += 1;
    else if (depth > 0 && (isSign(token, ")") || isSign(token, "]"))) depth -= 1;
    else if (depth === 0 && !(isSign(token, ".") || (token?.kind === "name" && isSign(tokens[at - 1], ".")))) break;
  }
  return at;
}

/** A word that no shell splits or expands. What a name stands for is left open: no digest could be written behind one. */
function wordOf(text: string, token: GroovyToken | undefined, values: GradleValues): ShellWord | undefined {
  if (token === undefined || token.kind === "sign") return undefined;
  const span = token.kind === "name" ? token.span : contentOf(token);
  const raw = text.slice(span.start, span.end);
  const value = token.kind === "name" ? undefined : values.ofString(token);
  const texts = value?.parts.map((part) => part.text) ?? [undefined];
  if (value === undefined || texts.includes(undefined)) return { span, raw, text: undefined, expands: [raw] };
  const known = texts.join("");
  if (known === raw) return { span, raw, text: raw, expands: [] };
  return { span, raw, text: known, expands: [], parts: [{ span, text: known, chain: value.chain }] };
}

/** What stands between the quotes of a string. */
function contentOf({ pieces, span }: Extract<GroovyToken, { kind: "string" }>): Span {
  const [first] = pieces;
  const last = pieces.at(-1);
  const start = first === undefined ? span.start + 1 : first.kind === "text" ? first.start : first.span.start;
  const end = last === undefined ? start : last.kind === "text" ? last.start + last.text.length : last.span.end;
  return { start, end };
}
