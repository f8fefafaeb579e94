import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const files = new Map([
  ["list.txt", "# images\na:1\n\nb:2\n"],
  ["pairs.csv", "a,1\nb,2\n"],
]);
const both = ["a:1 resolved", "b:2 resolved"];
const literals = ["a:1 literal", "b:2 literal"];

/** A script with its images between ⟦⟧, and what they are; then the steps that led to the first. */
const cases: readonly (readonly [script: string, expected: readonly string[], steps?: readonly string[]])[] = [
  ["xargs -n1 docker pull < ⟦list.txt⟧", both, ["line of list.txt: a:1"]],
  ["cat ⟦list.txt⟧ | xargs -n1 docker pull", both],
  ["cat list.txt | xargs -I {} docker pull ⟦{}⟧", both, ["argument: {}", "line of list.txt: a:1"]],
  ["cat list.txt | xargs -i docker pull x/⟦{}⟧:3", []],
  ["grep -v '^#' list.txt | xargs -I% sh -c 'docker pull ⟦%⟧'", both],
  ["sed '/^#/d' ⟦list.txt⟧ | sort -u | xargs -L1 -P 4 docker pull", both],
  ["grep a list.txt | xargs docker pull", []],
  ["xargs docker pull < missing.txt", []],
  ["xargs -a list.txt echo docker pull", []],
  ["echo ⟦a:1⟧ ⟦b:2⟧ | xargs -n1 docker pull", literals, []],
  ["printf '%s\\n' ⟦a:1⟧ ⟦b:2⟧ | xargs -n1 sudo docker pull", literals],
  ["printf '%s:1\\n' a | while read -r i; do docker pull ⟦$i⟧; done", ["a:1 resolved"]],
  [
    "L='a:1 b:2'\necho ⟦$L⟧ | tr ' ' '\\n' | xargs -n 1 docker pull",
    both,
    ["variable L: $L", "assignment of L: a:1 b:2"],
  ],
  ["xargs -n1 docker pull <<EOF\n⟦a:1⟧\n⟦b:2⟧\nEOF", literals],
  ["cat <<'EOF' | xargs -n1 docker pull\n⟦a:1⟧\n⟦b:2⟧\nEOF", literals],
  ["cat list.txt | parallel docker pull ⟦{}⟧", both],
  [
    "while read -r i; do docker pull ⟦$i⟧; done <<EOF\na:1\nb:2\nEOF",
    both,
    ["variable i: $i", "one of its values: a:1"],
  ],
  ['V=2\nwhile read -r i; do\n  docker pull "⟦$i⟧"\ndone <<-EOF\n\ta:1\n\tb:$V\n\tEOF', both],
  ["V=2\nwhile read -r i; do docker pull \"⟦$i⟧\"; done <<'EOF'\na:$V\nEOF", []],
  ["cat <<EOF | while read i; do\na:1\nEOF\n  docker pull ⟦$i⟧; done", ["a:1 resolved"]],
  ['while read -r i || [ -n "$i" ]; do docker pull ⟦$i⟧; done < list.txt', both],
  ['while IFS=, read -r n t; do docker pull "⟦$n:$t⟧"; done < pairs.csv', both],
  ["while read -r i; do docker pull ⟦$i⟧; done < <(grep -v '#' list.txt)", both],
  ['while read -r i; do docker pull ⟦$i⟧; done <<< "a:1"', ["a:1 resolved"]],
  ["while read -r i; do while read -r j; do :; done < pairs.csv; docker pull ⟦$i⟧; done < list.txt", both],
  ["f() { docker pull ⟦$1⟧; }\nwhile read -r i; do f $i; done < list.txt", both],
  ['mapfile -t L < list.txt\nfor i in "${L[@]}"; do docker pull ⟦$i⟧; done', both],
  ['readarray -t L <<EOF\na:1\nb:2\nEOF\nfor i in "${L[@]}"; do docker pull ⟦$i⟧; done', both],
  ["mapfile -t L < <(printf '%s\\n' a:1 b:2)\ndocker pull ⟦${L[1]}⟧", ["b:2 resolved"]],
  ["IFS=, read -ra L <<< 'a:1,b:2'\nfor i in \"${L[@]}\"; do docker pull ⟦$i⟧; done", both],
  ["read -r i <<< a:1\ndocker pull ⟦$i⟧", ["a:1 resolved"]],
  ["IFS=: read -r n t <<< 'a:1'\ndocker pull ⟦$n:$t⟧", ["a:1 resolved"]],
  ["for e in 'a:1|x' 'b:2|y'; do IFS='|' read -ra f <<< \"$e\"; s=${f[0]}; docker pull ⟦$s⟧; done", both],
  ["for e in 'a:1|x' 'b:2|y'; do IFS='|' read -r i _ <<< \"$e\"; docker pull ⟦$i⟧; done", both],
  ["for e in 'a:1 x' 'b:2 y'; do set -- $e; docker pull ⟦$1⟧; done", both],
  ['set -- a:1 b:2\nfor i in "$@"; do docker pull ⟦$i⟧; done', both],
  ["set -- a:1 b:2\nfor i; do docker pull ⟦$i⟧; done", both],
  ['f() { for i in "$@"; do docker pull ⟦$i⟧; done; }\nf a:1 b:2', both],
  ["printf -v i '%s:%s' a 1\ndocker pull ⟦$i⟧", ["a:1 resolved"]],
  ["i=$(printf '%s:%s' a 1)\ndocker pull ⟦$i⟧", ["a:1 resolved"]],
  ["i=`echo a:1`\ndocker pull ⟦$i⟧", ["a:1 resolved"]],
  ["i=$(x; echo a:1)\ndocker pull ⟦$i⟧", ["? unresolved"]],
  ["i=$(x || echo a:1)\ndocker pull ⟦$i⟧", ["? unresolved"]],
  ["for i in $(echo a:1 b:2); do docker pull ⟦$i⟧; done", both],
];

describe("what commands are given to read", () => {
  for (const [script, expected, steps] of cases)
    it(`reads ${script.replaceAll("\n", "\\n")}`, () => {
      const { text, spans } = marked(`#!/bin/bash\n${script}\n`);
      const { images } = resolveAmong(text, "run.sh", (file) => files.get(file)).document;
      const used = expected.length === 0 ? [] : spans;
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) =>
            `${reference === undefined ? "?" : formatReference(reference).slice("docker.io/library/".length)} ${resolution}`,
        ),
        expected,
      );
      assert.deepEqual(
        [...new Set(images.map(({ span }) => `${span.start}-${span.end}`))],
        used.map(({ start, end }) => `${start}-${end}`),
      );
      if (steps !== undefined)
        assert.deepEqual(
          images[0]?.chain.map((step) => `${step.label}: ${step.text}`),
          steps,
        );
    });

  it("pins no item of a list in the place of all of them", () => {
    const read = (script: string) => resolveAmong(script, "run.sh", (file) => files.get(file)).document.images;
    for (const script of ["xargs docker pull < list.txt\n", "cat list.txt | xargs -I{} docker pull {}\n"])
      assert.deepEqual(
        read(script).map(({ pinAt }) => pinAt),
        [undefined, undefined],
      );
    assert.deepEqual(
      read("echo a:1 | xargs -I{} docker pull {}\n").map(({ pinAt }) => pinAt?.start),
      [8],
    );
  });

  it("asks for files only where something reads their lines", () => {
    const asked = (script: string) => resolveAmong(script, "run.sh", () => undefined).asked;
    assert.deepEqual(asked("mysql < dump.sql\ncat no.txt\ndocker pull a:1\n"), []);
    assert.deepEqual(asked("xargs docker pull < list.txt\n"), ["list.txt"]);
  });
});
