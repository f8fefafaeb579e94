import type { Call, Caller } from "../../src/adapters/services/venafi/caller.ts";

/** A caller that answers from memory, by path, and notes what it was asked. */
export function createMemoryCaller(answer: (call: Call) => unknown): Caller & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  const reply = (call: Call): unknown => {
    calls.push(call);
    return answer(call);
  };
  return {
    calls,
    read: (call) => Promise.resolve({ status: 200, body: reply(call) }),
    once: (call) => Promise.resolve({ status: 200, body: reply(call) }),
    readAll: (call) => Promise.resolve(reply(call)),
    redact: (text) => text,
  };
}
