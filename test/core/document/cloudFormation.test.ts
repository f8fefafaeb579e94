import { references } from "../../helpers/references.ts";
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

  it("reads both sides of a condition, what Sub is given, and nothing of functions that the file does not say", () =>
    assert.deepEqual(
      references(
        "AWSTemplateFormatVersion: x\nParameters: {T: {Default: '2'}}\nResources:\n  A:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: !If [C, 'a:1', !Sub 'b:${T}']\n      - Image: {'Fn::If': [C, 'c:1', {Ref: AWS::NoValue}]}\n      - Image: !Sub ['${R}/d:${T}', {R: r.io}]\n      - Image: !FindInMap [M, N, Image]\n      - Image: !Join ['', [a, b]]\n      - Image: !GetAtt X.Y\n",
        "t.template.yaml",
      ).map((one) => one.replace(/^\S+ /, "")),
      ["docker.io/library/a:1", "docker.io/library/b:2", "docker.io/library/c:1", "r.io/d:2"],
    ));

  it("reads manifests of Copilot", () =>
    assert.deepEqual(
      references(
        "image: {location: a:1}\nsidecars:\n  x: {image: 'b:1'}\n  y: {image: {location: c:1}}\n  z: {image: {build: x}}\n",
        "copilot/web/manifest.yml",
      ),
      ["1:19 docker.io/library/a:1", "3:15 docker.io/library/b:1", "4:25 docker.io/library/c:1"],
    ));
});
