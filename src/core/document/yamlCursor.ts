const newline = 10;
const space = 32;
const hash = 35;

/** The next content: its first character, past blank lines and comments. */
export interface Cursor {
  /** `unknown`: nothing that this reader goes on after. */
  state: "content" | "marker" | "end" | "unknown";
  position: number;
  column: number;
  /** Where the content read last ends. */
  end: number;
  is(state: Cursor["state"]): boolean;
  /** Goes to the first content on the lines after the one that `from` is on. */
  advance(from: number): void;
  /** Goes to the first content from the start of a line. */
  advanceTo(lineStart: number): void;
  leaveMarker(): void;
}

/** Creates the cursor of a text, at its first content. */
export function createCursor(text: string): Cursor {
  const cursor: Cursor = {
    state: "end",
    position: 0,
    column: 0,
    end: 0,
    is: (state) => cursor.state === state,
    advance(from) {
      const lineEnd = text.indexOf("\n", from);
      cursor.advanceTo(lineEnd < 0 ? text.length : lineEnd + 1);
    },
    advanceTo(start) {
      let lineStart = start;
      while (lineStart < text.length) {
        let at = lineStart;
        while (text.charCodeAt(at) === space) at++;
        const unit = text.charCodeAt(at);
        if (unit !== newline && unit !== hash && at < text.length) {
          cursor.position = at;
          cursor.column = at - lineStart;
          cursor.state = stateAt(text, at, cursor.column);
          return;
        }
        const lineEnd = unit === newline ? at : text.indexOf("\n", at);
        if (lineEnd < 0) break;
        lineStart = lineEnd + 1;
      }
      cursor.position = text.length;
      cursor.column = -1;
      cursor.state = "end";
    },
    leaveMarker() {
      const after = cursor.position + 3;
      if (isRestBlank(text, after)) cursor.advance(after);
      else cursor.state = "unknown";
    },
  };
  cursor.advanceTo(0);
  return cursor;
}

function stateAt(text: string, at: number, column: number): Cursor["state"] {
  if (text.charAt(at) === "\t") return "unknown";
  if (column > 0) return "content";
  if (text.startsWith("---", at)) return isSpaceOrEnd(text, at + 3) ? "marker" : "content";
  if (text.startsWith("...", at) || text.charAt(at) === "%") return "unknown";
  return "content";
}

/** The offset of the first character that is no space. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === space) at++;
  return at;
}

/** Whether white space stands here, or the text ends. */
export function isSpaceOrEnd(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === space || unit === newline || at >= text.length;
}

/** Whether a line holds nothing more from here, after white space; a comment is nothing. */
export function isBlankAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return at >= text.length || unit === newline || (unit === hash && text.charCodeAt(at - 1) === space);
}

/** Whether nothing but white space and a comment follows on the line. */
export function isRestBlank(text: string, from: number): boolean {
  return isBlankAt(text, skipSpaces(text, from));
}
