import { stoppedBy } from "./failure.ts";

/** Runs work that several callers want at the same time once; it is aborted when the last of them has gone. */
export interface SingleFlight<T> {
  run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Nothing is kept once the work has settled: what may be remembered is for the caller to say. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function start(key: string, work: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const result = work(controller.signal).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight<T> = { result, controller, waiting: 0 };
    // A rejection without a waiter left (all cancelled) must not end the process.
    result.catch(() => undefined);
    flights.set(key, flight);
    return flight;
  }

  return {
    async run(key, signal, work) {
      if (signal.aborted) throw stoppedBy(signal);
      const flight = flights.get(key) ?? start(key, work);
      flight.waiting++;
      try {
        return await unlessAborted(signal, flight.result);
      } finally {
        flight.waiting--;
        if (flight.waiting === 0) {
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort(signal.reason);
        }
      }
    },
  };
}

/** Waits for `result`, but no longer than the caller does; the result itself goes on. */
export function unlessAborted<T>(signal: AbortSignal, result: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const leave = (): void => reject(stoppedBy(signal));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
