import assert from "node:assert/strict";
import { expandBraces } from "../../../src/core/shell/braceExpansion.ts";

describe("brace expansion", () => {
  for (const [text, expected] of [
    ["a:{1,2}", ["a:1", "a:2"]],
    ["{a,b}:{1,2}", ["a:1", "a:2", "b:1", "b:2"]],
    ["a{,:1}", ["a", "a:1"]],
    ["v{1..3}", ["v1", "v2", "v3"]],
    ["{08..10}", ["08", "09", "10"]],
    ["{5..1..2}", ["5", "3", "1"]],
    ["{a..c}", undefined],
    ["{1..1000}", undefined],
    ["{{.Id}}", undefined],
    ["a{b}c", undefined],
    ["${A,b}", undefined],
    ["plain", undefined],
  ] as const)
    it(`reads ${text}`, () => assert.deepEqual(expandBraces(text), expected));
});
