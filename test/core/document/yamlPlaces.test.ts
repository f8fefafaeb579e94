import assert from "node:assert/strict";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { textOf } from "../../../src/core/document/yamlNode.ts";
import { placesOf, type PlaceStep } from "../../../src/core/document/yamlPlaces.ts";

const text = `a: &a {b: 1, c: {b: 2}}
d: *a
e: [{b: 3}, {b: 4}]
x_b: 5
`;

function at(source: string, ...path: readonly PlaceStep[]): readonly (string | undefined)[] {
  return placesOf(readYaml(source).documents[0]?.root, path).map((node) => textOf(node));
}

describe("placesOf", () => {
  const cases: readonly (readonly [name: string, path: readonly PlaceStep[], texts: readonly string[]])[] = [
    ["follows keys through aliases", ["d", "c", "b"], ["2"]],
    ["takes items", ["e", "*", "b"], ["3", "4"]],
    ["takes values of mappings", ["*", "b"], ["1", "1"]],
    ["takes keys of a form", [/^x_/], ["5"]],
    ["descends, but not into what an alias repeats", ["**", "c", "b"], ["2", "2"]],
    ["finds nothing where nothing is", ["y", "**", "z"], []],
  ];
  for (const [name, path, texts] of cases) it(name, () => assert.deepEqual(at(text, ...path), texts));

  it("is bounded where aliases multiply", () => {
    const list = (item: string): string => `[${Array.from({ length: 1000 }, () => item).join(", ")}]`;
    const source = `a: &a ${list("x")}\nb: &b ${list("*a")}\nc: &c ${list("*b")}\nd: ${list("*c")}\n`;
    assert.ok(at(source, "d", "*", "*", "*", "*").length < 300_000);
  });
});
