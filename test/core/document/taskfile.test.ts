import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const files = new Map([
  ["x/.env", "IMAGE=a:1\n"],
  ["x/VERSION", "3.1\n"],
  [
    "Taskfile.yml",
    "includes:\n  x:\n    taskfile: ./x\n    vars: {TAG: '7'}\nvars:\n  REGISTRY: ghcr.io\n  TAG: '8'\n",
  ],
]);

/** A Taskfile with its images between ⟦⟧, and what they are. */
const cases: readonly (readonly [text: string, ...expected: readonly string[]])[] = [
  ["vars: {T: '{{.T | default \"1\"}}'}\ntasks:\n  a: docker pull ⟦a:{{.T}}⟧\n", "a:1 resolved"],
  ['tasks:\n  a: docker pull ⟦a:{{default "1" .T}}⟧\n', "a:1 resolved"],
  ["vars: {I: a:1}\ntasks:\n  a:\n    vars: {I: 'x/{{.I}}'}\n    cmd: docker pull ⟦{{.I}}⟧\n", "x/a:1 resolved"],
  ["vars: {T: {sh: cat VERSION}, U: {sh: echo 2}}\ntasks:\n  a: docker pull ⟦a:{{.T}}-{{.U}}⟧\n", "a:3.1-2 resolved"],
  ["tasks:\n  a: |\n    docker run {{if .TTY}}-it{{end}} {{range $e := .E}}-e {{$e}} {{end}}⟦a:1⟧ sh\n", "a:1 literal"],
  [
    'tasks:\n  a:\n    - |\n      kubectl run x-{{.C}} --overrides=\'\n        {"spec": {"containers": [\n          {"image": "⟦a:1⟧"}]}, "claim": "{{.C}}"}\'\n',
    "a:1 literal",
  ],
  ["vars: {T: {sh: git describe}}\ntasks:\n  a: docker pull ⟦a:{{.T}}⟧\n", "? partial"],
  [
    "dotenv: ['no.env', '.env']\ntasks:\n  a: docker pull ⟦$IMAGE⟧\n  b: docker pull ⟦{{.IMAGE}}⟧\n",
    "a:1 resolved",
    "a:1 resolved",
  ],
  [
    "tasks:\n  a:\n    dotenv: ['.env']\n    cmds: ['docker pull ⟦$IMAGE⟧']\n  b: docker pull ⟦$IMAGE⟧\n",
    "a:1 resolved",
    "? unresolved",
  ],
  ["vars: {R: ghcr.io}\nenv: {I: '{{.R}}/a:1'}\ntasks:\n  a: docker pull ⟦$I⟧\n", "ghcr.io/a:1 resolved"],
  [
    "tasks:\n  a: {cmds: [{task: c, vars: {I: a:1}}]}\n  b: {deps: [{task: c, vars: {I: b:2}}]}\n  c:\n    - docker pull ⟦{{.I}}⟧\n",
    "a:1 resolved",
    "b:2 resolved",
  ],
  [
    "tasks:\n  a: [{task: b, vars: {I: a:1}}]\n  b: [{task: c, vars: {J: '{{.I}}'}}]\n  c: 'docker pull ⟦{{.J}}⟧'\n",
    "a:1 resolved",
  ],
  ["tasks:\n  a: [{task: a, vars: {I: '{{.I}}'}}, 'docker pull ⟦{{.I}}⟧']\n", "? unresolved"],
  ["tasks:\n  a:\n    - for: [a:1, b:2]\n      cmd: docker pull ⟦{{.ITEM}}⟧\n", "a:1 resolved", "b:2 resolved"],
  [
    "vars: {L: 'a:1 b:2'}\ntasks:\n  a:\n    - for: {var: L}\n      cmd: docker pull ⟦{{.ITEM}}⟧\n",
    "a:1 resolved",
    "b:2 resolved",
  ],
  [
    "vars: {L: 'a:1,b:2'}\ntasks:\n  a:\n    - for: {var: L, split: ',', as: I}\n      cmd: docker pull ⟦{{.I}}⟧\n",
    "a:1 resolved",
    "b:2 resolved",
  ],
  [
    "vars: {L: [a:1, b:2]}\ntasks:\n  a:\n    - for: {var: L}\n      cmd: docker pull ⟦{{.ITEM}}⟧\n",
    "a:1 resolved",
    "b:2 resolved",
  ],
  [
    "tasks:\n  a:\n    - for: {matrix: {N: [a, b], T: ['1', '2']}}\n      cmd: docker pull ⟦{{.ITEM.N}}:{{.ITEM.T}}⟧\n",
    "a:1 resolved",
    "a:2 resolved",
    "b:1 resolved",
    "b:2 resolved",
  ],
  [
    "tasks:\n  a:\n    - for: [a:1, b:2]\n      task: c\n      vars: {I: '{{.ITEM}}'}\n  c: docker pull ⟦{{.I}}⟧\n",
    "a:1 resolved",
    "b:2 resolved",
  ],
  ["tasks:\n  a: docker pull ⟦{{.REGISTRY}}/a:{{.TAG}}⟧\n", "ghcr.io/a:7 resolved"],
  ["vars:\n  I: a:1\n  RUN: docker run --rm -v $PWD:/x ⟦{{.I}}⟧\ntasks:\n  a: '{{.RUN}} sh'\n", "a:1 resolved"],
  ["tasks:\n  a:\n    - docker ps --format '{{`{{.Names}}`}}' | grep \"x\"\n    - docker pull ⟦a:1⟧\n", "a:1 literal"],
  ["tasks:\n  a:\n    - cat images.txt | xargs -n1 docker pull\n    - echo ⟦a:1⟧ | xargs docker pull\n", "a:1 literal"],
];

describe("Taskfiles", () => {
  for (const [source, ...expected] of cases)
    it(`are read (${source.replaceAll("\n", "\\n")})`, () => {
      const { text, spans } = marked(`version: '3'\n${source}`);
      const { images, problems } = resolveAmong(text, "x/Taskfile.yml", (file) => files.get(file)).document;
      assert.deepEqual(problems, []);
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) =>
            `${reference === undefined ? "?" : formatReference(reference).replace(/^docker\.io\/(?:library\/)?/, "")} ${resolution}`,
        ),
        expected,
      );
      assert.deepEqual(
        [...new Set(images.map(({ span }) => `${span.start}-${span.end}`))],
        spans.map(({ start, end }) => `${start}-${end}`),
      );
    });

  it("ask for no file where they name no image", () => {
    const text = "version: '3'\ndotenv: ['.env']\ntasks:\n  a: echo {{.X}}\n";
    assert.deepEqual(resolveAmong(text, "x/Taskfile.yml", () => undefined).asked, []);
  });
});
