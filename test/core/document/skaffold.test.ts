import { readDocument } from "../../../src/core/document/readDocument.ts";
import { readSkaffold as read } from "../../../src/core/document/skaffold.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

const source = `apiVersion: skaffold/v4beta11
kind: Config
requires: [{path: ../x, configs: [a]}]
build:
  tagPolicy: {envTemplate: {template: "{{.IMAGE_NAME}}:1"}}
  artifacts:
  - image: gcr.io/a/app
    requires: [{image: gcr.io/a/base, alias: BASE}]
    docker: {dockerfile: Dockerfile, cacheFrom: [«gcr.io/a/cache», gcr.io/a/app]}
  - image: gcr.io/a/kaniko
    kaniko: {image: «gcr.io/kaniko-project/executor:v1», cache: {repo: gcr.io/a/cache}}
  - image: gcr.io/a/pack
    buildpacks: {builder: "«gcr.io/buildpacks/builder:v1»", runImage: «gcr.io/buildpacks/run»}
  - image: jib
    jib: {fromImage: «eclipse-temurin:21»}
  - image: ko
    ko: {fromImage: '{{.BASE}}'}
  googleCloudBuild: {projectId: p, kanikoImage: «gcr.io/kaniko-project/executor»}
test:
- {image: gcr.io/a/app, structureTests: [./x]}
verify:
- {name: v, container: {name: v, image: «alpine:3.20»}}
- {name: own, container: {name: v, image: gcr.io/a/app}}
customActions:
- {name: a, containers: [{name: x, image: «busybox»}]}
deploy:
  helm:
    releases:
    - name: r
      remoteChart: oci://«ghcr.io/a/chart»
      version: 1.2.3
      setValues: {image: gcr.io/a/app, sidecar.image: «envoy:1»}
      setValueTemplates: {image.repository: "{{.IMAGE_REPO}}", proxy.image: «envoy:2»}
      overrides: {other: {image: {repository: «a/b», tag: "1"}}}
portForward: [{resourceType: deployment, resourceName: a/b}]
profiles:
- name: p
  build: {artifacts: [{image: x, buildpacks: {builder: «paketobuildpacks/builder:base»}}]}
`;

const commands = `apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
  - image: a/app
    custom: {buildCommand: docker pull «alpine:1» && docker build -t $IMAGE .}
    hooks:
      before: [{command: [sh, -c, docker run «alpine:2» true]}]
      after: [{command: [docker, push, a/app]}]
test: [{image: a/app, custom: [{command: docker run «alpine:3»}]}]
deploy:
  kubectl: {hooks: {before: [{host: {command: [crane, digest, «alpine:4»]}}, {container: {command: [docker, pull, a/no]}}]}}
profiles:
- name: p
  patches:
  - {op: add, path: /build/artifacts/0/ko/fromImage, value: «a.io/debug:1»}
  - {op: replace, path: /build/artifacts/1/buildpacks, value: {builder: «a.io/builder:2», env: [X=a/b:1]}}
  - {path: /build/artifacts/1/docker/cacheFrom/0, value: «a.io/cache:3»}
  - {op: test, path: /build/artifacts/0/ko/fromImage, value: a.io/no:1}
  - {op: replace, path: /build/artifacts/0/image, value: a/other}
  - {op: add, path: /build/artifacts/0/docker/dockerfile, value: a/Dockerfile.dev}
`;

describe("readSkaffold", () => {
  it("reads what profiles change, and commands", () => {
    const document = (text: string) => readDocument(text, "skaffold.yaml");
    expectUses(document, commands, [
      "command docker.io/library/alpine:1 literal",
      "command docker.io/library/alpine:2 literal",
      "command docker.io/library/alpine:3 literal",
      "command docker.io/library/alpine:4 literal",
      "from a.io/debug:1 literal",
      "builder a.io/builder:2 literal",
      "cache-from a.io/cache:3 literal",
    ]);
    expectToSurvive(document, commands.replaceAll(/[«»]/g, ""));
  });

  it("reads builders, bases, cache sources, containers and charts, and no outputs", () => {
    expectUses(read, source, [
      "cache-from gcr.io/a/cache literal",
      "builder gcr.io/kaniko-project/executor:v1 literal",
      "builder gcr.io/buildpacks/builder:v1 literal",
      "run-image gcr.io/buildpacks/run literal",
      "from docker.io/library/eclipse-temurin:21 literal",
      "builder gcr.io/kaniko-project/executor literal",
      "container docker.io/library/alpine:3.20 literal",
      "container docker.io/library/busybox literal",
      "chart ghcr.io/a/chart:1.2.3 resolved",
      "image docker.io/library/envoy:1 literal",
      "image docker.io/library/envoy:2 literal",
      "image docker.io/a/b:1 resolved",
      "builder docker.io/paketobuildpacks/builder:base literal",
    ]);
  });

  it("pins what it finds", () => void expectPinsToHold(read, source.replaceAll(/[«»]/g, "")));

  it("survives every prefix and many mutations", () =>
    expectToSurvive(read, source.replaceAll(/[«»]/g, "").slice(0, 900)));

  it("reads buildpacks that are images, and functions", () => {
    const text = `apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
  - image: out
    buildpacks: {buildpacks: ["docker://«a/pack:1»", «r.io/a/pack», a/name, ./folder]}
manifests:
  transform: [{name: t, image: «r.io/a/function:1»}]
  validate: [{name: v, image: «r.io/a/check:1»}]
`;
    expectUses((source) => readDocument(source, "skaffold.yaml"), text, [
      "buildpack docker.io/a/pack:1 literal",
      "buildpack r.io/a/pack literal",
      "function r.io/a/function:1 literal",
      "function r.io/a/check:1 literal",
    ]);
  });
});
