import { createSingleFlight } from "./singleFlight.ts";

/** Runs work that many want once, and gives its result again for a while; what failed is not kept. */
export type Memory<T> = (key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** A memory that keeps each result for `milliseconds`. */
export function createMemory<T>(milliseconds: number): Memory<T> {
  const flights = createSingleFlight<T>();
  const kept = new Map<string, { readonly value: T; readonly until: number }>();
  return async (key, signal, work) => {
    const known = kept.get(key);
    if (known !== undefined && known.until > performance.now()) return known.value;
    kept.delete(key);
    const value = await flights.run(key, signal, work);
    kept.set(key, { value, until: performance.now() + milliseconds });
    return value;
  };
}
