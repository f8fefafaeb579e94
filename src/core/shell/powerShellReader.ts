import type { TextPieces } from "./origin.ts";
import type { PowerShellFunction } from "./powerShellFunction.ts";

/** A block that is open. */
interface Block {
  /** What ends it in the words of a POSIX shell. */
  readonly closer: string;
  /** The variable that is given what its last statement says. */
  readonly assigns: string | undefined;
  /** Whether blocks behind labels stand in it. */
  readonly isSwitch: boolean;
}

/** A script of PowerShell as it is read, and what it becomes. */
export interface PowerShellReader {
  readonly text: string;
  at: number;
  readonly pieces: TextPieces;
  /** The blocks that are open, the innermost last. */
  readonly blocks: Block[];
  /** The variable that is given what the branches say that begin here. */
  assigns: string | undefined;
  /** Functions of the script, by their names in lower case. */
  readonly functions: ReadonlyMap<string, PowerShellFunction>;
  /** What the function around takes, until that is read. */
  parameters: readonly string[];
  /** Variables that hold a list of texts. */
  readonly lists: Set<string>;
  /** Variables for what stands under a key: `config__image`. */
  readonly members: Set<string>;
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

/** What a pipeline's block calls that which it is given. */
export const pipedName = "item__piped";

/** Names are the same in any case, and in a scope of the script's. */
export function nameOf(name: string): string {
  const known = name.toLowerCase().replace(/^(?:script|global|local|private|using):/, "");
  return known === "_" || known === "psitem" ? pipedName : known.replaceAll(/\W/g, "_");
}

const step = /\.([A-Za-z_]\w*)(?!\w|\()|\[(["'])([^"'\]\r\n]+)\2\]/g;

/** The variable that stands for what is under the keys `path` of another: `.Image`, `["image"]`. */
export function memberName(name: string, path: string): string {
  const keys = Array.from(path.matchAll(step), ([, key, , quoted]) => nameOf(key ?? quoted ?? ""));
  return [nameOf(name), ...keys].join("__");
}

/** A list's elements, each a word. */
export function spread(name: string): string {
  return `"\${${name}[@]}"`;
}
