import type { Span } from "../image/span.ts";

/** A text that was pieced together from parts of a document, and where its characters stand there. */
export interface PiecedText {
  readonly text: string;
  /** Document offset of the character at `offset`; the offset after the last character gives the end of the last piece. */
  readonly toDocumentOffset: (offset: number) => number;
}

/** Builds a `PiecedText`. `end` must not lie before `start`; pieces are added in the order in which they read. */
export interface TextPieces {
  /** Adds the part of the document from `start` to `end`. */
  add(start: number, end: number): void;
  /** Adds text that the document does not hold as such (a line break that joins two pieces), placed at `at`. */
  addText(text: string, at: number): void;
  build(): PiecedText;
}

/** Starts an empty text over `document`. */
export function createTextPieces(document: string): TextPieces {
  const parts: string[] = [];
  const starts: number[] = [];
  const origins: number[] = [];
  const lasts: number[] = [];
  let length = 0;
  let end = 0;
  const push = (text: string, origin: number, last: number): void => {
    if (text === "") return;
    parts.push(text);
    starts.push(length);
    origins.push(origin);
    lasts.push(last);
    length += text.length;
  };
  return {
    add(start, to) {
      push(document.slice(start, to), start, to);
      end = to;
    },
    addText(text, at) {
      push(text, at, at);
      end = at;
    },
    build() {
      const text = parts.join("");
      return {
        text,
        toDocumentOffset(offset) {
          if (offset >= length) return end;
          let low = 0;
          let high = starts.length - 1;
          while (low < high) {
            const middle = (low + high + 1) >> 1;
            if ((starts[middle] ?? 0) <= offset) low = middle;
            else high = middle - 1;
          }
          return Math.min((origins[low] ?? 0) + Math.max(0, offset - (starts[low] ?? 0)), lasts[low] ?? 0);
        },
      };
    },
  };
}

/**
 * The document span of the characters from `start` to `end` of a mapped text. It ends right after the last
 * character, not where the character after it stands, which may be on another line.
 */
export function documentSpan(toDocumentOffset: (offset: number) => number, start: number, end: number): Span {
  const from = toDocumentOffset(start);
  return { start: from, end: end > start ? Math.max(from, toDocumentOffset(end - 1) + 1) : from };
}
