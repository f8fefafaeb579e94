import assert from "node:assert/strict";
import { readStrictJson, withoutNulls } from "../../src/core/strictJson.ts";

const limits = { maxLength: 200, maxDepth: 4 };

describe("readStrictJson", () => {
  const cases: readonly (readonly [string, string | Uint8Array, boolean])[] = [
    ["an object", '{"a":1,"b":{"a":[1,"a"]}}', true],
    ["the same name in two objects", '[{"a":1},{"a":2}]', true],
    ["a text that looks like a name", '{"a":"\\"a\\":","b":"a"}', true],
    ["a name twice", '{"a":1,"a":1}', false],
    ["a name twice in two spellings", '{"a":1,"\\u0061":1}', false],
    ["a name twice, far inside", '[{"x":{"a":1,"b":[],"a":1}}]', false],
    ["too much nesting", "[[[[[]]]]]", false],
    ["too much text", `"${"x".repeat(200)}"`, false],
    ["what is cut short", '{"a":', false],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22]), false],
    ["a byte-order mark", Buffer.from("\ufeff{}"), false],
  ];
  for (const [what, source, accepted] of cases)
    it(`${accepted ? "reads" : "refuses"} ${what}`, () => {
      assert.equal(readStrictJson(source, limits).kind, accepted ? "json" : "refused");
    });
});

describe("withoutNulls", () => {
  it("leaves out members that are null, at every depth", () => {
    assert.deepEqual(withoutNulls({ a: null, b: [{ c: null, d: 1 }] }), { b: [{ d: 1 }] });
  });
});
