import assert from "node:assert/strict";
import { evaluateJinja } from "../../../src/core/document/jinja.ts";

const variables: Readonly<Record<string, readonly string[]>> = {
  a: ["x"],
  "b.c": ["y"],
  "d.0": ["z"],
  empty: [""],
  many: ["1", "2"],
  "b.x": ["w"],
};

const lookup = (name: string) =>
  variables[name]?.map((text) => ({ parts: [{ text }], chain: [{ span: { start: 0, end: 1 }, label: name, text }] }));

describe("evaluateJinja", () => {
  const table: readonly (readonly [source: string, expected: readonly string[] | undefined])[] = [
    ["a", ["x"]],
    ["b.c", ["y"]],
    ["b['c']", ["y"]],
    ["d[0]", ["z"]],
    ["b[a]", ["w"]],
    ["b[many]", undefined],
    ["b[none]", undefined],
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
    ["a if b else c", ["x"]],
    ["a if none2 else b.c", ["x", "y"]],
    ["a if a == 'x' else b.c", ["x"]],
    ["a if a != 'x' else b.c", ["y"]],
    ["a if none is defined else b.c", ["y"]],
    ["a if a is not defined else b.c if empty else 'z'", ["z"]],
    ["a if a > 3 and b else 'z'", ["x", "z"]],
    ["(a == 'x') | ternary('t', 'f')", ["t"]],
    ["none | ternary('t', 'f')", ["t", "f"]],
    ["a if b", undefined],
    ["[a, b.c, 'z'] | join('/')", ["x/y/z"]],
    ["[a, many] | join", ["x1", "x2"]],
    ["[a, b.c] | last", ["y"]],
    ["[a] | length", ["1"]],
    ["[a] | reverse", undefined],
    ["[a, none | default([], true), b.c] | flatten | join('/')", ["x/y"]],
    ["['', a, empty, b.c] | select | join('/')", ["x/y"]],
    ["[none, a] | select | join('/')", undefined],
    ["none | default('z', boolean=true)", ["z"]],
    ["empty | default('z', false)", [""]],
    ["((a is string) and (a | length > 0)) | ternary('-' + a, '')", ["-x"]],
    ["a ~ ('-' ~ b.c if b.c | length > 1 else '')", ["x"]],
    ["'t' if not empty else 'f'", ["t"]],
    ["'t' if empty is none else 'f'", ["t"]],
    ["'t' if a is not string else 'f'", ["f"]],
    ["'t' if 2 >= 3 else 'f'", ["f"]],
    ["'t' if none > 3 else 'f'", ["t", "f"]],
    ["empty or a", ["x"]],
    ["a or 'z'", ["x"]],
    ["none or a", ["x"]],
    ["a and b.c", ["y"]],
    ["'t' if true else 'f'", ["t"]],
    ["a is", ["?"]],
    ["a | ansible.builtin.mandatory", ["x"]],
    ["none | ansible.builtin.default('z') | ansible.builtin.upper", ["Z"]],
    ["a | ansible.", undefined],
    ["'t' if a is ansible.builtin.defined else 'f'", ["t"]],
    ["a or", undefined],
    ["[a", undefined],
    ["a | replace('x', 'r.io/') ~ 'w'", ["r.io/w"]],
    ["none | replace('x', 'y')", ["?"]],
    ["'A/B' | lower", ["a/b"]],
    ["'p/q.yml' | basename", ["q.yml"]],
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
