import assert from "node:assert/strict";
import { keepingLast, keepingMany } from "../../src/core/lastResults.ts";

describe("keepingLast", () => {
  const counted = (count: number) => {
    const reads: string[] = [];
    const read = keepingLast(count, (text) => {
      reads.push(text);
      return { length: text.length };
    });
    return { read, reads };
  };

  it("reads a text once while it is among the last", () => {
    const { read, reads } = counted(2);
    const first = read("a");
    for (const text of ["b", "a", "a", "b"]) read(text);
    assert.deepEqual(reads, ["a", "b"]);
    assert.equal(read("a"), first);
  });

  it("reads again what was not asked for lately", () => {
    const { read, reads } = counted(2);
    for (const text of ["a", "b", "a", "c", "a", "b"]) read(text);
    assert.deepEqual(reads, ["a", "b", "c", "b"]);
  });

  it("keeps no long text", () => {
    const { read, reads } = counted(2);
    const long = "x".repeat(200_000);
    assert.deepEqual([read(long).length, read(long).length, reads.length], [200_000, 200_000, 2]);
  });
});

describe("keepingMany", () => {
  it("reads each text once, what has no result too, until there are too many", () => {
    const reads: string[] = [];
    const read = keepingMany(2, (text) => {
      reads.push(text);
      return text === "none" ? undefined : text.length;
    });
    assert.deepEqual(["none", "a", "none", "a"].map(read), [undefined, 1, undefined, 1]);
    assert.deepEqual(reads, ["none", "a"]);
    for (const text of ["bb", "bb", "a"]) read(text);
    assert.deepEqual(reads, ["none", "a", "bb", "a"]);
  });
});
