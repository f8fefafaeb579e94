import assert from "node:assert/strict";
import { printedFloat, printedNode, printedText } from "../../../src/core/document/yamlNumber.ts";
import { readYaml } from "../../../src/core/document/yaml.ts";
import { scalarOf } from "../../../src/core/document/yamlNode.ts";

const nodeOf = (text: string) => readYaml(text).documents[0]?.root;

describe("numbers of YAML", () => {
  const table: readonly (readonly [written: string, go: string, ruby: string])[] = [
    ["3.10", "3.1", "3.1"],
    ["8.0", "8", "8.0"],
    ["1.25", "1.25", "1.25"],
    ["0.10", "0.1", "0.1"],
    ["20", "20", "20"],
    ["1.2.0", "1.2.0", "1.2.0"],
    ["v1.0", "v1.0", "v1.0"],
    ["1.0-x", "1.0-x", "1.0-x"],
    ["20240101.0000000000", "20240101.0000000000", "20240101.0000000000"],
  ];
  for (const [written, go, ruby] of table)
    it(`are printed without the zeros at their end: ${written}`, () => {
      assert.equal(printedFloat(written, "8"), go);
      assert.equal(printedFloat(written, "8.0"), ruby);
      assert.equal(scalarOf(printedNode(nodeOf(written), "8"))?.text, go);
    });

  it("are none in quotes", () => {
    for (const text of ["'3.10'", '"3.10"']) {
      const scalar = scalarOf(nodeOf(text));
      assert.ok(scalar);
      assert.equal(printedText(scalar, "8"), "3.10", text);
    }
    assert.equal(printedNode(undefined, "8"), undefined);
  });
});
