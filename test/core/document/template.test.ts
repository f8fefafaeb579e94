import assert from "node:assert/strict";
import { expandTemplate, templateText, textOfValue, type TemplateScope } from "../../../src/core/document/template.ts";
import { dollar } from "../../../src/core/document/templateSyntax.ts";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { itemsOf, scalarOf, valueAt } from "../../../src/core/document/yamlNode.ts";

/** The scope of a document whose keys are variables; a list is one of several values. */
function read(text: string): { scope: TemplateScope; values: (key: string) => readonly (string | undefined)[] } {
  const root = readYaml(text).documents[0]?.root;
  const scope: TemplateScope = {
    syntax: dollar({ escape: true }),
    lookup(name) {
      const node = valueAt(root, name);
      const items = itemsOf(node);
      const all = items.length > 0 ? items : node === undefined ? [] : [node];
      return all.map((one) => ({ label: `key ${name}`, node: one }));
    },
  };
  const values = (key: string): readonly (string | undefined)[] =>
    expandTemplate(text, scalarOf(valueAt(root, key))!, scope).map(textOfValue);
  return { scope, values };
}

describe("expandTemplate", () => {
  const cases: readonly (readonly [name: string, text: string, expected: readonly (string | undefined)[]])[] = [
    ["a literal", "x: a", ["a"]],
    ["a variable", "a: 1\nx: v$a", ["v1"]],
    ["variables in variables", "a: 1\nb: <$a>\nx: $b$b", ["<1><1>"]],
    ["every combination of several values", "a: [1, 2]\nb: [3, 4]\nx: $a-$b", ["1-3", "1-4", "2-3", "2-4"]],
    ["a default where nothing is defined", "a: 1\nx: '${a:-2}${b:-3}${c:-$a}'", ["131"]],
    ["an empty default", "x: 'a${b:-}'", ["a"]],
    ["an empty value", "a: ''\nx: v$a", ["v"]],
    ["an unknown name", "x: v$a", [undefined]],
    ["a value that is no text", "a: {b: c}\nx: $a", [undefined]],
    ["a circle", "a: $b\nb: $a\nx: $a", [undefined]],
    ["what is no variable", "x: $$a", ["$a"]],
  ];
  for (const [name, text, expected] of cases)
    it(`gives ${name}`, () => assert.deepEqual(read(text).values("x"), expected));

  it("bounds growth by repetition", () => {
    const names = Array.from({ length: 20 }, (_, i) => `v${i}`);
    const text = names.map((name, i) => `${name}: $v${i + 1}$v${i + 1}\n`).join("");
    assert.deepEqual(read(`${text}v20: x\nx: $v0`).values("x"), [undefined]);
    const choices = names.map((name) => `${name}: [a, b]\n`).join("");
    assert.equal(read(`${choices}x: ${names.map((name) => `$${name}`).join("")}`).values("x").length, 256);
  });

  it("tells where each part stands, and how it came to be", () => {
    const text = "a: 'node:22'\nx: ghcr.io/$a";
    const { scope } = read(text);
    const root = readYaml(text).documents[0]?.root;
    const [value] = expandTemplate(text, scalarOf(valueAt(root, "x"))!, scope);
    assert.deepEqual(
      value?.parts.map(({ span, literal, shared }) => [
        text.slice(span?.start, span?.end),
        literal === undefined ? undefined : text.slice(literal.start, literal.end),
        shared,
      ]),
      [
        ["ghcr.io/", undefined, undefined],
        ["node:22", "node:22", true],
      ],
    );
    assert.deepEqual(
      value?.chain.map(({ label, span }) => [label, text.slice(span.start, span.end)]),
      [
        ["variable a", "$a"],
        ["key a", "node:22"],
      ],
    );
  });
});

describe("templateText", () => {
  it("is the one text that a scalar comes to", () => {
    const text = "a: [1, 1]\nb: [1, 2]\nx: $a\ny: $b\nz: $c";
    const { scope } = read(text);
    const root = readYaml(text).documents[0]?.root;
    assert.deepEqual(
      ["x", "y", "z"].map((key) => templateText(text, scalarOf(valueAt(root, key))!, scope)),
      ["1", undefined, undefined],
    );
  });
});
