import assert from "node:assert/strict";
import { combine } from "../../../src/core/document/pipelineMatrix.ts";

describe("combine", () => {
  const texts = (axes: readonly (readonly [string, readonly number[]])[], maximum = 100): readonly string[] =>
    combine(axes, maximum).map((one) => [...one].map(([name, value]) => name + value).join(""));

  it("gives every combination, the last axis fastest", () => {
    assert.deepEqual(
      texts([
        ["a", [1, 2]],
        ["b", [3, 4]],
      ]),
      ["a1b3", "a1b4", "a2b3", "a2b4"],
    );
  });

  it("gives one for no axes, none for an empty axis, and no more than asked for", () => {
    assert.deepEqual(texts([]), [""]);
    assert.deepEqual(texts([["a", []]]), []);
    assert.deepEqual(texts([["a", [1, 2, 3]]], 2), ["a1", "a2"]);
  });
});
