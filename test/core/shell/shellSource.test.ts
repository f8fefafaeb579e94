import assert from "node:assert/strict";
import { resolveAmong } from "../../../src/core/document/resolveWorkspace.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

/** A script with its images between ⟦⟧, what they are, and the files beside it. */
const cases: readonly {
  readonly title: string;
  readonly script: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: readonly string[];
}[] = [
  {
    title: "what a sourced file sets",
    script: "source ./env.sh\ndocker pull ⟦$I⟧\n",
    files: { "x/env.sh": "I=a:1\n" },
    expected: ["a:1 resolved"],
  },
  {
    title: "a file beside the script",
    script: '. "$(dirname "$0")/lib/env.sh"\ndocker pull ⟦b:$V⟧\n',
    files: { "x/lib/env.sh": "export V=${V:-2}\n" },
    expected: ["b:2 resolved"],
  },
  {
    title: "a file below a folder that is not known",
    script: 'source "${ROOT}/hack/env.sh"\ndocker pull ⟦b:$V⟧\n',
    files: { "hack/env.sh": "V=3\n" },
    expected: ["b:3 resolved"],
  },
  {
    title: "files that sourced ones source, from where the script is",
    script: "set -a; . ./.env; set +a\ndocker pull ⟦b:$V⟧\n",
    files: { "x/.env": "source more.sh\n", "x/more.sh": "V=4\n" },
    expected: ["b:4 resolved"],
  },
  {
    title: "a file that perhaps is not there",
    script: "V=1\n[ -f env.sh ] && . env.sh\ndocker pull ⟦b:$V⟧\n",
    files: { "x/env.sh": "V=2\n" },
    expected: ["b:1 resolved", "b:2 resolved"],
  },
  {
    title: "an array of a sourced file",
    script: 'source l.sh\nfor i in "${L[@]}"; do docker pull "⟦$i⟧"; done\n',
    files: { "x/l.sh": "L=(a:1 b:2)\n" },
    expected: ["a:1 resolved", "b:2 resolved"],
  },
  {
    title: "what functions are called with",
    script: "source e.sh\nf() { docker pull ⟦$1⟧; }\nf a:1\nf $I\n",
    files: { "x/e.sh": "I=c:3\n" },
    expected: ["a:1 resolved", "c:3 resolved"],
  },
  {
    title: "no command of a sourced file",
    script: "source e.sh\ndocker pull ⟦a:1⟧\n",
    files: { "x/e.sh": "docker pull b:1\n" },
    expected: ["a:1 literal"],
  },
  {
    title: "nothing after a subshell that sources",
    script: "(source e.sh; docker pull ⟦a:$V⟧)\ndocker pull ⟦b:$V⟧\n",
    files: { "x/e.sh": "V=1\n" },
    expected: ["a:1 resolved", "? partial"],
  },
  {
    title: "files that source each other",
    script: "source e.sh\ndocker pull ⟦a:$V⟧\n",
    files: { "x/e.sh": "source f.sh\nV=1\n", "x/f.sh": "source e.sh\n" },
    expected: ["a:1 resolved"],
  },
  {
    title: "a file that is broken",
    script: "source e.sh\ndocker pull ⟦a:$V⟧\n",
    files: { "x/e.sh": "V=1\necho 'never closed\n" },
    expected: ["a:1 resolved"],
  },
  {
    title: "what a file holds",
    script: 'docker pull ⟦a:$(cat VERSION)⟧\ndocker pull ⟦b:$(< "$D/VERSION")⟧\ndocker pull ⟦c:$(cat x | y)⟧\n',
    files: { VERSION: "1.2\n" },
    expected: ["a:1.2 resolved", "b:1.2 resolved", "? partial"],
  },
  {
    title: "what a word prints",
    script:
      'I=a:1\nJ=$(echo "$I")\ndocker pull ⟦$J⟧\ndocker pull ⟦b:$(echo -n 2)⟧\ndocker pull ⟦c:$(echo 3 | tr 3 4)⟧\ndocker pull ⟦d:$(echo $X)⟧\n',
    files: {},
    expected: ["a:1 resolved", "b:2 resolved", "? partial", "? partial"],
  },
  {
    title: "the environment that a file exports",
    script: "export $(grep -v '^#' \"$DIR/.env\" | xargs)\ndocker pull ⟦$I⟧\n",
    files: { "x/.env": "# no\nI=a:1\n" },
    expected: ["a:1 resolved"],
  },
  {
    title: "the words of a file",
    script: "for i in $(cat images.txt); do docker pull ⟦$i⟧; done\n",
    files: { "x/images.txt": "a:1\nb:2\n" },
    expected: ["a:1 resolved", "b:2 resolved"],
  },
  {
    title: "the lines that a loop reads",
    script:
      'while IFS= read -r i; do\n  while read -r j; do\n    :\n  done < no.txt\n  docker pull "⟦$i⟧"\ndone < images.txt\n',
    files: { "x/images.txt": "# images\na:1\n\nb:2\r\n", "x/no.txt": "c:3\n" },
    expected: ["a:1 resolved", "b:2 resolved"],
  },
  {
    title: "the lines that are printed into a loop",
    script: "cat images.txt | while read i; do docker pull ⟦$i⟧; done\n",
    files: { "x/images.txt": "a:1\nb:2" },
    expected: ["a:1 resolved", "b:2 resolved"],
  },
  {
    title: "lines of a file that is not there",
    script: "while read i; do\n  docker pull ⟦$i⟧\ndone < images.txt\n",
    files: {},
    expected: ["? unresolved"],
  },
];

describe("scripts beside others", () => {
  for (const { title, script, files, expected } of cases)
    it(`reads ${title}`, () => {
      const { text, spans } = marked(script);
      const known = new Map(Object.entries(files));
      const { images } = resolveAmong(text, "x/run.sh", (file) => known.get(file)).document;
      assert.deepEqual(
        images.map(
          ({ reference, resolution }) =>
            `${reference === undefined ? "?" : formatReference(reference).slice("docker.io/library/".length)} ${resolution}`,
        ),
        expected,
      );
      assert.deepEqual(
        [...new Set(images.map(({ span }) => span.start))],
        spans.map(({ start }) => start),
      );
      for (const { definedAt, pinAt } of images)
        for (const place of [definedAt, pinAt]) assert.ok(place === undefined || place.end <= text.length);
    });

  it("says in which file a value stands, and edits none but the script", () => {
    const script = "source e.sh\ndocker pull $I\n";
    const [use] = resolveAmong(script, "run.sh", (file) => (file === "e.sh" ? "R=ghcr.io\nI=$R/a:1\n" : undefined))
      .document.images;
    assert.deepEqual(
      use?.chain.map(({ file, label, text }) => [file, label, text]),
      [
        [undefined, "variable I", "$I"],
        ["e.sh", "assignment of I", "ghcr.io/a:1"],
        ["e.sh", "assignment of R", "ghcr.io"],
      ],
    );
    assert.equal(use?.definedAt, undefined);
    assert.deepEqual(use?.pinAt, { start: 26, end: 26 });
  });

  it("looks into no other file for a script that names no image", () => {
    const { asked } = resolveAmong("source e.sh\necho $(cat VERSION)\n", "run.sh", () => undefined);
    assert.deepEqual(asked, []);
  });
});
