import { skipBlanks } from "./shellBlanks.ts";
import { linesGiven, linesOf } from "./shellInput.ts";
import { deeper, giveUp } from "./shellState.ts";
import type { PendingHeredoc, ShellState } from "./shellState.ts";
import { readBody } from "./shellWord.ts";
import type { Stretch } from "./stretch.ts";

/** Skips blanks, comments and line breaks. */
export function skipLineBreaks(state: ShellState): void {
  for (skipBlanks(state); state.text[state.at] === "\n" && state.at < state.end; skipBlanks(state))
    readLineBreak(state);
}

/** Consumes a line break and the bodies of the here-documents that begin after it. */
export function readLineBreak(state: ShellState): void {
  state.at += 1;
  const pending = state.heredocs;
  state.heredocs = [];
  for (const heredoc of pending) readHeredocBody(state, heredoc);
}

function readHeredocBody(state: ShellState, heredoc: PendingHeredoc): void {
  const bodyStart = state.at;
  for (;;) {
    if (state.at >= state.end) {
      const message = `The here-document is not closed: no line '${heredoc.delimiter}' follows.`;
      giveUp(state, "shell-unterminated", message, heredoc.start);
      return;
    }
    const lineBreak = state.text.indexOf("\n", state.at);
    const lineEnd = lineBreak < 0 || lineBreak >= state.end ? state.end : lineBreak;
    const line = state.text.slice(state.at, lineEnd).replace(/\r$/, "");
    const bodyEnd = state.at;
    state.at = Math.min(state.end, lineEnd + 1);
    if ((heredoc.stripTabs ? line.replace(/^\t+/, "") : line) !== heredoc.delimiter) continue;
    if (heredoc.isScript) {
      const { place } = state;
      if (heredoc.isRemote) state.place = { ...place, isRemote: true };
      readWithin(state, bodyStart, bodyEnd, () => state.readList(state));
      state.place = place;
    } else if (heredoc.readers.length > 0 && bodyEnd - bodyStart < maximumLines)
      tellLines(state, heredoc, bodyStart, bodyEnd);
    return;
  }
}

/** Longest body whose lines are looked into. */
const maximumLines = 10_000;

/** Keeps the lines of a body for those who read them before it was there. */
function tellLines(state: ShellState, { readers, isQuoted }: PendingHeredoc, start: number, end: number): void {
  let stretches: readonly Stretch[] = [
    { text: state.text.slice(start, end), start, end, literal: { start, end }, steps: [] },
  ];
  if (!isQuoted)
    readWithin(state, start, end, () => {
      stretches = readBody(state);
    });
  const lines = linesGiven(state, { kind: "lines", lines: linesOf(stretches) }, start);
  if (lines !== undefined) for (const reader of readers) state.inputs.set(reader, lines);
}

/** Reads a part of the text on its own. */
function readWithin(state: ShellState, start: number, end: number, read: () => void): void {
  const { at, end: outerEnd } = state;
  const awaited = new Map(state.awaited);
  state.awaited.clear();
  state.at = start;
  state.end = end;
  state.variables.enter("subshell");
  deeper(state, read);
  state.variables.leave();
  for (const [closing, count] of awaited) state.awaited.set(closing, count);
  state.at = at;
  state.end = outerEnd;
}
