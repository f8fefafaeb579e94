import type { TextPieces } from "./origin.ts";

/** A script of PowerShell as it is read, and what it becomes. */
export interface PowerShellReader {
  readonly text: string;
  at: number;
  readonly pieces: TextPieces;
  /** What ends the blocks that are open, the innermost last. */
  readonly blocks: string[];
  /** Whether a statement begins here. */
  isStart: boolean;
  /** How many parentheses and strings are open around. */
  depth: number;
  /** Reads whatever stands here. */
  readToken(): void;
}

/** How deep parentheses and strings are read. */
export const maximumDepth = 32;

/** `$name`, `${name}`, `$env:NAME`. */
export const variable = /\$(?:\{([\w:]+)\}|([A-Za-z_][\w:]*\w|\w|[_?^$]))/y;

/** Writes a text for what has been read since `start`. */
export function insertWord({ pieces, at }: PowerShellReader, text: string, start: number): void {
  pieces.addText(text.slice(0, -1), start);
  pieces.addText(text.slice(-1), Math.max(start, at - 1));
}

/** Names are the same in any case, and in a scope of the script's. */
export function nameOf(name: string): string {
  const known = name.toLowerCase().replace(/^(?:script|global|local|private|using):/, "");
  return known.replaceAll(/\W/g, "_");
}
