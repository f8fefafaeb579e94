import type { ShellCommand, ShellWord, WordPart } from "../document/document.ts";
import type { Span } from "../image/span.ts";
import type { ShellState } from "./shellState.ts";
import { textOfStretches, type Range, type Stretch } from "./stretch.ts";

/** The stretches of a word as its document sees them. */
export function wordParts(
  { text, spanOf }: Pick<ShellState, "text" | "spanOf">,
  stretches: readonly Stretch[],
): readonly WordPart[] {
  // What is never closed is read past its end.
  const placed = ({ start, end }: Range) => spanOf(Math.min(start, text.length), Math.min(end, text.length));
  return stretches.map((stretch) => {
    const { steps, text: value, literal, choices, group } = stretch;
    const part: { -readonly [field in keyof WordPart]: WordPart[field] } = {
      span: placed(stretch),
      chain: steps.map((step) =>
        step.file === undefined
          ? { span: placed(step), label: step.label, text: text.slice(step.start, step.end) }
          : { span: { start: step.start, end: step.end }, file: step.file, label: step.label, text: step.text ?? "" },
      ),
    };
    if (value !== undefined) part.text = value;
    if (literal !== undefined) part.literal = placed(literal);
    if (choices !== undefined) part.choices = choices;
    if (group !== undefined) part.group = group;
    return part;
  });
}

/** A command of a single word, which is what something other than a shell says. */
export function commandOfParts(parts: readonly WordPart[], span: Span): ShellCommand {
  const isKnown = parts.every(({ text }) => text !== undefined);
  const text = isKnown ? textOfStretches(parts) : undefined;
  return { span, environment: {}, words: [{ span, raw: "", text, expands: [], parts }] };
}

/** A word moved into the text that its document is a part of. */
export function placeWord(word: ShellWord, place: (span: Span) => Span): ShellWord {
  const { parts } = word;
  return {
    ...word,
    span: place(word.span),
    ...(parts === undefined ? {} : { parts: parts.map((part) => placePart(part, place)) }),
  };
}

function placePart({ literal, choices, ...part }: WordPart, place: (span: Span) => Span): WordPart {
  return {
    ...part,
    span: place(part.span),
    chain: part.chain.map((step) => (step.file === undefined ? { ...step, span: place(step.span) } : step)),
    ...(literal === undefined ? {} : { literal: place(literal) }),
    ...(choices === undefined ? {} : { choices: choices.map((one) => one.map((inner) => placePart(inner, place))) }),
  };
}
