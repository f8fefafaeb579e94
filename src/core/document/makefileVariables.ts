import type { Span } from "../image/span.ts";
import type { ValueStep, WordPart } from "./document.ts";

/** A stretch of a makefile's text: as it is, `$$`, or something that make expands. */
export type MakePiece =
  | { readonly kind: "text"; readonly span: Span }
  | { readonly kind: "dollar"; readonly span: Span }
  | { readonly kind: "expression"; readonly span: Span; readonly name: string };

/** The variables of a makefile. */
export interface MakeVariables {
  /** Takes a line that sets a variable; gives whether it is one. */
  define(line: Span): boolean;
  /** What the text at a span comes to, `$(...)` included. */
  expand(span: Span): readonly WordPart[];
  /** The insides of `$(shell ...)` in values of variables. */
  shellCalls(): readonly Span[];
}

interface Definition {
  readonly value: Span;
  readonly operator: string;
}

const maximumDepth = 16;
const maximumParts = 32;
const assignment = /^[ \t]*(?:(?:export|override|private|unexport)[ \t]+)*([\w.-]+)[ \t]*(\?|\+|:{1,3}|!)?=[ \t]*/;

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

/** The variables of a makefile's text, as far as its lines are given to `define`. */
export function createMakeVariables(text: string): MakeVariables {
  const definitions = new Map<string, Definition[]>();
  const calls: Span[] = [];
  let budget = 100_000;

  const expand = (span: Span, depth: number): readonly WordPart[] =>
    makePieces(text, span).flatMap((piece): readonly WordPart[] => {
      if (piece.kind === "text")
        return [
          { text: text.slice(piece.span.start, piece.span.end), span: piece.span, literal: piece.span, chain: [] },
        ];
      if (piece.kind === "dollar") return [{ text: "$", span: piece.span, chain: [] }];
      const { name } = piece;
      const step = stepAt(piece.span, `variable ${name}`);
      const definition = /^[\w.-]+$/.test(name) ? definitionOf(name) : undefined;
      const unknown: WordPart = { span: piece.span, chain: [step] };
      budget -= 1;
      if (definition === undefined || depth >= maximumDepth || budget < 0) return [unknown];
      const steps = [step, stepAt(definition.value, `assignment of ${name}`)];
      const inner = expand(definition.value, depth + 1);
      if (inner.length > maximumParts) return [unknown];
      return inner.map((part) => ({ ...part, span: piece.span, chain: [...steps, ...part.chain] }));
    });

  /** The one value that the file gives; the default of `?=` where nothing else does. */
  const definitionOf = (name: string): Definition | undefined => {
    const found = definitions.get(name) ?? [];
    const firm = found.filter(({ operator }) => operator !== "?");
    const texts = new Set(firm.map(({ value }) => text.slice(value.start, value.end)));
    const definition = firm.length === 0 ? found[0] : firm[0];
    return texts.size > 1 || definition?.operator === "+" || definition?.operator === "!" ? undefined : definition;
  };

  const stepAt = (span: Span, label: string): ValueStep => ({ span, label, text: text.slice(span.start, span.end) });

  return {
    define(line) {
      const content = text.slice(line.start, line.end);
      const match = assignment.exec(content);
      const name = match?.[1];
      if (match === null || name === undefined) return false;
      const start = line.start + match[0].length;
      const comment = /(?<!\\)#/.exec(content.slice(match[0].length))?.index;
      const written = text.slice(start, comment === undefined ? line.end : start + comment).trimEnd();
      const value = { start, end: start + written.length };
      // Make joins continued lines with a space; such lists are no references.
      if (!written.includes("\n"))
        definitions.set(name, [...(definitions.get(name) ?? []), { value, operator: match[2] ?? "" }]);
      for (const piece of makePieces(text, value)) {
        const shell =
          piece.kind === "expression" ? /^\$[({]shell[ \t]+/.exec(text.slice(piece.span.start, piece.span.end)) : null;
        if (shell !== null)
          calls.push({
            start: piece.span.start + shell[0].length,
            end: Math.max(piece.span.start + shell[0].length, piece.span.end - 1),
          });
      }
      return true;
    },
    expand: (span) => expand(span, 0),
    shellCalls: () => calls,
  };
}
