import type { Log } from "../application/ports.ts";

/** A log that keeps nothing: for hosts where nobody asked to see it. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined };

/** A log that writes lines, each marked with its level. */
export function createLineLog(write: (line: string) => void): Log {
  return { info: (message) => write(`info: ${message}\n`), warn: (message) => write(`warning: ${message}\n`) };
}
