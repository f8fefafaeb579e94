/** A half-open range of UTF-16 offsets into a document's text, which never starts with a byte-order mark. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people and the command line's output count it: 1-based line and column, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets into positions; build it once for a text. */
export interface LineIndex {
  positionAt(offset: number): Position;
  /** The offset of a position; a column past its line's end gives the line's end. */
  offsetAt(position: Position): number;
}

/**
 * Indexes the line starts of `text`. Line ends are LF, CRLF and lone CR, as editors count them.
 * Offsets outside the text are moved to its nearest end.
 */
export function createLineIndex(text: string): LineIndex {
  const starts = [0];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
  }
  const startOf = (line: number): number => starts[line - 1] ?? text.length;
  return {
    positionAt(offset) {
      const at = Math.max(0, Math.min(offset, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= at) low = middle;
        else high = middle - 1;
      }
      return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
    },
    offsetAt({ line, column }) {
      if (line > starts.length) return text.length;
      const next = starts[line] === undefined ? text.length : startOf(line + 1) - 1;
      return Math.max(startOf(line), Math.min(startOf(line) + column - 1, next));
    },
  };
}

/** `text` without a leading byte-order mark. Every reader calls it first, so that all spans agree. */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
