import type { Span } from "../image/span.ts";
import type { ShellCommand } from "../document/document.ts";
import type { Problem } from "../problem.ts";
import type { CallArguments, ForwardingCommand, Positional } from "./shellFunction.ts";
import type { InputLine, ShellInput } from "./shellInput.ts";
import type { NamedFile } from "./shellSource.ts";
import type { Stretch } from "./stretch.ts";
import type { Variables } from "./variables.ts";

/** Deepest nesting of substitutions, subshells and compound commands that is read. */
const maximumDepth = 60;
/** Most commands of one script that are listed. */
export const maximumCommands = 10_000;

/** Most pieces of words (literals, quotes, expansions) of one script that are read. */
const maximumPieces = 300_000;

/** A here-document whose body begins after the next line break. */
export interface PendingHeredoc {
  readonly start: number;
  readonly delimiter: string;
  readonly stripTabs: boolean;
  /** Whether the command that it feeds is a shell, once that command is read. */
  isScript: boolean;
  /** Whether that shell is another machine's. */
  isRemote: boolean;
  readonly isQuoted: boolean;
  /** The places of those who read its lines. */
  readonly readers: number[];
}

/** Where the reader stands. One object is passed down the grammar; `at` only ever moves forward, which keeps it linear. */
export interface ShellState {
  readonly text: string;
  at: number;
  /** Where the text being read ends: the script's end, or the end of a here-document's body. */
  end: number;
  depth: number;
  /** Whether reading was given up somewhere; one problem says so. */
  gaveUp: boolean;
  /** Pieces of words read so far. */
  pieces: number;
  /** Characters that expansions may still produce. Keeps `A=$B$B; B=$A$A; ...` from growing without end. */
  budget: number;
  readonly variables: Variables;
  readonly commands: ShellCommand[];
  readonly problems: Problem[];
  heredocs: PendingHeredoc[];
  /** Closing words and characters that some construct around this place waits for. */
  readonly awaited: Map<string, number>;
  /** Offset of the next `}}`, remembered so that a script full of `${{` is searched once. */
  expressionEnd: number;
  readonly resolveExpression: (expression: string) => string | undefined;
  /** What an expression comes to each of the times that the script runs. */
  readonly combinedExpression: (expression: string) => Stretch | undefined;
  readonly spanOf: (start: number, end: number) => Span;
  /** Reads the commands of a substitution up to its closing character; the grammar above words provides it. */
  readonly readSubstitution: (state: ShellState, closing: ")" | "`") => void;
  /** Reads commands up to the end, or to a closing word or character that something around awaits. */
  readonly readList: (state: ShellState) => void;
  /** Reads one command; gives whether it only assigns. */
  readonly readCommand: (state: ShellState) => boolean;
  /** Names of the functions that the script defines. */
  readonly functions: Set<string>;
  /** What the script calls its functions with, as far as a reading before this one tells. */
  readonly calls: ReadonlyMap<string, readonly CallArguments[]>;
  /** The function whose body this is. */
  functionName: string | undefined;
  /** Commands of functions that are given all arguments of a call. */
  readonly forwarding: ForwardingCommand[];
  /** The arguments of the function whose body this is. */
  positional: Positional | undefined;
  /** The file that a script names by a word; what of the word is not known is one `unknownName`. */
  readonly fileNamed: (name: string) => NamedFile | undefined;
  /** How many files were sourced one from the other to come here. */
  readonly sourced: number;
  place: { readonly job?: string; readonly step?: number; readonly isRemote?: boolean };
  /** Commands as `xargs` makes them out of what it is given. */
  readonly fed: ShellCommand[];
  /** What the command that comes next is given through a pipe. */
  piped: ShellInput | undefined;
  /** What the last redirection gives to the command that it belongs to. */
  redirected: ShellInput | undefined;
  /** What the command that was read last prints. */
  printed: ShellInput | undefined;
  /** Where the loop begins that was read last, where it reads lines that nobody had told. */
  unfedLoop: number | undefined;
  /** Lines that are told only after who reads them, by the place of the reader; for the next reading. */
  readonly inputs: Map<number, readonly InputLine[]>;
  /** The same from the reading before this one. */
  readonly knownInputs: ReadonlyMap<number, readonly InputLine[]>;
}

/** Where a reading begins that has been given nothing yet; `knownInputs` is what the one before it found. */
export function withInputs(
  knownInputs: ShellState["knownInputs"],
): Pick<ShellState, "fed" | "piped" | "redirected" | "printed" | "unfedLoop" | "inputs" | "knownInputs"> {
  return {
    fed: [],
    piped: undefined,
    redirected: undefined,
    printed: undefined,
    unfedLoop: undefined,
    inputs: new Map(),
    knownInputs,
  };
}

/** Notes a problem and skips the rest: nothing that follows could be read reliably. */
export function giveUp(state: ShellState, code: string, message: string, start: number): void {
  if (!state.gaveUp)
    state.problems.push({ code, message, span: state.spanOf(start, Math.min(start + 1, state.text.length)) });
  state.gaveUp = true;
  state.at = state.end;
}

/** Counts a piece of a word; gives up at the bound. */
export function countPiece(state: ShellState): void {
  state.pieces += 1;
  if (state.pieces <= maximumPieces) return;
  giveUp(
    state,
    "limit-reached",
    `The script has more than ${maximumPieces} words; the rest of it was not read.`,
    state.at,
  );
}

/** Runs `read` one level deeper, or gives up where that is too deep. */
export function deeper(state: ShellState, read: () => void): void {
  if (state.depth >= maximumDepth) {
    giveUp(
      state,
      "limit-reached",
      `The script nests deeper than ${maximumDepth} levels; the rest of it was not read.`,
      state.at,
    );
    return;
  }
  state.depth += 1;
  read();
  state.depth -= 1;
}

/** Runs `read` while `closing` is awaited, so that constructs inside stop at it. */
export function awaiting<T>(state: ShellState, closings: readonly string[], read: () => T): T {
  for (const closing of closings) state.awaited.set(closing, (state.awaited.get(closing) ?? 0) + 1);
  const result = read();
  for (const closing of closings) state.awaited.set(closing, (state.awaited.get(closing) ?? 0) - 1);
  return result;
}

/** Whether some construct around this place ends at `closing`. */
export function isAwaited(state: ShellState, closing: string): boolean {
  return (state.awaited.get(closing) ?? 0) > 0;
}

/** Length of the line continuation at `at` (backslash and line break), 0 where there is none. */
export function continuationLength(text: string, at: number): number {
  if (text[at] !== "\\") return 0;
  if (text[at + 1] === "\n") return 2;
  return text[at + 1] === "\r" && text[at + 2] === "\n" ? 3 : 0;
}
