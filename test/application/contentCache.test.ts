import assert from "node:assert/strict";
import { createContentCache } from "../../src/application/contentCache.ts";

describe("createContentCache", () => {
  it("lets go of what was not used for longest, by bytes", () => {
    const cache = createContentCache(16 * 1024);
    for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) cache.set(name, new Uint8Array(1700));
    assert.notEqual(cache.get("a"), undefined);
    cache.set("i", new Uint8Array(1700));
    assert.equal(cache.get("b"), undefined);
    assert.notEqual(cache.get("a"), undefined);
    assert.notEqual(cache.get("i"), undefined);
  });

  it("does not keep what would push out everything else", () => {
    const cache = createContentCache(8000);
    cache.set("large", new Uint8Array(1001));
    assert.equal(cache.get("large"), undefined);
  });

  it("bounds the number of empty entries too", () => {
    const cache = createContentCache(2560);
    for (let index = 0; index < 100; index++) cache.set(`${index}`, new Uint8Array());
    assert.equal(cache.get("0"), undefined);
    assert.notEqual(cache.get("99"), undefined);
  });
});
