import assert from "node:assert/strict";
import { readKubernetes } from "../../../src/core/document/kubernetes.ts";
import { expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const read = (text: string) => readKubernetes(text, "file.yaml");
const build = (dockerfile: string, strategy: string) => `apiVersion: template.openshift.io/v1
kind: Template
parameters:
- {name: BASE, value: "r.io/base:1"}
objects:
- apiVersion: build.openshift.io/v1
  kind: BuildConfig
  spec:
    source:
      dockerfile: ${dockerfile}
    strategy: ${strategy}
`;

describe("builds with a Dockerfile of their own", () => {
  const table: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "parameters of their template",
      build('"FROM «${BASE}»\\nCOPY a b"', "{dockerStrategy: {}}"),
      "from r.io/base:1 resolved",
    ],
    [
      "what the strategy puts in the place of the last stage's base",
      build(
        '"FROM «golang:1» AS b\\nFROM ${BASE}\\nCOPY --from=«alpine:3» a b"',
        "{dockerStrategy: {from: {kind: DockerImage, name: «ubi:9»}}}",
      ),
      "from docker.io/library/golang:1 literal",
      "copy-from docker.io/library/alpine:3 literal",
      "build docker.io/library/ubi:9 literal",
    ],
    [
      "a placeholder in its place",
      build('"FROM -\\nUSER 0"', "{dockerStrategy: {from: {kind: ImageStreamTag, name: a:1}}}"),
    ],
    [
      "nothing in its place",
      build('"FROM «ubi:9»\\nUSER 0"', "{sourceStrategy: {}}"),
      "from docker.io/library/ubi:9 literal",
    ],
  ];
  for (const [name, text, ...uses] of table)
    it(`follow ${name}`, () => {
      const { problems } = expectUses(read, text, uses);
      assert.deepEqual(problems, []);
      expectToSurvive(read, text.replaceAll(/[«»]/g, ""));
    });
});

describe("images that OpenShift fills in", () => {
  const table: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "in a DeploymentConfig, where a trigger is for the container",
      "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nspec:\n  triggers: [{type: ImageChange, imageChangeParams: {containerNames: [app, b], from: {kind: ImageStreamTag, name: 'app:latest'}}}]\n  template: {spec: {containers: [{name: app, image: 'app:latest'}, {name: b, image: «a.io/b:1»}, {name: c, image: «c:1»}]}}\n",
      ["image a.io/b:1 literal", "image docker.io/library/c:1 literal"],
    ],
    [
      "in a Deployment, by its annotation",
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    image.openshift.io/triggers: >-\n      [{"from":{"kind":"ImageStreamTag","name":"app:latest"},"fieldPath":"spec.template.spec.containers[?(@.name==\\"app\\")].image"}]\nspec: {template: {spec: {containers: [{name: app, image: \'app:latest\'}, {name: side, image: «side:1»}]}}}\n',
      ["image docker.io/library/side:1 literal"],
    ],
    [
      "nowhere without a trigger",
      "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig\nspec: {triggers: [{type: ConfigChange}], template: {spec: {containers: [{name: app, image: «app:latest»}]}}}\n",
      ["image docker.io/library/app:latest literal"],
    ],
  ];
  for (const [name, source, expected] of table)
    it(`are none ${name}`, () => {
      expectUses(read, source, expected);
      expectToSurvive(read, source.replaceAll(/[«»]/g, ""));
    });
});
