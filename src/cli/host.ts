import type { Person } from "../application/ports.ts";

/** What the command line needs of the process that runs it. */
export interface Host {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the person presses Ctrl+C. */
  readonly signal: AbortSignal;
  /** Whether standard output and standard error are terminals. */
  readonly terminal: { readonly output: boolean; readonly error: boolean };
  readonly output: (text: string) => Promise<void>;
  readonly error: (text: string) => void;
  /** Standard input; nothing without it. */
  readonly input?: AsyncIterable<Uint8Array>;
  /** Who can be asked; nobody where there is no terminal. */
  readonly person?: Person;
}
