import assert from "node:assert/strict";
import { readBitbucketPipelines } from "../../../src/core/document/bitbucketPipelines.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

describe("readBitbucketPipelines", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "images of the whole, of steps and of services",
      "image: «node:22»\ndefinitions:\n  services:\n    db: {image: «postgres:16»}\n    docker: {image: {name: '«docker:dind»', username: x}, memory: 1}\n    own: {memory: 2}\n  caches: {image: node}\npipelines:\n  default:\n  - step:\n      image: {name: «redis:7», username: x}\n      services: [db]\n      script: [x]\n",
      [
        `image ${node}:22 literal`,
        "services docker.io/library/postgres:16 literal",
        "services docker.io/library/docker:dind literal",
        "image docker.io/library/redis:7 literal",
      ],
    ],
    [
      "every kind of pipeline, parallel steps and stages",
      "pipelines:\n  branches:\n    'release/*':\n    - parallel: [step: {image: «a:1»}, step: {image: «a:2»}]\n    - stage: {steps: [step: {image: «a:3»}]}\n  custom:\n    c:\n    - parallel: {fail-fast: true, steps: [step: {image: «a:4»}]}\n  pull-requests: {'**': [step: {image: «a:5»}]}\n  tags: {t: [step: {image: «a:6»}]}\n",
      [1, 2, 3, 4, 5, 6].map((tag) => `image docker.io/library/a:${tag} literal`),
    ],
    [
      "anchors, and steps that are only defined",
      "definitions:\n  steps:\n  - step: &a {image: «node:1», script: [x]}\n  - step: &b {image: «node:2», script: [x]}\n  scripts:\n    own: &c {script: [x], image: «node:3»}\npipelines:\n  default: [step: *a, step: {<<: *a, name: y}]\n",
      [`image ${node}:1 literal`, `image ${node}:2 literal`, `image ${node}:3 literal`],
    ],
    [
      "pipes that name an image, and no others",
      "pipelines:\n  default:\n  - step:\n      script:\n      - pipe: docker://«acme/pipe:1»\n        variables: {IMAGE: node}\n      - pipe: atlassian/slack-notify:2.0.0\n      after-script:\n      - pipe: docker://«acme/after»\n",
      ["pipe docker.io/acme/pipe:1 literal", "pipe docker.io/acme/after literal"],
    ],
    [
      "variables, and defaults of custom pipelines",
      "image: «$BUILD_IMAGE»\npipelines:\n  custom:\n    c:\n    - variables:\n      - name: V\n        default: '22'\n      - name: W\n    - step: {image: '«node:$V»'}\n    - step: {image: '«node:${W}»'}\n",
      ["image ? unresolved", `image ${node}:22 resolved`, "image ? partial"],
    ],
    [
      "nothing outside of its places",
      "pipelines:\n  default:\n  - step:\n      name: 'node:22'\n      script: ['image: node', echo node:22]\n      artifacts: [image/**]\n      deployment: image\n",
      [],
    ],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readBitbucketPipelines, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const source =
      "image: node:22\npipelines:\n  default: [step: {image: {name: 'a:1'}, script: [{pipe: 'docker://b:1'}]}]\n";
    assert.equal(expectPinsToHold(readBitbucketPipelines, source), 3);
  });

  it("reads commands, those after a step on their own", () => {
    const source =
      "pipelines:\n  branches:\n    main:\n    - step:\n        script:\n        - A=one\n        - cosign sign $A\n        - pipe: acme/x:1\n        - cosign\n          more\n        after-script: [cosign after $A]\n";
    const document = readBitbucketPipelines(source, "x.yml");
    assert.deepEqual(commandTexts(document), [
      "branches/main: cosign sign one",
      "branches/main: cosign more",
      "branches/main: cosign after ?",
    ]);
    assert.equal(document.jobs[0]?.steps.length, 1);
    const more = document.commands[1];
    assert.equal(source.slice(more?.span.start, more?.span.end).replace(/\s+/, " "), "cosign more");
  });
});
