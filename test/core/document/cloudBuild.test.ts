import { references } from "../../helpers/references.ts";
import assert from "node:assert/strict";
import { readCloudBuild } from "../../../src/core/document/cloudBuild.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

describe("readCloudBuild", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "steps, and no outputs",
      "steps:\n- name: «gcr.io/cloud-builders/docker»\n  args: [build, -t, gcr.io/acme/app, .]\n- id: x\n  name: '«node:22»'\n  entrypoint: npm\nimages: [gcr.io/acme/app]\nartifacts: {objects: {location: gs://node}}\noptions: {pool: {name: projects/p/x}, env: ['A=node']}\ntags: [node]\n",
      ["name gcr.io/cloud-builders/docker literal", "name docker.io/library/node:22 literal"],
    ],
    [
      "substitutions",
      "steps:\n- name: «$_I:${_V}»\n- name: «gcr.io/$PROJECT_ID/x:1»\n- name: «gcr.io/acme/x:$COMMIT_SHA»\n- name: «${_NONE:-redis}»\nsubstitutions: {_I: node, _V: '22'}\n",
      [
        "name docker.io/library/node:22 resolved",
        "name ? unresolved",
        "name ? partial",
        "name docker.io/library/redis resolved",
      ],
    ],
    [
      "JSON",
      '{\n  "steps": [\n    {"name": "«gcr.io/cloud-builders/gcloud»", "args": ["x"]},\n    {"name": "«node:${_V}»"}\n  ],\n  "images": ["node"],\n  "substitutions": {"_V": "22"}\n}\n',
      ["name gcr.io/cloud-builders/gcloud literal", "name docker.io/library/node:22 resolved"],
    ],
    [
      "the build of a trigger",
      "name: t\nbuild:\n  steps: [{name: «node:22»}]\n",
      ["name docker.io/library/node:22 literal"],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readCloudBuild, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["steps: [{name: 'node:22'}]", 1],
      ["steps: [{name: $_I}]\nsubstitutions: {_I: 'node:22'}", 1],
      ['{"steps": [{"name": "node:22"}]}', 1],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readCloudBuild, source), pins, source);
  });

  it("reads what images without an entrypoint are given", () => {
    const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, "cloudbuild.yaml");
    const source =
      "steps:\n- {name: «r.io/pack», args: [pack, build, gcr.io/p/a, --builder=«gcr.io/buildpacks/builder:v1»]}\n- {name: «r.io/cloud-sdk», args: [gcloud, run, deploy, s, --image, «r.io/a:1»]}\n- {name: «ubuntu», args: [bash, -c, 'docker pull «r.io/b:2»']}\n- {name: «r.io/pack», args: [build, gcr.io/p/a, --builder, «r.io/builder:2»]}\n- {name: «node», args: [run, docker, pull, no:1]}\n";
    const { text } = expectUses(read, source, [
      "name r.io/pack literal",
      "command gcr.io/buildpacks/builder:v1 literal",
      "name r.io/cloud-sdk literal",
      "command r.io/a:1 literal",
      "name docker.io/library/ubuntu literal",
      "command r.io/b:2 literal",
      "name r.io/pack literal",
      "command r.io/builder:2 literal",
      "name docker.io/library/node literal",
    ]);
    assert.equal(expectPinsToHold(read, text), 9);
  });

  it("reads commands of scripts, shells and builders", () => {
    const source =
      "steps:\n- name: gcr.io/cloud-builders/docker\n  args: ['build', '-t', 'acme/app:$_V', '$_NONE', .]\n- name: bash\n  entrypoint: bash\n  args: ['-c', 'cosign sign $_V $$B']\n  env: [B=two]\n- name: ubuntu\n  script: |\n    #!/usr/bin/env bash\n    cosign script $_V $B\n- name: python\n  script: |\n    #!/usr/bin/env python\n    cosign no\n- name: node\n  args: [run, x]\n- name: x\n  entrypoint: gcloud\n  args: [run, deploy]\noptions: {env: ['B=one']}\nsubstitutions: {_V: '1'}\n";
    const document = readCloudBuild(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "steps: docker build -t acme/app:1 ? .",
      "steps: cosign sign 1 two",
      "steps: cosign script 1 one",
      "steps: gcloud run deploy",
    ]);
    const [build, sign] = document.commands;
    assert.deepEqual(
      build?.words.map(({ span }) => source.slice(span.start, span.end)),
      ["gcr.io/cloud-builders/docker", "build", "-t", "acme/app:$_V", "$_NONE", "."],
    );
    assert.deepEqual(sign?.words.map(({ span }) => source.slice(span.start, span.end)).slice(2), ["$_V", "$$B"]);
    assert.deepEqual(build?.words[4]?.expands, ["_NONE"]);
  });

  it("takes no step's image that the build makes itself", () =>
    assert.deepEqual(
      references(
        "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, --tag=gcr.io/$PROJECT_ID/a, -t, gcr.io/$PROJECT_ID/b, .]\n- name: gcr.io/$PROJECT_ID/a\n- name: gcr.io/$PROJECT_ID/b\n- name: gcr.io/$PROJECT_ID/c\n- name: gcr.io/x/d:1\nimages: ['gcr.io/$PROJECT_ID/c']\n",
        "cloudbuild.yaml",
      ),
      ["2:9 gcr.io/cloud-builders/docker", "7:9 gcr.io/x/d:1"],
    ));

  it("reads what steps run before anything may have built it, though the build pushes it", () =>
    assert.deepEqual(
      references(
        "images: [gcr.io/x/sdk:1, gcr.io/x/y:1]\nsteps:\n- name: gcr.io/x/sdk:1\n  args: [prepare]\n- name: gcr.io/x/tool:1\n  script: make images\n- name: gcr.io/x/sdk:1\n- name: gcr.io/x/y:1\n",
        "cloudbuild.yaml",
      ),
      ["3:9 gcr.io/x/sdk:1", "5:9 gcr.io/x/tool:1", "7:9 gcr.io/x/sdk:1"],
    ));

  it("takes a name without a tag for what the build makes as `latest`", () =>
    assert.deepEqual(
      references(
        "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, '-t', 'gcr.io/$PROJECT_ID/a:latest', .]\n- name: gcr.io/$PROJECT_ID/a\n- name: gcr.io/cloud-builders/docker\n  args: [run, gcr.io/$PROJECT_ID/a]\n- name: gcr.io/cloud-builders/docker\n  args: [build, '--tag=gcr.io/$PROJECT_ID/b:1', .]\n- name: gcr.io/cloud-builders/docker\n  args: [run, 'gcr.io/$PROJECT_ID/b:1']\n- name: gcr.io/$PROJECT_ID/a:2\n",
        "cloudbuild.yaml",
      ),
      [
        "2:9 gcr.io/cloud-builders/docker",
        "5:9 gcr.io/cloud-builders/docker",
        "7:9 gcr.io/cloud-builders/docker",
        "9:9 gcr.io/cloud-builders/docker",
        "11:9 unresolved",
      ],
    ));

  const words: readonly (readonly [
    name: string,
    source: string,
    expected: readonly string[],
    chain: readonly string[],
  ])[] = [
    [
      "substitutions, with their chain",
      "steps:\n- name: «gcr.io/cloud-builders/docker»\n  args: [pull, '«$_I:${_V}»']\nsubstitutions: {_I: node, _V: '22'}\n",
      ["name gcr.io/cloud-builders/docker literal", "command docker.io/library/node:22 resolved"],
      ["variable _I", "substitution _I", "variable _V", "substitution _V"],
    ],
    [
      "options whose value is put together",
      "steps:\n- name: «gcr.io/cloud-builders/docker»\n  args: [build, '--cache-from=«acme/app:$BRANCH_NAME»', .]\n",
      ["name gcr.io/cloud-builders/docker literal", "command ? partial"],
      ["variable BRANCH_NAME"],
    ],
    [
      "a builder of one's own project",
      "steps:\n- name: «gcr.io/$PROJECT_ID/gke-deploy»\n  args: [run, '--image=«nginx:1»', --cluster=c]\n",
      ["name ? unresolved", "command docker.io/library/nginx:1 literal"],
      [],
    ],
  ];
  for (const [name, source, expected, chain] of words)
    it(`reads in the words of a builder ${name}`, () => {
      const read = (text: string): ReturnType<typeof readDocument> => readDocument(text, "cloudbuild.yaml");
      const document = expectUses(read, source, expected);
      assert.deepEqual(
        document.images.at(-1)?.chain.map(({ label }) => label),
        chain,
      );
    });
});
