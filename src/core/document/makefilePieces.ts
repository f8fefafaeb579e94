import type { Span } from "../image/span.ts";

/** A stretch of a makefile's text: as it is, `$$`, or something that make expands. */
export type MakePiece =
  | { readonly kind: "text"; readonly span: Span }
  | { readonly kind: "dollar"; readonly span: Span }
  | { readonly kind: "expression"; readonly span: Span; readonly name: string };

/** Splits a text where make expands something (GNU make, 6.1). */
export function makePieces(text: string, { start, end }: Span): readonly MakePiece[] {
  const pieces: MakePiece[] = [];
  let from = start;
  let at = text.indexOf("$", start);
  while (at >= 0 && at + 1 < end) {
    if (at > from) pieces.push({ kind: "text", span: { start: from, end: at } });
    const next = text[at + 1] ?? "";
    if (next === "$") {
      pieces.push({ kind: "dollar", span: { start: at, end: at + 2 } });
      from = at + 2;
    } else {
      const close = next === "(" || next === "{" ? closingAt(text, at + 1, end) : at + 2;
      const inner = next === "(" || next === "{" ? text.slice(at + 2, close - 1) : next;
      pieces.push({ kind: "expression", span: { start: at, end: close }, name: inner.trim() });
      from = close;
    }
    at = text.indexOf("$", from);
  }
  if (from < end) pieces.push({ kind: "text", span: { start: from, end } });
  return pieces;
}

function closingAt(text: string, open: number, end: number): number {
  const opening = text[open];
  const closing = opening === "(" ? ")" : "}";
  let depth = 0;
  for (let at = open; at < end; at++) {
    if (text[at] === opening) depth += 1;
    else if (text[at] === closing && --depth === 0) return at + 1;
  }
  return end;
}
