import { continuationLength } from "./shellState.ts";
import type { ShellState } from "./shellState.ts";

/** Skips blanks, line continuations and a comment, but no line break. */
export function skipBlanks(state: ShellState): void {
  while (state.at < state.end) {
    const character = state.text[state.at];
    const continued = continuationLength(state.text, state.at);
    if (character === " " || character === "\t" || character === "\r" || character === "\f" || character === "\v")
      state.at += 1;
    else if (continued > 0) state.at += continued;
    else if (character === "#") {
      const lineEnd = state.text.indexOf("\n", state.at);
      state.at = lineEnd < 0 ? state.end : Math.min(lineEnd, state.end);
    } else return;
  }
}
