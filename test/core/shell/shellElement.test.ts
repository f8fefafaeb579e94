import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const map = "declare -A M=([a]=node:22 ['b-c']=redis:7)\n";

/** A script with its images between ⟦⟧, and what they are. */
const cases: readonly (readonly [script: string, ...expected: readonly string[]])[] = [
  [`${map}docker pull ⟦\${M[a]}⟧`, "node:22"],
  [`${map}docker pull "⟦\${M["b-c"]:-x:1}⟧"`, "redis:7"],
  [`${map}docker pull ⟦\${M[$X]}⟧`, "node:22", "redis:7"],
  [`${map}K=a\ndocker pull ⟦\${M[$K]}⟧`, "node:22"],
  [`${map}docker pull ⟦\${M[missing]:-alpine:3}⟧`, "alpine:3"],
  ["X=long-name\nR=node\ndeclare -A M=([$X-1]=$R:22 [$Y-2]=$R-x:2)\ndocker pull ⟦${M[$n]}⟧", "node:22", "node-x:2"],
  ['declare -A M\nM[a]=node:22\nM["b"]=redis:7\nM[a]=node:23\ndocker pull ⟦${M[a]}⟧', "node:23"],
  [
    'declare -A M=([node]=22 [redis]=7)\nfor k in "${!M[@]}"; do docker pull "⟦$k:${M[$k]}⟧"; done',
    "node:22",
    "redis:7",
  ],
  [
    `declare -A M=(["${"a".repeat(40)}@sha256:${"b".repeat(64)}"]=x ['c d']="c:1")\nfor k in "\${!M[@]}"; do docker pull "⟦$k⟧"; done`,
    `${"a".repeat(40)}@sha256:${"b".repeat(64)}`,
  ],
  [`declare -A M=(["c d"]="c:1" ['e f']=e:2)\nfor k in "\${!M[@]}"; do docker pull "⟦\${M[$k]}⟧"; done`, "c:1", "e:2"],
  [
    'R=redis\ndeclare -A M=([$R]=7 ["node"]=22 [$Y]=8)\nfor k in "${!M[@]}"; do docker pull "⟦$k:${M[$k]}⟧"; done',
    "redis:7",
    "node:22",
  ],
  [
    'R=redis\ndeclare -A M=([redis]=7 [node]=22)\nunset M[$R]\nfor k in "${!M[@]}"; do docker pull "⟦$k:${M[$k]}⟧"; done',
    "node:22",
  ],
  ["L=(a:1)\nL+=(b:2)\nL[2]=c:3\nL[0]=d:4\nfor i in ${L[@]}; do docker pull ⟦$i⟧; done", "d:4", "b:2", "c:3"],
  ['A=(docker run)\nif x; then A=("${A[@]}" --rm); fi\n"${A[@]}" ⟦a:1⟧', "a:1"],
  [
    'set -- docker run --rm\n[ -d x ] && set -- "$@" -v x:y\nfor d in x/*; do set -- "$@" -e "$d"; done\nexec "$@" ⟦a:1⟧',
    "a:1",
  ],
  ['I=a:1\nset -- docker run\nif x; then set -- "$@" -t; fi\nset -- "${@}" "⟦$I⟧"\n"$@"', "a:1"],
  ['f() { set -- "$@" --rm; docker run "$@" ⟦a:1⟧; }\nset -- docker\nf -t', "a:1"],
  ["L=(a:1 b:2)\nfor i in ${!L[@]}; do docker pull ⟦${L[$i]}⟧; done", "a:1", "b:2"],
  ["L=(a:1 b:2)\ndocker pull ⟦${L[1]%:*}:3⟧", "b:3"],
  ["N=I\nI=node:22\ndocker pull ⟦${!N}⟧", "node:22"],
  ["I=Node:22\ndocker pull ⟦${I,,}⟧", "node:22"],
  ["I=node:22-x\ndocker pull ⟦${I:0:7}⟧", "node:22"],
];

describe("elements of arrays", () => {
  for (const [script, ...expected] of cases)
    it(`reads ${script.replaceAll("\n", "\\n")}`, () => {
      const { text, spans } = marked(`#!/bin/bash\n${script}\n`);
      const images = readDocument(text, "run.sh").images.filter(({ reference }) => reference !== undefined);
      assert.deepEqual(
        images.map(({ reference }) =>
          reference === undefined ? "?" : formatReference(reference).slice("docker.io/library/".length),
        ),
        expected,
      );
      if (expected.length > 0) assert.deepEqual([images[0]?.span], spans);
    });
});
