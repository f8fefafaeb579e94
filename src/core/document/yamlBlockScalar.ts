import type { Span } from "../image/span.ts";

/** The first line of a block scalar (YAML 1.2.2, 8.1.1). */
export interface BlockHeader {
  readonly style: "literal" | "folded";
  /** Whether the last line end belongs to the value. */
  readonly keepsEnd: boolean;
  readonly contentStart: number;
}

/** The content of a block scalar. */
export interface BlockContent {
  /** The value without its last line end. */
  readonly value: string;
  /** The content without its outer white space. */
  readonly span: Span;
  /** The first line after it. */
  readonly next: number;
}

/** Reads `|`, `>`, `|-` or `>-`; undefined for an indicator of indentation, for `+`, and where something else follows. */
export function readBlockHeader(text: string, at: number): BlockHeader | undefined {
  const lineEnd = text.indexOf("\n", at);
  if (lineEnd < 0) return undefined;
  const header = /^([|>])(-?)(?:[ ]*| +#.*)$/.exec(text.slice(at, lineEnd));
  if (header === null) return undefined;
  return { style: header[1] === "|" ? "literal" : "folded", keepsEnd: header[2] === "", contentStart: lineEnd + 1 };
}

/** Reads the lines of a block scalar below `parent`'s indentation; undefined where they are not plainly indented. */
export function foldLines(
  text: string,
  contentStart: number,
  parent: number,
  style: BlockHeader["style"],
): BlockContent | undefined {
  let indent: number | undefined;
  let value = "";
  let blanks = 0;
  let longest = 0;
  let at = contentStart;
  let first = contentStart;
  let last = contentStart;
  while (at < text.length) {
    const found = text.indexOf("\n", at);
    const lineEnd = found < 0 ? text.length : found;
    let content = at;
    while (text.charCodeAt(content) === 32) content++;
    const isBlank = content >= lineEnd;
    const column = content - at;
    if (isBlank && (indent === undefined || column <= indent)) {
      longest = Math.max(longest, indent === undefined ? column : 0);
      blanks++;
    } else {
      // White space beyond the content's own indentation is content, which folding would make different.
      if (isBlank && (style === "folded" || found < 0)) return undefined;
      if (column <= parent) break;
      if (text.charAt(content) === "\t") return undefined;
      if (indent === undefined) {
        if (longest > column) return undefined;
        indent = column;
        first = content;
      } else if (column < indent) return undefined;
      // Lines that are indented more are not folded.
      if (style === "folded" && column > indent) return undefined;
      const isFirst = last === contentStart;
      value += joint(style, isFirst, blanks) + text.slice(at + indent, lineEnd);
      blanks = 0;
      last = lineEnd;
    }
    at = lineEnd + 1;
  }
  if (indent === undefined) return undefined;
  const end = first + text.slice(first, last).trimEnd().length;
  return { value, span: { start: first, end }, next: Math.min(at, text.length) };
}

/** What stands for the line ends between two lines of content with `blanks` empty ones between them. */
function joint(style: BlockHeader["style"], isFirst: boolean, blanks: number): string {
  if (isFirst) return "\n".repeat(blanks);
  if (style === "literal") return "\n".repeat(blanks + 1);
  return blanks === 0 ? " " : "\n".repeat(blanks);
}
