import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const rows: readonly (readonly [path: string, text: string, ...uses: readonly string[]])[] = [
  [
    "serverless.yml",
    `service: x
custom: { tag: "1.2", registry: "$\{self:custom.host}/acme", host: ghcr.io }
provider:
  name: aws
  image: no:1
  ecr:
    images:
      own: { path: ./own, buildArgs: { BASE: no:2 } }
      base: { uri: «ghcr.io/acme/base:1» }
      short: «ghcr.io/acme/short:1»
functions:
  a: { image: own }
  b: { image: { name: base, command: [x] } }
  c: { image: «123.dkr.ecr.us-east-1.amazonaws.com/c:1» }
  d: { image: { uri: "«$\{self:custom.registry}/d:$\{self:custom.tag}»" } }
  e: { image: "«ghcr.io/acme/e:$\{opt:tag}»" }
  f: { handler: x.y }
resources:
  Resources:
    T:
      Type: AWS::ECS::TaskDefinition
      Properties: { ContainerDefinitions: [ { Image: «redis:7» } ] }
`.replaceAll("\\{", "{"),
    "image ghcr.io/acme/base:1 literal",
    "image ghcr.io/acme/short:1 literal",
    "image 123.dkr.ecr.us-east-1.amazonaws.com/c:1 literal",
    "image ghcr.io/acme/d:1.2 resolved",
    "image ? partial",
    "image docker.io/library/redis:7 literal",
  ],
  [
    "Pulumi.yaml",
    `name: x
runtime: yaml
config:
  tag: { type: string, default: "1.2" }
variables: { web: "ghcr.io/acme/web:$\{tag}" }
resources:
  a:
    type: kubernetes:apps/v1:Deployment
    properties:
      metadata: { labels: { image: no } }
      spec: { template: { spec: { initContainers: [ { image: «busybox» } ], containers: [ { image: "«$\{web}»" } ] } } }
  b: { type: docker:RemoteImage, properties: { name: "«nginx:$\{tag}»" } }
  c: { type: docker:Container, properties: { name: no, image: "$\{b.imageId}" } }
  d: { type: docker:Image, properties: { imageName: out:1, build: { context: . } } }
  e: { type: digitalocean:Droplet, properties: { image: ubuntu-24-04 } }
  f:
    type: aws:ecs/taskDefinition:TaskDefinition
    properties: { containerDefinitions: { "fn::toJSON": [ { name: x, image: «redis:7» } ] } }
  g: { type: gcp:cloudrunv2:Service, properties: { template: { containers: [ { image: «gcr.io/acme/g:1» } ] } } }
  h:
    type: azure-native:app:ContainerApp
    properties: { template: { containers: [ { image: «acme/h:1» } ] } }
`.replaceAll("\\{", "{"),
    "image docker.io/library/busybox literal",
    "image ghcr.io/acme/web:1.2 resolved",
    "image docker.io/library/nginx:1.2 resolved",
    "image docker.io/library/redis:7 literal",
    "image gcr.io/acme/g:1 literal",
    "image docker.io/acme/h:1 literal",
  ],
];

describe("deployment frameworks", () => {
  for (const [path, text, ...uses] of rows) {
    const read = (source: string) => readDocument(source, path);
    it(`have images: ${path}`, () => {
      expectUses(read, text, uses);
    });
    it(`survive mutations: ${path}`, () => {
      const plain = text.replaceAll(/[«»]/g, "");
      expectToSurvive(read, plain.slice(0, 500));
      expectPinsToHold(read, plain);
    });
  }
});
