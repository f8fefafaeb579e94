import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { isPossibleImage } from "./imageShape.ts";
import type { Dialect, Document, ImageUse } from "./document.ts";
import { useOfValue } from "./imageUse.ts";

/** A string of a document whose text at `span` is its value. */
export interface Literal {
  readonly text: string;
  readonly span: Span;
}

const maximumUses = 10_000;
const maximumProblems = 50;

/** Collects references that a document writes out as strings, and makes its document. */
export function createLiteralUses(text: string): {
  /** Adds what a string names after `wrapper`; what only its tool fills in is left out. */
  add(literal: Literal | undefined, site: string, wrapper?: string): void;
  document(path: string, dialect: Dialect): Document;
} {
  const images: ImageUse[] = [];
  const problems: Problem[] = [];
  return {
    add(literal, site, wrapper = "") {
      if (literal === undefined || literal.text.trim() === "" || images.length >= maximumUses) return;
      const begin = literal.text.startsWith(wrapper) ? wrapper.length : 0;
      const part = literal.text.slice(begin);
      const span = { start: literal.span.start + begin, end: literal.span.end };
      if (!isPossibleImage(part) && /[${}<>%]/.test(part)) return;
      const use = useOfValue(text, { span, site, parts: [{ text: part, span }], chain: [], hasVariables: false });
      if (!("code" in use)) images.push(use);
      else if (problems.length < maximumProblems) problems.push(use);
    },
    document: (path, dialect) => ({
      path,
      dialect,
      text,
      images: images.toSorted((one, other) => one.span.start - other.span.start),
      commands: [],
      jobs: [],
      problems,
    }),
  };
}
