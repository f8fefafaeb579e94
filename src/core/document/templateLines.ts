import type { Span } from "../image/span.ts";
import type { Substitution } from "./substitution.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** A whole text as one value. */
export function wholeOf(text: string): YamlScalar {
  return { kind: "scalar", span: { start: 0, end: text.length }, text, style: "plain", exact: true, contentStart: 0 };
}

/** The whole line with its end, where nothing else than the span stands on it. */
export function lineOf(text: string, { start, end }: Span): Span {
  let from = start;
  while (isBlank(text[from - 1])) from--;
  let to = end;
  while (isBlank(text[to])) to++;
  if (text[to] === "\r") to++;
  const isAlone = text[to] === "\n" && (from === 0 || text[from - 1] === "\n");
  return isAlone ? { start: from, end: to + 1 } : { start, end };
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}

/** Substitutions that do not overlap: what stands within another one's line is gone with it. */
export function inOrder(substitutions: readonly Substitution[]): readonly Substitution[] {
  let at = 0;
  return substitutions.filter(({ start, end }) => {
    if (start < at) return false;
    at = end;
    return true;
  });
}
