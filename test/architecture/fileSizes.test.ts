import assert from "node:assert/strict";
import { sourcesBelow } from "./sources.ts";

describe("file sizes", () => {
  const sizes = sourcesBelow("src")
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .sort((a, b) => a.lines - b.lines);

  it("stay within 400 lines", () => {
    assert.deepEqual(
      sizes.filter(({ lines }) => lines > 400),
      [],
    );
  });

  it("stay within 220 lines at the 90th percentile, and near 100 at the median", () => {
    const at = (share: number): number => sizes[Math.floor(sizes.length * share)]?.lines ?? 0;
    assert.ok(at(0.9) <= 220, `90th percentile: ${at(0.9)}`);
    assert.ok(at(0.5) <= 120, `median: ${at(0.5)}`);
  });
});
