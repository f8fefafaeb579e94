import assert from "node:assert/strict";
import { readDrone, readWoodpecker } from "../../../src/core/document/containerPipeline.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectUses } from "../../helpers/imageUses.ts";
import { commandTexts } from "../../helpers/pipelines.ts";

const node = "docker.io/library/node";

describe("readDrone", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "steps and services of every pipeline",
      "kind: pipeline\ntype: docker\nname: a\nsteps:\n- name: x\n  image: «node:22»\n  commands: [x]\nservices:\n- {name: db, image: «postgres:16»}\n---\nkind: pipeline\nsteps: [{name: y, image: '«plugins/docker»', settings: {repo: acme/app, image: x}}]\n---\nkind: secret\nname: s\nget: {image: node}\nsteps: [{image: node}]\n",
      [
        `image ${node}:22 literal`,
        "services docker.io/library/postgres:16 literal",
        "image docker.io/plugins/docker literal",
      ],
    ],
    [
      "the first format",
      "clone: {git: {image: «plugins/git»}}\npipeline:\n  build: {image: '«node:${V}»', commands: [x]}\n  push: {image: «plugins/docker:1», repo: acme/app}\nservices: {db: {image: «redis»}}\nmatrix: {V: [20, 22]}\n",
      [
        "clone docker.io/plugins/git literal",
        `image ${node}:20 resolved`,
        `image ${node}:22 resolved`,
        "image docker.io/plugins/docker:1 literal",
        "services docker.io/library/redis literal",
      ],
    ],
    [
      "the matrix of the first format",
      "matrix: {V: ['20', '22']}\nbuild:\n  a: {image: «node:$$V», commands: [x]}\n  b: {image: '«acme/a:$${V}»'}\n",
      [
        `image ${node}:20 resolved`,
        `image ${node}:22 resolved`,
        "image docker.io/acme/a:20 resolved",
        "image docker.io/acme/a:22 resolved",
      ],
    ],
    [
      "one container in place of several",
      "build:\n  image: «node:22»\n  commands: [x]\n",
      [`image ${node}:22 literal`],
    ],
    [
      "stages, and where secrets come from",
      "version: '1'\nstages:\n  s: {steps: [{name: x, image: «node:22»}]}\nsecrets:\n- name: x\n- origin: {name: v, image: «target/secret-vault:1»}\n",
      [`image ${node}:22 literal`, "image docker.io/target/secret-vault:1 literal"],
    ],
    [
      "variables",
      "kind: pipeline\nsteps:\n- image: «acme/app:${DRONE_TAG}»\n- image: «acme/app:${V:-1}»\n- image: «acme/app:${DRONE_COMMIT_SHA:0:8}»\n- image: «$IMAGE»\n",
      ["image ? partial", "image docker.io/acme/app:1 resolved", "image ? partial", "image ? unresolved"],
    ],
    ["no images of a machine", "kind: pipeline\ntype: exec\nsteps:\n- {name: a, image: no:1, commands: [x]}\n", []],
    [
      "nothing outside of its places",
      "kind: pipeline\nsteps:\n- name: node:22\n  commands: ['image: node']\n  settings: {image: node, repo: acme/app}\n  environment: {IMAGE: node}\nvolumes: [{name: x, host: {path: /node}}]\ntrigger: {event: [image]}\nimage: node\n",
      [],
    ],
  ];
  for (const [name, source, expected] of cases) it(`reads ${name}`, () => void expectUses(readDrone, source, expected));

  it("reads commands as one shell runs them", () => {
    const source =
      "kind: pipeline\nname: p\nenvironment: {G: zero}\nsteps:\n- image: x\n  environment: {E: one, S: {from_secret: s}}\n  commands:\n  - T=two\n  - cosign sign $E $T $S ${DRONE_TAG} $G $${E}\n";
    const document = readDrone(source, "x.yml");
    assert.deepEqual(commandTexts(document), ["p: cosign sign one two ? ? zero one"]);
    assert.deepEqual(document.commands[0]?.words.map(({ span }) => source.slice(span.start, span.end)).slice(5), [
      "${DRONE_TAG}",
      "$G",
      "$${E}",
    ]);
  });

  it("reads what a plug-in runs on another machine", () => {
    expectUses(
      (text) => readDocument(text, ".drone.yml"),
      "kind: pipeline\nsteps:\n- image: «appleboy/drone-ssh»\n  settings: {host: h, script: [cd /x, 'docker pull «acme/app:1»', 'docker run -d «acme/app:${V:-2}»']}\n- {image: «node:22», script: x, commands: ['docker pull «a:1»'], settings: {script: docker pull no:1}}\n- {image: «plugins/ssh», script: docker run «b:2»}\n",
      [
        "image docker.io/appleboy/drone-ssh literal",
        "command docker.io/acme/app:1 literal",
        "command docker.io/acme/app:2 resolved",
        `image ${node}:22 literal`,
        "command docker.io/library/a:1 literal",
        "image docker.io/plugins/ssh literal",
        "command docker.io/library/b:2 literal",
      ],
    );
  });
});

describe("readWoodpecker", () => {
  const cases: readonly (readonly [name: string, source: string, expected: readonly string[]])[] = [
    [
      "steps, services and clones, as lists and mappings",
      "clone: {git: {image: «woodpeckerci/plugin-git»}}\nsteps:\n  a: {image: «node:22»}\n  b:\n    image: «redis»\nservices: [{name: db, image: «postgres»}]\n",
      [
        "clone docker.io/woodpeckerci/plugin-git literal",
        `image ${node}:22 literal`,
        "image docker.io/library/redis literal",
        "services docker.io/library/postgres literal",
      ],
    ],
    [
      "a matrix",
      "matrix: {V: ['20', '22'], OS: [x]}\nsteps: [{name: a, image: '«node:${V}-${OS}»'}]\n",
      [`image ${node}:20-x resolved`, `image ${node}:22-x resolved`],
    ],
    [
      "a matrix that is written out",
      "matrix:\n  include: [{V: '20', I: node}, {V: '7', I: redis}]\nsteps: [{name: a, image: '«${I}:${V}»'}]\n",
      [`image ${node}:20 resolved`, "image docker.io/library/redis:7 resolved"],
    ],
    ["anchors", "variables:\n- &i node:22\nsteps: [{image: «*i» }]\n", [`image ${node}:22 resolved`]],
    ["no shell for an image", "labels: {backend: local}\nsteps: [{name: a, image: bash, commands: [x]}]\n", []],
    ["nothing outside of its places", "when: {image: node}\nlabels: {image: x}\nsteps: {image: {commands: [x]}}\n", []],
  ];
  for (const [name, source, expected] of cases)
    it(`reads ${name}`, () => void expectUses(readWoodpecker, source, expected));

  it("pins where the file then reads to the pinned image", () => {
    const forms: readonly (readonly [source: string, pins: number])[] = [
      ["steps: [{image: node:22}]", 1],
      ["matrix: {I: ['a:1', 'b:2']}\nsteps: [{image: '${I}'}]", 2],
      ["matrix: {V: ['1', '2']}\nsteps: [{image: 'a:${V}'}]", 0],
    ];
    for (const [source, pins] of forms) assert.equal(expectPinsToHold(readWoodpecker, source), pins, source);
  });

  it("reads commands with a matrix of one combination", () => {
    const read = (matrix: string): readonly string[] =>
      commandTexts(
        readWoodpecker(
          `matrix: ${matrix}\nsteps: {s: {image: x, environment: ['A=b'], commands: 'cosign \${V} $A'}}`,
          "x.yml",
        ),
      );
    assert.deepEqual(read("{V: [1]}"), ["steps: cosign 1 b"]);
    assert.deepEqual(read("{V: [1, 2]}"), ["steps: cosign ? b"]);
  });
});

describe("variables that what runs a step is given as they are", () => {
  it("are not known in its commands", () =>
    void expectUses(
      (text) => readDocument(text, ".woodpecker/a.yml"),
      "steps:\n  x:\n    image: «alpine»\n    environment: {U: $$U, T: '1'}\n    commands:\n    - docker pull «$U/a:$T»\n    - docker pull «\"$U\"/b:$T»\n",
      ["image docker.io/library/alpine literal", "command ? unresolved", "command ? unresolved"],
    ));
});
