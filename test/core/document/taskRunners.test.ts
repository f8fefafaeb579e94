import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses } from "../../helpers/imageUses.ts";

interface Sample {
  readonly path: string;
  readonly dialect: string;
  readonly text: string;
  readonly uses: readonly string[];
  readonly pins: number;
}

const taskfile = `version: '3'
vars:
  IMAGE: node:22
  V: {sh: docker run «alpine:3» date}
env:
  E: redis:7
tasks:
  a: docker pull «busybox»
  b:
    - docker run «{{.IMAGE}}»
    - docker run «$E»
  c:
    desc: docker run no:1
    vars: {IMAGE: a:1}
    env: {E: 'e:2'}
    cmds:
      - docker run {{.CLI_ARGS}} «{{.IMAGE}}» # docker run no:2
      - docker run «$E»
      - cmd: docker pull «x/y:{{.V}}»
      - task: b
      - defer: docker run «d:1»
      - |
        I=b:1
        docker pull «$I»
    status:
      - docker image inspect «q/w:1»
    preconditions:
      - sh: docker pull «p:1»
        msg: docker pull no:3
`;

const justfile = `# docker run no:1
tag := '1.2'
image := "ghcr.io/a/b:" + tag # docker run no:2
export X := env('V', "22")
path := "quay.io" / "a"
made := \`docker run no:3\`
set dotenv-load

[private]
build target='node:22' *args: dep other
  @docker run --rm -v \`pwd\`:/x «{{image}}» x
  docker run {{ args }} \\
    «{{target}}» sh
  -docker run «node:{{X}}»
  docker run «{{path}}/c:1»
  docker pull «{{missing}}»
  # docker run no:4

sh:
  #!/usr/bin/env bash
  I=alpine:3
  docker pull «$I»

py:
  #!/usr/bin/env python
  docker run no:5
`;

const samples: readonly Sample[] = [
  {
    path: "Taskfile.yml",
    dialect: "taskfile",
    text: taskfile,
    uses: [
      "alpine:3 literal",
      "busybox literal",
      "node:22 resolved",
      "redis:7 resolved",
      "a:1 resolved",
      "e:2 resolved",
      "? partial",
      "d:1 literal",
      "b:1 resolved",
      "x:1 literal",
      "p:1 literal",
    ].map((use) => `command ${use.startsWith("?") ? use : `docker.io/library/${use}`}`.replace("library/x:1", "q/w:1")),
    pins: 10,
  },
  {
    path: "justfile",
    dialect: "justfile",
    text: justfile,
    uses: [
      "command ghcr.io/a/b:1.2 resolved",
      "command docker.io/library/node:22 resolved",
      "command docker.io/library/node:22 resolved",
      "command quay.io/a/c:1 resolved",
      "command ? unresolved",
      "command docker.io/library/alpine:3 resolved",
    ],
    pins: 5,
  },
  {
    path: "package.json",
    dialect: "package-scripts",
    text: `{
  "name": "docker run no:1",
  "scripts": {
    "a": "docker run --rm -v \\"$(pwd)\\":/x «node:22» sh -c 'docker run no:2'",
    "b": "I=a:1 && docker pull «$I»",
    "c": "echo docker run no:3",
    "d": "npx concurrently -n a \\"npm:w\\" 'docker run --rm «b:2»'",
    "e": "docker pull «$npm_package_config_image»",
    "f": "dotenv -e x -- sh -c 'docker run --rm «e:5» -c \\"x\\"'"
  },
  "config": { "image": "c:3" },
  "docker": "docker run no:4"
}
`,
    uses: [
      "command docker.io/library/node:22 literal",
      "command docker.io/library/a:1 resolved",
      "command docker.io/library/b:2 literal",
      "command docker.io/library/c:3 resolved",
      "command docker.io/library/e:5 literal",
    ],
    pins: 5,
  },
  {
    path: "app/.vscode/tasks.json",
    dialect: "editor-tasks",
    text: `{
  // "docker run no:1"
  "tasks": [
    { "label": "docker run no:2", "command": "docker run --rm -v \${workspaceFolder}:/x «node:22» sh -c 'docker run no:3'" },
    { "type": "process", "command": "docker", "args": ["run", "-e", "A=1", { "value": "«alpine:\${input:tag}»", "quoting": "strong" }, "no:4"] },
    { "command": "docker pull «a:1»", "windows": { "command": "docker pull «b:2»" }, "linux": { "options": {} } },
    { "type": "docker-run", "dockerRun": { "image": "«acme/tool:3»" } },
    { "type": "docker-run", "dockerRun": { "image": "acme/app:dev" } },
    { "type": "docker-run", "dockerRun": { "image": "acme/web:latest" } },
    { "type": "docker-run", "dependsOn": ["build"], "dockerRun": { "image": "project" } },
    { "type": "docker-run", "dependsOn": ["build"], "dockerRun": { "image": "«acme/db:16»" } },
    { "type": "docker-run", "dockerRun": { "image": "«redis»" } },
    { "type": "docker-build", "dockerBuild": { "tag": "acme/app:dev" } },
    { "type": "docker-build", "dockerBuild": { "tag": "acme/web" } },
    { "type": "docker-build", "label": "build", "dockerBuild": { "context": "." } },
    { "command": "docker pull «r.io/a:\${env:TAG}»", },
  ],
  "inputs": [{ "id": "tag", "type": "promptString", "default": "3.20" }],
}
`,
    uses: [
      "command docker.io/library/node:22 literal",
      "command docker.io/library/alpine:3.20 resolved",
      "command docker.io/library/a:1 literal",
      "command docker.io/library/b:2 literal",
      "image docker.io/acme/tool:3 literal",
      "image docker.io/acme/db:16 literal",
      "image docker.io/library/redis literal",
      "command ? partial",
    ],
    pins: 7,
  },
  {
    path: "acme.code-workspace",
    dialect: "editor-tasks",
    text: `{ "folders": [{ "path": "." }], "tasks": { "version": "2.0.0", "tasks": [{ "type": "shell", "command": "podman run «x:1»" }] } }`,
    uses: ["command docker.io/library/x:1 literal"],
    pins: 1,
  },
  {
    path: "build.ps1",
    dialect: "shell",
    text: '$image = "node:22"\n# docker run no:1\ndocker run --rm `\n  -v x:/y `\n  «$image» sh\n$id = docker create «alpine:3»\n',
    uses: ["command docker.io/library/node:22 resolved", "command docker.io/library/alpine:3 literal"],
    pins: 2,
  },
  {
    path: "build.cmd",
    dialect: "shell",
    text: "@echo off\nREM docker run no:1\ndocker run --rm ^\n  -v x:/y «node:22» sh\n",
    uses: ["command docker.io/library/node:22 literal"],
    pins: 1,
  },
  {
    path: "Procfile",
    dialect: "shell",
    text: "db: docker run --rm «postgres:16»\n# cache: docker run no:1\nweb: npm start\nsh: bash -c 'docker run «redis:7»'\n",
    uses: ["command docker.io/library/postgres:16 literal", "command docker.io/library/redis:7 literal"],
    pins: 2,
  },
  {
    path: "run.bats",
    dialect: "shell",
    text: '@test "docker run no:1" {\n  run docker run --rm «node:22» x\n  [ "$status" -eq 0 ]\n}\n',
    uses: ["command docker.io/library/node:22 literal"],
    pins: 1,
  },
];

describe("task runners and scripts of other shells", () => {
  for (const { path, dialect, text, uses, pins } of samples) {
    const source = text.replaceAll(/[«»]/g, "");
    const read = (changed: string): ReturnType<typeof readDocument> => readDocument(changed, path);

    it(`are read (${path})`, () => {
      const document = expectUses(read, text, uses);
      assert.equal(document.dialect, dialect);
      assert.deepEqual(document.problems, []);
      assert.equal(readDocument(source, `apps/web/${path}`).dialect, dialect);
      expectUses(read, text.replaceAll("\n", "\r\n"), uses);
    });

    it(`hold their pins (${path})`, () => assert.equal(expectPinsToHold(read, source), pins));

    it(`survive every prefix and many mutations (${path})`, () => expectToSurvive(read, source));
  }

  it("leave a package alone that names no tool", () => {
    assert.deepEqual(readDocument('{"scripts": {"a": "tsc"', "package.json").problems, []);
  });

  it("are read as the shell that a justfile sets", () => {
    const references = (shell: string): readonly string[] =>
      readDocument(`set shell := ["${shell}", "-c"]\nx:\n  docker run a:1\n`, "justfile").images.map(
        ({ text }) => text,
      );
    assert.deepEqual(references("bash"), ["a:1"]);
    assert.deepEqual(references("pwsh"), ["a:1"]);
    assert.deepEqual(references("python3"), []);
  });
});
