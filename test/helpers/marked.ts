import type { Span } from "../../src/core/image/span.ts";

/** A fixture text whose `⟦...⟧` markers are taken out, and the spans that they enclosed, in order of their openings. */
export function marked(source: string): { readonly text: string; readonly spans: readonly Span[] } {
  const spans: { start: number; end: number }[] = [];
  const open: { start: number; end: number }[] = [];
  let text = "";
  for (const character of source) {
    if (character === "⟦") {
      const span = { start: text.length, end: -1 };
      spans.push(span);
      open.push(span);
    } else if (character === "⟧") open.pop()!.end = text.length;
    else text += character;
  }
  return { text, spans };
}
