import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const yaml = (text: string) => readDocument(text, "infra/template.yaml");
const json = (text: string) => readDocument(text, "stack.template.json");

const template = `AWSTemplateFormatVersion: "2010-09-09"
Description: docker run no:1
Parameters:
  Tag: { Type: String, Default: "1.2" }
  Image:
    Type: String
    Default: nginx:1
  Open: { Type: String }
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: a
          Image: «redis:7»
        - Image: !Sub "«public.ecr.aws/a/b:$\{Tag}»"
        - Image: !Ref «Image»
        - Image: !Sub «$\{AWS::AccountId}.dkr.ecr.$\{AWS::Region}.amazonaws.com/a:$\{Tag}»
        - Image: { Ref: «Image» }
        - Image: !Ref «Open»
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: { ImageUri: «123.dkr.ecr.us-east-1.amazonaws.com/f:1» }
  Build:
    Type: AWS::CodeBuild::Project
    Properties: { Environment: { Image: "aws/codebuild/standard:7.0" } }
  Other:
    Type: AWS::EC2::Instance
    Properties: { ImageId: ami-1, Image: no:2 }
Outputs:
  Image: { Value: no:3 }
`.replaceAll("\\{", "{");

describe("readCloudFormation", () => {
  it("reads templates", () => {
    expectUses(yaml, template, [
      "image docker.io/library/redis:7 literal",
      "image public.ecr.aws/a/b:1.2 resolved",
      "image docker.io/library/nginx:1 resolved",
      "image ? unresolved",
      "image docker.io/library/nginx:1 resolved",
      "image ? unresolved",
      "image 123.dkr.ecr.us-east-1.amazonaws.com/f:1 literal",
    ]);
    expectUses(
      json,
      '{ "Parameters": { "T": { "Default": "1" } }, "Resources": { "A": { "Type": "AWS::ECS::TaskDefinition", "Properties": { "ContainerDefinitions": [ { "Image": { "Fn::Sub": "«a/b:${T}»" } } ] } } } }',
      ["image docker.io/a/b:1 resolved"],
    );
  });

  it("keeps pins and spans, whatever is changed", () => {
    const plain = template.replaceAll(/[«»]/g, "");
    assert.ok(expectPinsToHold(yaml, plain) >= 3);
    expectToSurvive(yaml, plain);
  });
});

describe("readTaskDefinition", () => {
  const task = `{ "family": "no:1", "containerDefinitions": [
  { "name": "web", "image": "«nginx:1»", "environment": [{ "name": "IMAGE", "value": "no:2" }] },
  { "name": "side", "image": "«public.ecr.aws/a/b:1»" }
] }`;
  for (const path of ["ecs/taskdef.json", "task-definition.json", "my-task-definition.prod.json", "Dockerrun.aws.json"])
    it(`reads ${path}`, () => {
      const read = (text: string) => readDocument(text, path);
      expectUses(read, task, ["image docker.io/library/nginx:1 literal", "image public.ecr.aws/a/b:1 literal"]);
      const plain = task.replaceAll(/[«»]/g, "");
      assert.equal(expectPinsToHold(read, plain), 2);
      expectToSurvive(read, plain);
    });
});
