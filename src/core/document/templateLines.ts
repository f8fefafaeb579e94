import type { Span } from "../image/span.ts";
import type { Substitution } from "./substitution.ts";
import type { YamlScalar } from "./yamlNode.ts";

/** A whole text as one value. */
export function wholeOf(text: string): YamlScalar {
  return { kind: "scalar", span: { start: 0, end: text.length }, text, style: "plain", exact: true, contentStart: 0 };
}

/** The whole line with its end, where nothing else than the span stands on it. */
export function lineOf(text: string, { start, end }: Span): Span {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const lineBreak = text.indexOf("\n", end);
  const isAlone = lineBreak >= 0 && text.slice(from, start).trim() === "" && text.slice(end, lineBreak).trim() === "";
  return isAlone ? { start: from, end: lineBreak + 1 } : { start, end };
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
