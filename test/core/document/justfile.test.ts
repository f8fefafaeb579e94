import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const files = new Map([
  [".env", "IMAGE=a:1\nTAG=2\n"],
  ["x/own.env", "IMAGE=b:2\n"],
  ["x/VERSION", "3.1\n"],
  ["x/common.just", 'registry := "ghcr.io"\ntag := "9"\n'],
]);

/** A justfile with its images between ⟦⟧, and what they are; then the steps that led to the first. */
const cases: readonly (readonly [text: string, expected: readonly string[], steps?: readonly string[]])[] = [
  ['export I := "a:1"\nr:\n  docker pull ⟦$I⟧\n', ["a:1 resolved"], ["variable I: $I", 'assignment of I: "a:1"']],
  ['I := "a:1"\nr:\n  docker pull ⟦$I⟧\n', ["? unresolved"]],
  ['set export\nI := "a:1"\nr:\n  docker pull "⟦$I⟧"\n', ["a:1 resolved"]],
  ['r $i="a:1":\n  #!/usr/bin/env bash\n  docker pull "⟦${i}⟧"\n', ["a:1 resolved"]],
  ['r i="a:1":\n  docker pull ⟦$i⟧\n', ["? unresolved"]],
  ['t := "1"\nr t=t:\n  docker pull ⟦a:{{t}}⟧\n', ["a:1 resolved"]],
  ["r t=t:\n  docker pull ⟦a:{{t}}⟧\n", ["? partial"]],
  [
    "set dotenv-load\nr:\n  docker pull ⟦$IMAGE⟧\n",
    ["a:1 resolved"],
    ["variable IMAGE: $IMAGE", ".env variable IMAGE: a:1"],
  ],
  ["r:\n  docker pull ⟦$IMAGE⟧\n", ["? unresolved"]],
  ['set dotenv-filename := "own.env"\ni := env("IMAGE")\nr:\n  docker pull ⟦{{i}}⟧\n', ["b:2 resolved"]],
  [
    'set dotenv-path := "own.env"\ni := env_var_or_default("IMAGE", "c:3")\nr:\n  docker pull ⟦{{i}}⟧\n',
    ["b:2 resolved"],
  ],
  ['i := env("NO", "c:3")\nr:\n  docker pull ⟦{{ i }}⟧\n', ["c:3 resolved"]],
  ["v := `cat VERSION`\nr:\n  docker pull ⟦a:{{v}}⟧\n", ["a:3.1 resolved"]],
  ["v := trim(read('VERSION'))\nr:\n  docker pull ⟦a:{{v}}⟧\n", ["a:3.1 resolved"]],
  ["v := `git describe`\nr:\n  docker pull ⟦a:{{v}}⟧\n", ["? partial"]],
  ["v := replace('v1_2', '_', '.')\nr:\n  docker pull ⟦a:{{trim_start_match(v, 'v')}}⟧\n", ["a:1.2 resolved"]],
  ["i := 'x' / lowercase('A') + ':1'\nr:\n  docker pull ⟦{{i}}⟧\n", ["x/a:1 resolved"]],
  [
    'i := if os() == "linux" { "a:1" } else if os() == "x" { "b:2" } else { "c:3" }\nr:\n  docker pull ⟦{{i}}⟧\n',
    ["a:1 resolved", "b:2 resolved", "c:3 resolved"],
  ],
  ['m := "x"\ni := if m == "x" { "a:1" } else { "b:2" }\nr:\n  docker pull ⟦{{i}}⟧\n', ["a:1 resolved"]],
  ["i := env('I', '') || 'a:1'\nr:\n  docker pull ⟦{{i}}⟧\n", ["a:1 resolved"]],
  [
    'r: (_run "a:1" "x")\ns: x (_run "b:2" "y")\n_run image name:\n  docker run --name {{name}} ⟦{{image}}⟧\n',
    ["a:1 resolved", "b:2 resolved"],
  ],
  [
    "r:\n  just _run a:1 x\n  @just _run 'b:2' {{ y }}\n_run image name:\n  docker run ⟦{{image}}⟧\n",
    ["a:1 resolved", "b:2 resolved"],
  ],
  ["t := '1'\nr: (p 'a:' + t)\np i: (q i)\nq j:\n  docker pull ⟦{{j}}⟧\n", ["a:1 resolved"]],
  ["r i: (r i)\n  docker pull ⟦{{i}}⟧\n", ["? unresolved"]],
  ["import 'common.just'\nr:\n  docker pull ⟦{{registry}}/a:{{tag}}⟧\n", ["ghcr.io/a:9 resolved"]],
  ["import 'common.just'\ntag := '8'\nr:\n  docker pull ⟦{{registry}}/a:{{tag}}⟧\n", ["ghcr.io/a:8 resolved"]],
  ['long := """\n  x\n"""\nr: \\\n  (p "a:1")\np i:\n  docker pull ⟦{{i}}⟧\n', ["a:1 resolved"]],
  ['R := "ghcr.io"\nr:\n  I="{{R}}/a:$X"; docker pull ⟦$I⟧\n', ["? partial"]],
  [
    'export PODMAN := if path_exists("/p") == "true" { "podman" } else { "docker" }\nexport S := if `id -u` == "0" { "" } else { "sudo" }\nr:\n  ${S} ${PODMAN} run --rm ⟦a:1⟧ x\n',
    ["a:1 literal"],
  ],
  ['all: (build "b:2")\nbuild i="a:1":\n  docker build -t {{i}} .\nr:\n  docker run a:1\n  docker run b:2\n', []],
  ["r:\n  echo ⟦a:1⟧ | xargs docker pull\n", ["a:1 literal"]],
];

describe("justfiles", () => {
  for (const [source, expected, steps] of cases)
    it(`are read (${source.replaceAll("\n", "\\n")})`, () => {
      const { text, spans } = marked(source);
      const { images } = resolveAmong(text, "x/justfile", (file) => files.get(file)).document;
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) =>
            `${reference === undefined ? "?" : formatReference(reference).replace(/^docker\.io\/(?:library\/)?/, "")} ${resolution}`,
        ),
        expected,
      );
      const starts = spans.map(({ start, end }) => `${start}-${end}`);
      if (expected.length > 0)
        assert.deepEqual([...new Set(images.map(({ span }) => `${span.start}-${span.end}`))], starts);
      if (steps !== undefined)
        assert.deepEqual(
          images[0]?.chain.map(
            ({ file, label, text: said }) => `${file === undefined ? "" : `${file} `}${label}: ${said}`,
          ),
          steps,
        );
    });

  it("take the variables of the justfile that imports them", () => {
    const beside = new Map([["justfile", "import 'ops/docker.just'\nimage := 'a:1'\n"]]);
    const { images } = resolveAmong("r:\n  docker pull {{image}}\n", "ops/docker.just", (file) =>
      beside.get(file),
    ).document;
    assert.deepEqual(
      images.map(({ resolution }) => resolution),
      ["resolved"],
    );
  });

  it("ask for no file where they name no image", () => {
    assert.deepEqual(
      resolveAmong("set dotenv-load\nimport 'a.just'\nr:\n  echo $X\n", "justfile", () => undefined).asked,
      [],
    );
  });
});
