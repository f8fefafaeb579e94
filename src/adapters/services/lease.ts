import type { WaitOptions } from "../../application/ports.ts";
import { unlessAborted } from "../registry/singleFlight.ts";

/** Something that is good for a while, such as a token. Time in milliseconds since 1970. */
export interface Leased<T> {
  readonly value: T;
  /** It does not end without it. */
  readonly expiresAt?: number;
}

/** Keeps what is good for a while, and obtains it anew when it ends: once, however many ask for it. */
export interface Lease<T> {
  get(options: WaitOptions): Promise<T>;
  /** The service did not accept it: it is not used again. */
  end(value: T): void;
}

/** What is this close to its end is not used any more, in milliseconds. */
const margin = 60_000;

/** `obtain` is not given the signal of one caller, since others wait for the same: it ends by its own time limits. */
export function createLease<T>(obtain: (options: WaitOptions) => Promise<Leased<T>>, now: () => number): Lease<T> {
  let current: Leased<T> | undefined;
  let obtaining: Promise<T> | undefined;
  const renew = async (): Promise<T> => {
    current = await obtain({ signal: new AbortController().signal });
    return current.value;
  };
  return {
    get: async (options) => {
      if (current !== undefined && (current.expiresAt === undefined || current.expiresAt - margin > now()))
        return current.value;
      obtaining ??= renew().finally(() => {
        obtaining = undefined;
      });
      return unlessAborted(options.signal, obtaining);
    },
    end: (value) => {
      if (current?.value === value) current = undefined;
    },
  };
}
