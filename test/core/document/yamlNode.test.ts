import assert from "node:assert/strict";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { nodesAt, textOf } from "../../../src/core/document/yamlNode.ts";

describe("nodesAt", () => {
  const rootOf = (text: string) => readYaml(text).documents[0]?.root;

  it("follows keys, and every item of a list", () => {
    const root = rootOf("spec:\n  pods:\n    - images: [a, b]\n    - images: [c]\n    - other: d\n");
    const found = nodesAt(root, ["spec", "pods", "*", "images", "*"]);
    assert.deepEqual(found.map(textOf), ["a", "b", "c"]);
  });

  it("is not led astray by lists of aliases to lists", () => {
    for (const size of [60, 100, 2000]) {
      const list = (item: string): string => `[${Array.from({ length: size }, () => item).join(", ")}]`;
      const root = rootOf(`a: &a ${list("x")}\nb: &b ${list("*a")}\nc: ${list("*b")}\n`);
      assert.ok(nodesAt(root, ["c", "*", "*", "*"]).length <= 100_000);
    }
  });
});
