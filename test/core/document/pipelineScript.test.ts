import assert from "node:assert/strict";
import { readScriptLines, readWords, scriptLines } from "../../../src/core/document/pipelineScript.ts";
import { delimited } from "../../../src/core/document/templateSyntax.ts";
import type { TemplateScope } from "../../../src/core/document/template.ts";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { itemsOf, valueAt } from "../../../src/core/document/yamlNode.ts";

function root(text: string): ReturnType<typeof readYaml>["documents"][number]["root"] {
  return readYaml(text).documents[0]?.root;
}

/** A scope whose `{{ name }}` are the keys of a document. */
function scopeOf(text: string): TemplateScope {
  return {
    syntax: delimited("{{", "}}"),
    lookup(name) {
      const node = valueAt(root(text), name);
      return node === undefined ? [] : [{ label: name, node }];
    },
  };
}

describe("readScriptLines", () => {
  const shown = (text: string): readonly (readonly [string | undefined, string])[] => {
    const lines = scriptLines(valueAt(root(text), "s"));
    return readScriptLines(text, lines, { scope: scopeOf(text) }).commands.flatMap(({ words }) =>
      words.map((word) => [word.text, text.slice(word.span.start, word.span.end)] as const),
    );
  };

  it("reads one text, lists, and lists of lists as one script", () => {
    assert.deepEqual(shown("s: a b"), [
      ["a", "a"],
      ["b", "b"],
    ]);
    assert.deepEqual(shown("s: [X=1, [a $X, b]]"), [
      ["a", "a"],
      ["1", "$X"],
      ["b", "b"],
    ]);
  });

  it("maps words through every style of scalar and what is replaced in it", () => {
    const value = "v: one\n";
    for (const [style, words] of [
      ["s: a{{v}} {{ none }} c", ["a{{v}}", "{{ none }}", "c"]],
      ['s: "a{{v}}\\t{{ none }} c"', ["a{{v}}", "{{ none }}", "c"]],
      ["s: |\n  a{{v}} \\\n  {{ none }} c", ["a{{v}}", "{{ none }}", "c"]],
      ["s: >\n  a{{v}}\n  {{ none }} c", ["a{{v}}", "{{ none }}", "c"]],
    ] as const)
      assert.deepEqual(
        shown(value + style),
        words.map((word, index) => [["aone", undefined, "c"][index], word]),
        style,
      );
  });

  it("leaves scripts of other interpreters alone", () => {
    assert.deepEqual(shown("s: |\n  #!/usr/bin/env python3\n  a b"), []);
    assert.equal(shown("s: |\n  #!/bin/bash -e\n  a b").length, 2);
  });
});

describe("readWords", () => {
  it("takes words as they are, and the script of a shell as a script", () => {
    const text = "v: one\na: [docker, run, '$X {{v}}', '{{no}}']\nb: [/bin/sh, -ec, 'x $Y', z]\nc: []\n";
    const read = (key: string): readonly (readonly (string | undefined)[])[] =>
      readWords(text, itemsOf(valueAt(root(text), key)), {
        scope: scopeOf(text),
        environment: { Y: "two" },
      }).commands.map(({ words }) => words.map((word) => word.text));
    assert.deepEqual(read("a"), [["docker", "run", "$X one", undefined]]);
    assert.deepEqual(read("b"), [["x", "two"]]);
    assert.deepEqual(read("c"), []);
  });
});
