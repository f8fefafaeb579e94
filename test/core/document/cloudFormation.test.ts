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

describe("intrinsic functions", () => {
  const parameters = "AWSTemplateFormatVersion: x\nParameters: {T: {Default: '2'}, S: {Default: prod}}\n";
  const mappings = "Mappings:\n  Images:\n    prod: {web: r.io/web, side: 'side:3'}\n    dev: {web: r.io/dev}\n";
  const task = (image: string) =>
    `${parameters}${mappings}Resources:\n  A:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: ${image}\n`;
  const rows: readonly (readonly [image: string, ...uses: readonly string[]])[] = [
    ["!FindInMap «[Images, prod, side]»", "image docker.io/library/side:3 resolved"],
    ["!FindInMap «[Images, !Ref S, web]»", "image r.io/web resolved"],
    ["!FindInMap «[Images, !Ref AWS::Region, web]»", "image ? unresolved"],
    ["!FindInMap «[Images, test, web, {DefaultValue: 'd:1'}]»", "image docker.io/library/d:1 resolved"],
    ["!Join «['', [r.io/a, ':', !Ref T]]»", "image r.io/a:2 resolved"],
    ["{'Fn::Join': «[':', [{'Fn::FindInMap': [Images, prod, web]}, {Ref: T}]]»}", "image r.io/web:2 resolved"],
    ["!Join «[':', [r.io/a, !Ref Open]]»", "image ? partial"],
    [
      "!Join «[':', [!If [C, a, b], '1']]»",
      "image docker.io/library/a:1 resolved",
      "image docker.io/library/b:1 resolved",
    ],
    ["!Select «[1, ['a:1', 'b:1']]»", "image docker.io/library/b:1 resolved"],
    ["!GetAtt «X.Y»", "image ? unresolved"],
    ["!ImportValue «other-stack»", "image ? unresolved"],
    ["!Ref AWS::NoValue"],
  ];
  for (const [image, ...uses] of rows)
    it(`follows ${image}`, () => {
      const { images } = expectUses(yaml, task(image), uses);
      assert.ok(images.every(({ chain }) => chain[0]?.label.startsWith("Fn::")));
    });

  it("reads what SageMaker analyses and serves with", () => {
    const text = `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  A:
    Type: AWS::SageMaker::ModelBiasJobDefinition
    Properties: { ModelBiasAppSpecification: { ImageUri: «acme/a:1», ConfigUri: s3://no } }
  B:
    Type: AWS::SageMaker::InferenceComponent
    Properties: { Specification: { Container: { Image: «acme/b:1» } } }
  C:
    Type: AWS::SageMaker::DataQualityJobDefinition
    Properties: { ModelBiasAppSpecification: { ImageUri: acme/no:1 } }
  D:
    Type: AWS::ImageBuilder::ContainerRecipe
    Properties: { ContainerType: DOCKER, ParentImage: "«amazonlinux:2023»", TargetRepository: { RepositoryName: acme/no } }
  E:
    Type: AWS::ImageBuilder::ContainerRecipe
    Properties: { ParentImage: !Sub "arn:$\{AWS::Partition}:imagebuilder:x:aws:image/y/x.x.x" }
`;
    expectUses(yaml, text.replaceAll("\\{", "{"), [
      "image docker.io/acme/a:1 literal",
      "image docker.io/acme/b:1 literal",
      "image docker.io/library/amazonlinux:2023 literal",
    ]);
  });

  it("tells how a value came to be, and pins it where it is written", () => {
    const { images } = yaml(task("!Join [':', [!FindInMap [Images, prod, web], !Ref T]]"));
    assert.deepEqual(
      images[0]?.chain.map(({ label, text }) => `${label} = ${text}`),
      [
        "Fn::Join = [':', [!FindInMap [Images, prod, web], !Ref T]]",
        "mapping Images.prod.web = r.io/web",
        "variable T = T",
        "default of parameter T = 2",
      ],
    );
    assert.equal(expectPinsToHold(yaml, task("!FindInMap [Images, prod, side]")), 1);
    assert.equal(expectPinsToHold(yaml, task("!Join ['', [r.io/a, ':1']]")), 1);
  });

  it("goes through conditions on the way, and lets CodeBuild's own images be", () => {
    const read = (properties: string) =>
      references(
        `Parameters: {Own: {Default: 'aws/codebuild/standard:7.0'}}\nGlobals: {Function: {ImageUri: 'g:1'}}\nResources:\n${properties}`,
        "infra/stack.template.yaml",
      ).map((one) => one.replace(/^\S+ /, ""));
    assert.deepEqual(
      read(
        "  A:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - !If [C, {Name: x, Image: 'a:1'}, !Ref AWS::NoValue]\n      - Fn::If: [C, {Image: 'b:1'}, {Image: 'c:1'}]\n  B:\n    Type: AWS::CodeBuild::Project\n    Properties: {Environment: {Image: !Ref Own}}\n  C:\n    Type: AWS::CodeBuild::Project\n    Properties: {Environment: {Image: !Join ['', ['aws/codebuild/', x]]}}\n",
      ),
      ["docker.io/library/g:1", "docker.io/library/a:1", "docker.io/library/b:1", "docker.io/library/c:1"],
    );
  });

  it("takes what SAM builds from a Dockerfile for an output", () =>
    assert.deepEqual(
      references(
        "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {PackageType: Image, ImageUri: 'no:1'}\n    Metadata: {Dockerfile: Dockerfile, DockerContext: ./a, DockerTag: v1}\n  B:\n    Type: AWS::Lambda::Function\n    Properties: {Code: {ImageUri: 'b:1'}}\n    Metadata: {Owner: x}\n",
        "infra/stack.template.yaml",
      ).map((one) => one.replace(/^\S+ /, "")),
      ["docker.io/library/b:1"],
    ));

  it("leaves manifests and other templates to their dialects", () => {
    assert.equal(
      readDocument("apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a:1}]}\n", "x.template.yaml").dialect,
      "kubernetes",
    );
    assert.equal(
      readDocument('{"Resources": {"A": {"Type": "AWS::ECS::TaskDefinition"}}}', "x.template").dialect,
      "cloudformation",
    );
    assert.equal(readDocument("Hello {{ name }}", "mail.template").dialect, "unrecognised");
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

  it("reads both sides of a condition and what Sub is given", () =>
    assert.deepEqual(
      references(
        "AWSTemplateFormatVersion: x\nParameters: {T: {Default: '2'}}\nResources:\n  A:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Image: !If [C, 'a:1', !Sub 'b:${T}']\n      - Image: {'Fn::If': [C, 'c:1', {Ref: AWS::NoValue}]}\n      - Image: !Sub ['${R}/d:${T}', {R: r.io}]\n",
        "t.template.yaml",
      ).map((one) => one.replace(/^\S+ /, "")),
      ["docker.io/library/a:1", "docker.io/library/b:2", "docker.io/library/c:1", "r.io/d:2"],
    ));

  it("reads containers alone, and what another tool fills in", () => {
    const read = (text: string) => readDocument(text, "tasks/web.json.tpl");
    const text =
      '[{"name": "a", "image": "«${image}»", "cpu": ${cpu}, "portMappings": [{"containerPort": {{ port }}}]},\n {"name": "b", "image": "«acme/b:${tag}»"}, {"image": "«nginx:1»"}]\n';
    expectUses(read, text, ["image ? unresolved", "image ? partial", "image docker.io/library/nginx:1 literal"]);
    const plain = text.replaceAll(/[«»]/g, "");
    assert.equal(expectPinsToHold(read, plain), 1);
    expectToSurvive(read, plain);
  });

  it("reads one container alone, and a deployment to Lightsail", () => {
    expectUses(
      (text) => readDocument(text, "tasks/web.json"),
      '{\n "name": "$NAME", "image": "«$IMAGE»",\n "portMappings": [{"hostPort": 80}] }\n',
      ["image ? unresolved"],
    );
    expectUses(
      (text) => readDocument(text, "deploy/lc.json"),
      '{"serviceName": "s", "containers": {"web": {"image": "«acme/web:1»"}, "db": {"image": "«redis:7»"}},\n"publicEndpoint": {"containerName": "web"}}\n',
      ["image docker.io/acme/web:1 literal", "image docker.io/library/redis:7 literal"],
    );
  });

  it("reads definitions in YAML", () => {
    const read = (text: string) => readDocument(text, "ecs/web.yaml");
    expectUses(read, "family: x\ncontainerDefinitions:\n- image: «nginx:1»\n- image: «${IMAGE}»\n", [
      "image docker.io/library/nginx:1 literal",
      "image ? unresolved",
    ]);
  });

  it("reads manifests of Copilot", () =>
    assert.deepEqual(
      references(
        "image: {location: a:1}\nsidecars:\n  x: {image: 'b:1'}\n  y: {image: {location: c:1}}\n  z: {image: {build: x}}\nenvironments:\n  prod:\n    sidecars: {x: {image: 'b:2'}}\nlogging: {image: 'd:1'}\n",
        "copilot/web/manifest.yml",
      ),
      [
        "1:19 docker.io/library/a:1",
        "3:15 docker.io/library/b:1",
        "4:25 docker.io/library/c:1",
        "8:28 docker.io/library/b:2",
        "9:19 docker.io/library/d:1",
      ],
    ));
});
