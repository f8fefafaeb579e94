/** Exit codes of the command line: its contract with scripts. */
export const exitCodes = {
  clean: 0,
  /** Findings at or above `--fail-on`, or a verdict that is not verified. */
  found: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  /** Nothing worse than: something could not be checked. */
  unchecked: 3,
  /** Signing waits for an approval (EX_TEMPFAIL of sysexits). */
  pending: 75,
  /** Ended by Ctrl+C, as shells report it: 128 + SIGINT. */
  interrupted: 130,
} as const;
