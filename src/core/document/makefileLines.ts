import type { Span } from "../image/span.ts";

/** A line with its continuations (GNU make, 3.1.1): where it stands without the line break at its end. */
export interface LogicalLine extends Span {
  readonly isRecipe: boolean;
}

/** Lines of a makefile that are read. */
const maximumLines = 100_000;

/** The lines of a makefile. */
export function logicalLines(text: string): readonly LogicalLine[] {
  const lines: LogicalLine[] = [];
  for (let start = 0; start < text.length && lines.length < maximumLines;) {
    let end = start;
    for (;;) {
      const lineBreak = text.indexOf("\n", end);
      end = lineBreak < 0 ? text.length : lineBreak;
      const bare = text[end - 1] === "\r" ? end - 1 : end;
      if (lineBreak < 0 || !isContinued(text, start, bare)) break;
      end += 1;
    }
    lines.push({ start, end: text[end - 1] === "\r" && end > start ? end - 1 : end, isRecipe: text[start] === "\t" });
    start = end + 1;
  }
  return lines;
}

/** Whether the line up to `end` ends with a backslash that no other one escapes. */
function isContinued(text: string, start: number, end: number): boolean {
  let at = end;
  while (at > start && text[at - 1] === "\\") at -= 1;
  return (end - at) % 2 === 1;
}
