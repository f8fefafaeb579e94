import type { WordPart } from "../document/document.ts";
import type { ShellState } from "./shellState.ts";
import type { Range, Stretch } from "./stretch.ts";

/** The stretches of a word as its document sees them. */
export function wordParts(
  { text, spanOf }: Pick<ShellState, "text" | "spanOf">,
  stretches: readonly Stretch[],
): readonly WordPart[] {
  // What is never closed is read past its end.
  const placed = ({ start, end }: Range) => spanOf(Math.min(start, text.length), Math.min(end, text.length));
  return stretches.map((stretch): WordPart => {
    return {
      span: placed(stretch),
      chain: stretch.steps.map((step) => ({
        span: placed(step),
        label: step.label,
        text: text.slice(step.start, step.end),
      })),
      ...(stretch.text === undefined ? {} : { text: stretch.text }),
      ...(stretch.literal === undefined ? {} : { literal: placed(stretch.literal) }),
      ...(stretch.choices === undefined ? {} : { choices: stretch.choices }),
    };
  });
}
