import assert from "node:assert/strict";
import { references } from "../../helpers/references.ts";

const cases: readonly (readonly [title: string, path: string, text: string, expected: readonly string[]])[] = [
  [
    "a GitHub matrix in a script and in its environment",
    ".github/workflows/a.yml",
    "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        include:\n          - {name: a, tag: 1}\n          - {name: b, tag: 2}\n    steps:\n      - env: {IMG: 'q/${{ matrix.name }}'}\n        run: docker run ${{ matrix.name }}:${{ matrix.tag }} && docker pull $IMG\n",
    ["12:25 docker.io/library/a:1", "12:25 docker.io/library/b:2", "12:77 docker.io/q/a", "12:77 docker.io/q/b"],
  ],
  [
    "a GitHub matrix that leaves a value open",
    ".github/workflows/a.yml",
    "on: push\njobs:\n  a:\n    strategy:\n      matrix: {v: [1, '${{ github.sha }}']}\n    steps:\n      - run: docker run a:${{ matrix.v }}\n",
    ["7:25 docker.io/library/a:1", "7:25 partial"],
  ],
  [
    "a GitLab matrix and variables that rest on it",
    ".gitlab-ci.yml",
    'j:\n  variables: {IMG: "r/$V"}\n  parallel:\n    matrix:\n      - V: [a, b]\n  script:\n    - docker pull $IMG:$V\n',
    ["7:19 docker.io/r/a:a", "7:19 docker.io/r/b:b"],
  ],
  [
    "an Azure matrix",
    "azure-pipelines.yml",
    "trigger: none\njobs:\n- job: a\n  strategy:\n    matrix:\n      one: {v: 1}\n      two: {v: 2}\n  steps:\n  - script: docker pull a:$(v) && docker pull b:$V\n",
    [
      "9:25 docker.io/library/a:1",
      "9:25 docker.io/library/a:2",
      "9:47 docker.io/library/b:1",
      "9:47 docker.io/library/b:2",
    ],
  ],
  [
    "a Woodpecker matrix",
    ".woodpecker/a.yml",
    'matrix:\n  include:\n    - {V: "1", I: a}\n    - {V: "2", I: b}\nsteps:\n  x:\n    image: q\n    environment: {IMG: c:3}\n    commands:\n      - docker run ${I}:$V && docker run $$IMG\n',
    [
      "7:12 docker.io/library/q",
      "10:20 docker.io/library/a:1",
      "10:20 docker.io/library/b:2",
      "10:42 docker.io/library/c:3",
    ],
  ],
  [
    "a Buildkite matrix",
    ".buildkite/pipeline.yml",
    'steps:\n  - command: "docker run a:{{matrix}}"\n    matrix: ["1", "2"]\n',
    ["2:26 docker.io/library/a:1", "2:26 docker.io/library/a:2"],
  ],
  [
    "the parameters of CircleCI jobs",
    ".circleci/config.yml",
    "version: 2.1\njobs:\n  a:\n    parameters: {v: {type: string}}\n    machine: true\n    steps:\n      - run: docker pull a:<< parameters.v >>\nworkflows:\n  w:\n    jobs:\n      - a: {matrix: {parameters: {v: ['1', '2']}}}\n",
    ["7:26 docker.io/library/a:1", "7:26 docker.io/library/a:2"],
  ],
];

describe("scripts that run several times", () => {
  for (const [title, path, text, expected] of cases)
    it(`reads ${title}`, () => assert.deepEqual(references(text, path), expected));
});
