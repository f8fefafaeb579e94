import assert from "node:assert/strict";
import { readNomad } from "../../../src/core/document/nomad.ts";
import { withoutActions } from "../../../src/core/document/nomadPack.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const files = new Map([
  [
    "packs/web/variables.hcl",
    'variable "image" {\n  default = "a/b:1"\n}\nvariable "tag" { default = "2" }\nvariable "empty" { default = "" }\nvariable "web" { default = { image = "a/w:1" } }\n',
  ],
]);
const read = (text: string) => readNomad(text, "packs/web/templates/web.nomad.tpl", (path) => files.get(path));

const task = (value: string): string =>
  `job [[ template "name" . ]] {\n [[ if true ]]\n task "a" {\n  driver = "docker"\n  config {\n   image = ${value}\n   args = ["[[ var "image" . ]]", [[ var "args" . | toJson ]]]\n  }\n }\n [[ end ]]\n}\n`;

describe("templates of Nomad packs", () => {
  const table: readonly (readonly [value: string, expected: string])[] = [
    ['«[[ var "image" . ]]»', "task docker.io/a/b:1 resolved"],
    ['«[[ var "image" . | quote ]]»', "task docker.io/a/b:1 resolved"],
    ["«[[ .web.image | quote ]]»", "task docker.io/a/b:1 resolved"],
    ['"«[[ var "image" . ]]»"', "task docker.io/a/b:1 resolved"],
    ['"«a/c:[[ var "tag" . ]]»"', "task docker.io/a/c:2 resolved"],
    ['"«a/c:[[.my.tag]]»"', "task docker.io/a/c:2 resolved"],
    ['«[[ var "none" . | quote ]]»', "task ? unresolved"],
    ['"«a/c:[[ var "none" . ]]»"', "task ? partial"],
    ["«[[ $service.image | quote ]]»", "task ? unresolved"],
    ['"«[[ var "image" . ]][[ template "sep" . ]][[ var "tag" . ]]»"', "task ? partial"],
    ['«[[ var "image" . | default "a/d:1" | quote ]]»', "task docker.io/a/b:1 resolved"],
    ['"«[[ var "empty" . | default "a/d:1" ]]»"', "task docker.io/a/d:1 resolved"],
    ['"«[[ var "web.image" . ]]»"', "task docker.io/a/w:1 resolved"],
    ['"«a/c:3»"', "task docker.io/a/c:3 literal"],
  ];
  for (const [value, expected] of table)
    it(`say the image ${value}`, () => {
      const text = task(value);
      const { images } = expectUses(read, text, [expected]);
      const plain = text.replaceAll(/[«»]/g, "");
      assert.equal(images[0]?.pinAt === undefined, value.includes("[["));
      expectToSurvive(read, plain);
    });

  it("have labels, comments, items and cases without an image of their own", () => {
    expectUses(
      read,
      `[[ $on := var "on" . -]]
job [[ template "name" . ]] {
  [[/*
    Refs: "no:1"
  */ -]]
  volume [[ var "name" . | quote ]] "x" { source = "y" }
  [[- template "location" . ]]
  service {
    tags = [
      [[ range $tag := var "tags" . ]]
      [[ $tag | quote ]],
      [[- end ]]
    ]
  }
  task "[[ .name ]]" {
    driver = "[[ if $on ]]docker[[ else ]]podman[[ end ]]"
    config {
      [[- if $on ]]
      image = "«a/on:[[ var "tag" . ]]»"
      [[- else ]]
      image = "«a/off:1»"
      [[- end ]]
    }
  }
}
`,
      ["task docker.io/a/on:2 resolved", "task docker.io/a/off:1 literal"],
    );
  });

  it("stay as long as they are", () => {
    for (const [value] of table) assert.equal(withoutActions(task(value)).text.length, task(value).length);
  });
});
