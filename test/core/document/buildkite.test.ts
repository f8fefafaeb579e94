import { references } from "../../helpers/references.ts";
import assert from "node:assert/strict";
import { readBuildkite } from "../../../src/core/document/buildkite.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

describe("readBuildkite", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "images of the docker plugin, however it is named",
      "steps:\n- command: x\n  plugins:\n  - docker#v5.9.0:\n      image: «node:22»\n  - ecr#v2: {login: true}\n  - docker-login#v3: {image: x}\n- plugins:\n    docker#v5: {image: «redis:7»}\n- plugins: [{'https://github.com/buildkite-plugins/docker-buildkite-plugin.git#v5': {image: '«a:1»'}}, docker#v5]\n",
      [
        `image ${node}:22 literal`,
        "image docker.io/library/redis:7 literal",
        "image docker.io/library/a:1 literal",
      ].map((one) => one.replace("image", "plugins")),
    ],
    [
      "images of a plugin that runs a cluster's jobs",
      "steps:\n- plugins:\n  - acme/k8s#1.2: {image: «a/job:1», init-image: «a/init:2», image-pull-secret: x}\n  - docker-image-push#v1: {image: a/no:1}\n",
      ["plugins docker.io/a/job:1 literal", "plugins docker.io/a/init:2 literal"],
    ],
    [
      "images of steps and pods",
      "image: «a:1»\nsteps:\n- image: «a:2»\n  plugins:\n  - kubernetes:\n      podSpec: {containers: [{image: «a:3»}], initContainers: [{image: «a:4»}]}\n      sidecars: [{image: «a:5»}]\n- group: g\n  steps: [{command: x, image: «a:6»}]\n",
      [1, 2, 3, 4, 5, 6].map((tag) => `image docker.io/library/a:${tag} literal`),
    ],
    [
      "cache sources of the compose plugin",
      "steps:\n- plugins:\n  - docker-compose#v4: {build: app, image-repository: acme/built, cache-from: ['app:«acme/app:main»'], push: ['app:acme/app']}\n",
      ["cache-from docker.io/acme/app:main literal"],
    ],
    [
      "variables",
      "env: {V: '22', R: ghcr.io/acme}\nsteps:\n- plugins: [{docker#v5: {image: '«node:$V»'}}]\n- plugins: [{docker#v5: {image: '«node:${V}»'}}]\n- plugins: [{docker#v5: {image: '«$R/app:${T:-1}»'}}]\n- plugins: [{docker#v5: {image: '«node:${BUILDKITE_TAG}»'}}]\n- plugins: [{docker#v5: {image: '«node:$$V»'}}]\n",
      [
        `plugins ${node}:22 resolved`,
        `plugins ${node}:22 resolved`,
        "plugins ghcr.io/acme/app:1 resolved",
        "plugins ? partial",
        "plugins ? partial",
      ],
    ],
    [
      "a matrix",
      "steps:\n- matrix: ['20', '22']\n  plugins: [{docker#v5: {image: '«node:{{matrix}}»'}}]\n- matrix: {setup: {v: ['1', '2'], o: [x]}, adjustments: [{with: {v: '2', o: x}, skip: true}, {with: {v: '3', o: y}}]}\n  plugins: [{docker#v5: {image: '«node:{{matrix.v}}-{{matrix.o}}»'}}]\n",
      ["20", "22", "1-x", "3-y"].map((tag) => `plugins ${node}:${tag} resolved`),
    ],
    ["a list of steps", "- command: x\n  image: «node:22»\n- wait\n", [`image ${node}:22 literal`]],
    [
      "nothing outside of its places",
      "env: {image: node}\nagents: {image: node}\nsteps:\n- label: 'node:22'\n  command: 'image: node'\n  env: {image: node}\n- block: image\n  fields: [{text: image, key: image, default: node}]\n- trigger: image\n",
      [],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readBuildkite, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["steps: [{plugins: [{docker#v5: {image: 'node:22'}}]}]", 1],
      ["env: {I: 'node:22'}\nsteps: [{plugins: [{docker#v5: {image: $I}}]}]", 1],
      ["steps: [{plugins: [{docker#v5: {image: '${I:-node:22}'}}]}]", 1],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readBuildkite, source), pins, source);
  });

  it("reads commands after Buildkite's own variables", () => {
    const source =
      "env: {A: one}\nsteps:\n- label: l\n  key: k\n  env: {B: two}\n  matrix: [three]\n  commands:\n  - cosign sign $A $$B ${B} {{matrix}}\n  - cosign \\$B\n- command: cosign x\n";
    const document = readBuildkite(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "steps: cosign sign one two two three",
      "steps: cosign two",
      "steps: cosign x",
    ]);
    assert.deepEqual(document.commands[0]?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), [
      "$A",
      "$$B",
      "${B}",
      "{{matrix}}",
    ]);
    assert.deepEqual(
      document.jobs[0]?.steps.map(({ id, name }) => [id, name]),
      [
        ["k", "l"],
        [undefined, undefined],
      ],
    );
  });

  it("reads images of agents, but not those of machines", () =>
    assert.deepEqual(
      references(
        "agents: {image: r.io/a/b:1}\nsteps:\n  - command: x\n    agents: {image: r.io/a/b:2, cpu: 2}\n  - command: x\n    agents: {provider: gcp, image: r.io/no:1}\n  - command: x\n    agents: {image: family/core-ubuntu-2204}\n",
        ".buildkite/pipeline.yml",
      ),
      ["1:17 r.io/a/b:1", "4:21 r.io/a/b:2"],
    ));

  it("reads the agents of each branch of a template", () =>
    assert.deepEqual(
      references(
        "steps:\n- command: x\n{{- if .Y }}\n  agents:\n    image: r.io/a/b:1\n{{- else }}\n  agents:\n    provider: gcp\n    image: r.io/a/b:2\n{{- end }}\n",
        ".buildkite/pipeline.yml",
      ),
      ["5:12 r.io/a/b:1"],
    ));

  it("reads templates of pipelines, and a plugin that tests itself", () => {
    const source =
      "steps:\n{{- range .Tests }}\n- label: a\n  agents:\n    {{- if .Y }}\n    provider: gcp\n    image: family/ubuntu\n    {{- else }}\n    image: «reg.example.com/a/b:1»\n    {{- end }}\n  {{- if .X }}\n  plugins: ['docker#v1': {image: «node:22»}]\n  {{- end }}\n{{- end }}\n- plugins:\n  - '${BUILDKITE_REPO}#${BUILDKITE_COMMIT}': {image: «ubuntu:22.04»}\n- command: x {{matrix}}\n  matrix: [1]\n";
    const document = expectUses(readBuildkite, source, [
      "agents reg.example.com/a/b:1 literal",
      "plugins docker.io/library/node:22 literal",
      "plugins docker.io/library/ubuntu:22.04 literal",
    ]);
    assert.ok(document.problems.every(({ code }) => code === "yaml-duplicate-key"));
  });
});
