import type { Span } from "../image/span.ts";
import type { ShellWord, WordPart } from "./document.ts";
import type { Value } from "./value.ts";
import { literalPart } from "./yamlImage.ts";
import type { YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** What a pipeline replaces in a scalar, by offsets in its text. */
export interface ScalarExpressions {
  readonly placeholders: readonly Span[];
  /** What the text from one offset to another comes to. */
  readonly expand: (from: number, to: number) => readonly Value[];
  /** Whether the values of all placeholders belong together, one to one: those of a matrix. */
  readonly group?: object | undefined;
}

/** What a stretch of a scalar says itself, and what each of its placeholders comes to, as the parts of a word. */
export function scalarParts(
  text: string,
  scalar: YamlScalar,
  { placeholders, expand, group }: ScalarExpressions,
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: scalar.text.length },
): readonly WordPart[] {
  const parts: WordPart[] = [];
  let at = from;
  const say = (start: number, end: number): void => {
    if (end <= start) return;
    const { span = scalar.span, text: said = "" } = literalPart(text, scalar, start, end);
    parts.push({ text: said, span, literal: span, chain: [] });
  };
  for (const { start, end } of placeholders.filter((one) => one.start >= from && one.end <= to)) {
    say(at, start);
    at = end;
    const { span = scalar.span } = literalPart(text, scalar, start, end);
    const all = expand(start, end).map((value) => partsOfValue(value, span));
    const [only, ...others] = all;
    if (only === undefined) continue;
    if (others.length === 0) parts.push(...only);
    else parts.push({ span, chain: [], choices: all, ...(group === undefined ? {} : { group }) });
  }
  say(at, to);
  return parts;
}

/** A stretch of a scalar as a word of a command. */
export function scalarWord(
  text: string,
  scalar: YamlScalar,
  parts: readonly WordPart[],
  { from, to }: { readonly from: number; readonly to: number } = { from: 0, to: scalar.text.length },
): ShellWord {
  const span = createScalarMap(text, scalar).spanOf(from, to);
  const isKnown = parts.every((part) => part.text !== undefined);
  const said = isKnown ? parts.map((part) => part.text).join("") : undefined;
  return { span, raw: text.slice(span.start, span.end), text: said, expands: [], parts };
}

function partsOfValue({ parts, chain }: Value, span: Span): readonly WordPart[] {
  return parts.map(({ text, literal }) => ({
    ...(text === undefined ? {} : { text }),
    ...(literal === undefined ? {} : { literal }),
    span,
    chain,
  }));
}
