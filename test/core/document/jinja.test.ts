import assert from "node:assert/strict";
import { evaluateJinja } from "../../../src/core/document/jinja.ts";

const variables: Readonly<Record<string, readonly string[]>> = {
  a: ["x"],
  "b.c": ["y"],
  "d.0": ["z"],
  empty: [""],
  many: ["1", "2"],
};

const lookup = (name: string) =>
  variables[name]?.map((text) => ({ parts: [{ text }], chain: [{ span: { start: 0, end: 1 }, label: name, text }] }));

describe("evaluateJinja", () => {
  const table: readonly (readonly [source: string, expected: readonly string[] | undefined])[] = [
    ["a", ["x"]],
    ["b.c", ["y"]],
    ["b['c']", ["y"]],
    ["d[0]", ["z"]],
    ["a + ':' + b.c", ["x:y"]],
    ['a ~ ":" ~ 3', ["x:3"]],
    ["('r/' + a) | lower", ["r/x"]],
    ["none | default(a)", ["x"]],
    ["none | default('r/' ~ a, true)", ["r/x"]],
    ["a | default('z')", ["x"]],
    ["empty | default('z')", [""]],
    ["empty | default('z', true)", ["z"]],
    ["none | d('z') | trim", ["z"]],
    ["none | default", [""]],
    ["lookup('env', 'X') | default('z', true)", ["z"]],
    ["a ~ many", ["x1", "x2"]],
    ["none", ["?"]],
    ["a + none", ["x?"]],
    ["a | regex_replace('x', 'y')", undefined],
    ["a if b else c", undefined],
    ["lookup('file', 'x')", undefined],
    ["a[", undefined],
    ["a.", undefined],
    ["'unfinished", undefined],
    ["a + ", undefined],
    ["(a", undefined],
    ["a | default('x'", undefined],
    ["", undefined],
  ];
  for (const [source, expected] of table)
    it(`gives ${expected?.join(" or ") ?? "up"} for ${source}`, () =>
      assert.deepEqual(
        evaluateJinja(source, lookup)?.map(({ parts }) => parts.map(({ text }) => text ?? "?").join("")),
        expected,
      ));

  it("keeps how variables were followed", () => {
    const [value] = evaluateJinja("a ~ b.c", lookup) ?? [];
    assert.deepEqual(
      value?.chain.map(({ label }) => label),
      ["a", "b.c"],
    );
  });

  it("gives up on long expressions", () => assert.equal(evaluateJinja(`a${" ".repeat(2000)}`, lookup), undefined));
});
