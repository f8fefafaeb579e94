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

  it("ends where aliases to lists multiply", () => {
    const list = (item: string): string => `[${Array.from({ length: 2000 }, () => item).join(", ")}]`;
    const root = rootOf(`a: &a ${list("x")}\nb: &b ${list("*a")}\nc: ${list("*b")}\n`);
    assert.ok(nodesAt(root, ["c", "*", "*", "*"]).length <= 102_000);
  });
});
