import type { GroovyToken } from "./groovy.ts";

/** Tokens of a condition that are read. */
const maximumCondition = 40;

/** The question mark of the choice that begins at a token. */
export function questionAt(tokens: readonly GroovyToken[], from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < from + maximumCondition; at++) {
    const [token, before] = [tokens[at], tokens[at - 1]];
    if (token === undefined) return undefined;
    if (token.kind !== "sign") {
      // What stands side by side belongs to two statements.
      const isNext = at > from && depth === 0 && (before?.kind !== "sign" || ")]".includes(before.text));
      if (isNext) return undefined;
    } else if ("([".includes(token.text)) depth += 1;
    else if (")]".includes(token.text)) {
      if (--depth < 0) return undefined;
    } else if (depth === 0) {
      const next = tokens[at + 1];
      const isSafe = token.text === "?" && next?.kind === "sign" && next.text === ".";
      if (token.text === "?" && !isSafe) return at;
      if (",;{}:".includes(token.text)) return undefined;
    }
  }
  return undefined;
}
