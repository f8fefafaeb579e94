import assert from "node:assert/strict";
import { readCloudFormation } from "../../../src/core/document/cloudFormation.ts";
import { summary } from "../../helpers/imageUses.ts";

const template = `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Image: { Type: String }
  Tag: { Type: String, Default: "1" }
Resources:
  A:
    Type: AWS::Serverless::Function
    Properties: { PackageType: Image, ImageUri: !Ref Image }
  B:
    Type: AWS::ECS::TaskDefinition
    Properties: { ContainerDefinitions: [{ Image: !Sub "acme/b:\${Tag}" }, { Image: !Sub "acme/c:\${Other}" }] }
`;
const rows: readonly (readonly [name: string, toml: string, ...images: readonly string[]])[] = [
  [
    "a text of overrides",
    `version = 0.1
[default.deploy.parameters]
image_repository = "r.io/no"
parameter_overrides = "Image=\\"acme/a:2\\" Tag=7 Other=9"
`,
    "docker.io/acme/a:2 resolved",
    "docker.io/acme/b:7 resolved",
    "? partial",
  ],
  [
    "a list of them, and those of every command, over which the one's own win",
    `[default.global.parameters]
parameter_overrides = ["Image=acme/a:0", "Tag=3"]
[default.deploy.parameters]
parameter_overrides = ["ParameterKey=Image,ParameterValue=acme/a:4"]
`,
    "docker.io/acme/a:4 resolved",
    "docker.io/acme/b:3 resolved",
    "? partial",
  ],
  [
    "nothing of an environment that has to be asked for",
    '[prod.deploy.parameters]\nparameter_overrides = "Image=acme/a:2"\n',
    "? unresolved",
    "docker.io/acme/b:1 resolved",
    "? partial",
  ],
];

describe("samOverrides", () => {
  for (const [name, toml, ...images] of rows)
    it(`takes ${name}`, () => {
      const siblings = (path: string) => (path === "app/samconfig.toml" ? toml : undefined);
      const document = readCloudFormation(template, "app/template.yaml", siblings);
      assert.deepEqual(
        document.images.map((use) => summary(use).replace(/^\S+ /, "")),
        images,
      );
      for (const { chain } of document.images)
        for (const { file, span } of chain) if (file !== undefined) assert.match(toml.slice(span.start, span.end), /=/);
    });
});
