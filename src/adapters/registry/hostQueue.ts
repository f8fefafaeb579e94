import { stoppedBy } from "./failure.ts";

/** Places for requests to one host: as many at once as the host bears. */
export interface HostQueue {
  /** Waits for a place; call the result to give it back. Throws RegistryError where `signal` aborts first. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** The host asked for fewer requests: from now on half as many go out at once. */
  slowDown(): void;
}

export function createHostQueue(most: number): HostQueue {
  let places = most;
  let busy = 0;
  const waiting = new Set<() => void>();

  const leave = (): void => {
    busy--;
    for (const admit of waiting) {
      if (busy >= places) return;
      waiting.delete(admit);
      busy++;
      admit();
    }
  };

  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(stoppedBy(signal));
      if (busy < places) {
        busy++;
        return Promise.resolve(leave);
      }
      return new Promise((resolve, reject) => {
        const admit = (): void => {
          signal.removeEventListener("abort", abort);
          resolve(leave);
        };
        const abort = (): void => {
          waiting.delete(admit);
          reject(stoppedBy(signal));
        };
        waiting.add(admit);
        signal.addEventListener("abort", abort, { once: true });
      });
    },
    slowDown() {
      places = Math.max(1, Math.floor(places / 2));
    },
  };
}
