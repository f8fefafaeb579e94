import assert from "node:assert/strict";
import { createMemory } from "../../../src/adapters/registry/memory.ts";

describe("createMemory", () => {
  const { signal } = new AbortController();

  it("keeps what came back, by its key, and not what failed", async () => {
    const remember = createMemory<number>(60_000);
    let runs = 0;
    const work = () => Promise.resolve(++runs);
    assert.deepEqual(await Promise.all([remember("a", signal, work), remember("a", signal, work)]), [1, 1]);
    assert.equal(await remember("a", signal, work), 1);
    assert.equal(await remember("b", signal, work), 2);
    const failing = () => Promise.reject(new Error("once"));
    await assert.rejects(remember("c", signal, failing), /once/u);
    assert.equal(await remember("c", signal, work), 3);
  });

  it("forgets what is too old", async () => {
    const remember = createMemory<number>(0);
    let runs = 0;
    const work = () => Promise.resolve(++runs);
    assert.deepEqual([await remember("a", signal, work), await remember("a", signal, work)], [1, 2]);
  });
});
