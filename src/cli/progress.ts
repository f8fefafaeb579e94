import type { Host } from "./host.ts";

/** A line on standard error that counts, only where that is a terminal. */
export interface Progress {
  readonly show: (done: number, total: number) => void;
  /** Takes the line away; may be called twice. */
  readonly end: () => void;
}

/** Starts counting under a word ("Checking 7/15"). */
export function startProgress(word: string, host: Host): Progress {
  let shown = false;
  return {
    show(done, total) {
      if (!host.terminal.error) return;
      shown = true;
      host.error(`\r\u001b[K${word} ${done}/${total}`);
    },
    end() {
      if (shown) host.error("\r\u001b[K");
      shown = false;
    },
  };
}
