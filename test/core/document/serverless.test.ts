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
    "serverless.ts.yml",
    `service: x
params: { default: { tag: "3" } }
custom:
  stages: { dev: { image: "acme/dev:1" }, prod: { image: "acme/prod:1" } }
  web: acme/web:1
provider: { name: aws, stage: "\${opt:stage, 'dev'}" }
functions:
  a: { image: "«\${self:custom.stages.\${self:provider.stage}.image}»" }
  b: { image: '«\${env:IMAGE, "acme/b:1"}»' }
  c: { image: "«acme/c:\${param:tag}-\${sls:stage}»" }
  d: { image: "«\${self:custom.none, self:custom.web}»" }
  e: { image: "«\${self:custom.\${opt:which}.image, 'no:1'}»" }
  f: { image: "«\${env:IMAGE}»" }
  g: { image: "«\${opt:image, file(./images.yml):g}»" }
resources:
  Resources:
    T:
      Type: AWS::ECS::TaskDefinition
      Properties: { ContainerDefinitions: [ { Image: "«\${self:custom.web}»" }, { Image: !Sub "«\${AWS::AccountId}/a:1»" } ] }
`,
    "image docker.io/acme/dev:1 resolved",
    "image docker.io/acme/b:1 resolved",
    "image docker.io/acme/c:3-dev resolved",
    "image docker.io/acme/web:1 resolved",
    "image ? unresolved",
    "image ? unresolved",
    "image docker.io/acme/g:1 resolved",
    "image docker.io/acme/web:1 resolved",
    "image ? unresolved",
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
  i:
    type: kubernetes:helm.sh/v3:Release
    properties: { chart: oci://«ghcr.io/acme/chart», version: "1.0.0", values: { image: { repository: «acme/i», tag: "9" } } }
  j: { type: command:local:Command, properties: { create: "docker run «acme/j:$\{tag}»", dir: docker run no } }
  k: { type: docker-build:Image, properties: { tags: [out:2], cacheFrom: [ { registry: { ref: «acme/k:cache» } } ] } }
`.replaceAll("\\{", "{"),
    "image docker.io/library/busybox literal",
    "image ghcr.io/acme/web:1.2 resolved",
    "image docker.io/library/nginx:1.2 resolved",
    "image docker.io/library/redis:7 literal",
    "image gcr.io/acme/g:1 literal",
    "image docker.io/acme/h:1 literal",
    "chart ghcr.io/acme/chart:1.0.0 resolved",
    "image docker.io/acme/i:9 resolved",
    "command docker.io/acme/j:1.2 resolved",
    "image docker.io/acme/k:cache literal",
  ],
];

describe("deployment frameworks", () => {
  for (const [path, text, ...uses] of rows) {
    const read = (source: string) =>
      readDocument(source, path, (file) => (file === "images.yml" ? "g: acme/g:1\n" : undefined));
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
