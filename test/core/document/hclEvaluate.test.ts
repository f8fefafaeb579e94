import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSample } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "docker-bake.hcl");
const variables = `variable "KIND" { default = "alpine" }
variable "ON" { default = true }
variable "NONE" { default = null }
variable "OPEN" {}
`;
const bake = (value: string, more = "") =>
  `${variables}${more}target "a" {\n  args = {\n    BASE_IMAGE = ${value}\n  }\n}\n`;

describe("evaluate", () => {
  const table: readonly (readonly [value: string, ...uses: readonly string[]])[] = [
    ['«KIND == "alpine" ? "a:1" : "b:1"»', "argument docker.io/library/a:1 resolved"],
    ['«KIND != "alpine" ? "a:1" : "b:1"»', "argument docker.io/library/b:1 resolved"],
    ['«ON ? "a:1" : "b:1"»', "argument docker.io/library/a:1 resolved"],
    ['«!ON ? "a:1" : "b:1"»', "argument docker.io/library/b:1 resolved"],
    ['«NONE == null ? "a:1" : "b:1"»', "argument docker.io/library/a:1 resolved"],
    [
      '«OPEN != "" ? "a:1" : "b:1"»',
      "argument docker.io/library/a:1 resolved",
      "argument docker.io/library/b:1 resolved",
    ],
    ['«KIND == "x" ? "a:1" : KIND == "alpine" ? "b:1" : "c:1"»', "argument docker.io/library/b:1 resolved"],
    ['«KIND == "alpine" ? (ON ? "a:1" : "b:1") : "c:1"»', "argument docker.io/library/a:1 resolved"],
    ['"«${ON ? "a" : "b"}:${KIND}»"', "argument docker.io/library/a:alpine resolved"],
    ['«equal(KIND, "alpine") ? "a:1" : "b:1"»', "argument docker.io/library/a:1 resolved"],
    ['«notequal("alpine", KIND) ? "a:1" : "b:1"»', "argument docker.io/library/b:1 resolved"],
    ['«KIND == "alpine" || OPEN == "" ? "a:1" : "b:1"»', "argument docker.io/library/a:1 resolved"],
    [
      '«KIND == "alpine" && OPEN == "" ? "a:1" : "b:1"»',
      "argument docker.io/library/a:1 resolved",
      "argument docker.io/library/b:1 resolved",
    ],
    ['«OPEN == "" ? "a:1" : OPEN»', "argument docker.io/library/a:1 resolved"],
    ['KIND == "x" ? "a:1" : null'],
    ['«ON ? lower("A:1") : "b:1"»', "argument docker.io/library/a:1 resolved"],
    ['«ON ? sha1("A:1") : "b:1"»', "argument ? unresolved"],
    ['«ON ? "a:1"»', "argument ? unresolved"],
  ];
  for (const [value, ...uses] of table)
    it(`decides ${value}`, () => {
      const text = bake(value);
      expectSample(read, text, uses);
    });

  it("tells which branch a value comes from, and pins it there", () => {
    const text = bake("IMAGE", 'variable "IMAGE" { default = KIND == "alpine" ? "a:1" : "b:1" }\n');
    const [use] = read(text).images;
    assert.deepEqual(
      use?.chain.map(({ label, text: said }) => [label, said]),
      [
        ["variable IMAGE", "IMAGE"],
        ["default of variable IMAGE", 'KIND == "alpine" ? "a:1" : "b:1"'],
        ["expression", 'KIND == "alpine" ? "a:1" : "b:1"'],
        ["branch of the condition", "a:1"],
      ],
    );
    assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), "a:1");
    assert.equal(expectPinsToHold(read, text), 1);
  });
});
