import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { expectPinsToHold } from "../../helpers/imageUses.ts";
import { marked } from "../../helpers/marked.ts";

interface Case {
  readonly script: string;
  readonly expected: readonly (readonly [reference: string | null, resolution: string])[];
  /** The script with its first image pinned. */
  readonly pinned?: string;
}

/** Scripts whose images are one of several, with the place of each between ⟦⟧. */
const cases: readonly Case[] = [
  {
    script: 'I=(a:1 "b:2" # no:1\n)\nI+=(c:3)\nfor i in "${I[@]}"; do docker pull ⟦$i⟧; done\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
    pinned: 'I=(a:1@D "b:2" # no:1\n)\nI+=(c:3)\nfor i in "${I[@]}"; do docker pull $i; done\n',
  },
  { script: "I=(a:1 b:2)\ndocker pull ⟦${I[1]}⟧\n", expected: [["docker.io/library/b:2", "resolved"]] },
  {
    script: 'declare -A I=([x]=a:1 [y]=b:2)\ndocker pull "⟦${I[$k]}⟧"\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  { script: 'A=(--rm -e "X=$Y")\ndocker run "${A[@]}" ⟦a:1⟧ no:1\n', expected: [["docker.io/library/a:1", "literal"]] },
  {
    script: "for i in x=a:1 y=b:2; do docker pull ⟦${i#*=}⟧; done\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "for v in 3.{8,9} {10..11}; do docker pull ⟦a:$v⟧; done\n",
    expected: [
      ["docker.io/library/a:3.8", "resolved"],
      ["docker.io/library/a:3.9", "resolved"],
      ["docker.io/library/a:10", "resolved"],
      ["docker.io/library/a:11", "resolved"],
    ],
  },
  // What is set where nothing was printed counts as a default does.
  ...['[ -n "$I" ] || I=a:1', "if [[ -z $I ]]; then I=a:1; fi", 'test -z "$I" && I=a:1'].map((set) => ({
    script: `I=$(x)\n${set}\ndocker run ⟦$I⟧\n`,
    expected: [["docker.io/library/a:1", "resolved"] as const],
  })),
  {
    script: "I=$(x)\nif [ -z $J ]; then I=a:1; fi\ndocker run ⟦$I⟧\n",
    expected: [
      [null, "unresolved"],
      ["docker.io/library/a:1", "resolved"],
    ],
  },
  {
    script: "if x; then I=a:1; elif y; then I=b:2; else I=c:3; fi\ndocker run ⟦$I⟧\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
    pinned: "if x; then I=a:1@D; elif y; then I=b:2; else I=c:3; fi\ndocker run $I\n",
  },
  {
    script: "if x; then R=a; T=1; else R=b; T=2; fi\ndocker run ⟦$R/x:$T⟧\n",
    expected: [
      ["docker.io/a/x:1", "resolved"],
      ["docker.io/b/x:2", "resolved"],
    ],
  },
  {
    script:
      "R=a; T=1\nif x; then R=b; T=2; fi\ncase $y in\n p) R=c; T=3;;\n q) R=d; T=3;;\nesac\ndocker run ⟦$R/x:$T⟧\n",
    expected: [
      ["docker.io/a/x:1", "resolved"],
      ["docker.io/b/x:2", "resolved"],
      ["docker.io/c/x:3", "resolved"],
      ["docker.io/d/x:3", "resolved"],
    ],
  },
  {
    script: "if x; then I=a; S=-gpu; else I=b; fi\ndocker run ⟦c/$I$S:1⟧\n",
    expected: [
      ["docker.io/c/a-gpu:1", "resolved"],
      ["docker.io/c/b:1", "resolved"],
    ],
  },
  {
    script:
      "if x; then R=a; T=$(t); else R=b; T=2; fi\nif y; then E=docker; else E=podman; O=-it; fi\n$E run $O ⟦$R/x:2⟧\n",
    expected: [
      ["docker.io/a/x:2", "resolved"],
      ["docker.io/b/x:2", "resolved"],
    ],
  },
  {
    script: "I=no:1\nif x; then I=a:1; else I=b:2; fi\ndocker run ⟦$I⟧\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "I=a:1\ncase $1 in -i) I=b:2;; esac\ndocker run ⟦$I⟧\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "I=no:1\ncase $1 in x) I=a:1;; *) I=b:2;; esac\ndocker run ⟦$I⟧\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "I=a:1\nwhile getopts i: o; do I=$OPTARG; done\ndocker run ⟦$I⟧\n",
    expected: [["docker.io/library/a:1", "resolved"]],
  },
  {
    script: '[ -n "$X" ] && I=a:1 || I=b:2\ndocker run ⟦$I⟧\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "if x; then I=a:1; fi\ndocker run ⟦${I:-b:2}⟧\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: 'get() { local i="$1"; docker pull "⟦$i⟧"; }\nget a:1\nget b:2\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
    pinned: 'get() { local i="$1"; docker pull "$i"; }\nget a:1@D\nget b:2\n',
  },
  {
    script: "function get { docker pull ⟦$1:$2⟧; }\nget a 1\nget b 2\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
  },
  {
    script: "get() { x=$1; shift; docker pull ⟦${1:-c:3}⟧; }\nget no:1 a:1\nget no:2\n",
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
  },
  {
    script: 'get() { local t=${2:-3}; docker pull "⟦$1:$t⟧"; }\nget a\nget b 4\nget c\n',
    expected: [
      ["docker.io/library/a:3", "resolved"],
      ["docker.io/library/b:4", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
  },
  {
    script: 'V=$(date)\nget() { docker pull "⟦a/b:${2:-$V}⟧"; }\nget no:1\n',
    expected: [[null, "partial"]],
  },
  {
    script: "get() { while x; do shift; done; docker pull ⟦$1⟧; }\nget no:1 no:2\n",
    expected: [[null, "unresolved"]],
  },
  { script: "get() { docker pull ⟦$1⟧; }\n", expected: [[null, "unresolved"]] },
  {
    script:
      'one() { docker pull "⟦$1⟧"; }\nof() { one "quay.io/$1"; }\nall() { for i in "$@"; do of "$i"; done; }\nall a/b:1 c/d:2\n',
    expected: [
      ["quay.io/a/b:1", "resolved"],
      ["quay.io/c/d:2", "resolved"],
    ],
  },
  {
    script: 'one() { docker run "$@"; }\ntwo() { one --rm "$@"; }\nthree() { two "$@"; }\nthree -e A=b ⟦a:1⟧ no:1\n',
    expected: [["docker.io/library/a:1", "literal"]],
  },
  {
    script: 'again() { docker pull "$@" || again "$@"; }\nagain ⟦a:1⟧\n',
    expected: [["docker.io/library/a:1", "literal"]],
  },
  {
    script: 'get() { local all=("$@"); for i in "${all[@]}"; do docker pull "⟦$i⟧"; done; }\nget a:1 b:2\nget c:3\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
  },
  {
    script:
      'get() { shift; local all=("$@"); docker pull "⟦${all[1]}⟧"; docker run "${all[@]}"; }\nget no:1 no:2 a:1\n',
    expected: [["docker.io/library/a:1", "resolved"]],
  },
  {
    script: 'if x; then L="a:1 b:2"; else L=c:3; fi\nfor i in $L; do docker pull ⟦$i⟧; done\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
      ["docker.io/library/c:3", "resolved"],
    ],
  },
  {
    script: 'if x; then L="a:1 b:2"; else L=c:3; fi\nfor i in "$L"; do docker pull ⟦$i⟧; done\n',
    expected: [["docker.io/library/c:3", "resolved"]],
  },
  {
    script: "if x; then T=$(git describe); else T=latest; fi\ndocker pull ⟦a/b:$T⟧\n",
    expected: [
      [null, "partial"],
      ["docker.io/a/b:latest", "resolved"],
    ],
  },
  {
    script: "T=$(git describe) || T=1\ndocker pull ⟦a/b:$T⟧\n",
    expected: [
      [null, "partial"],
      ["docker.io/a/b:1", "resolved"],
    ],
  },
  { script: 'T=latest\n[ "$1" ] && T=$1\ndocker pull ⟦a/b:$T⟧\n', expected: [["docker.io/a/b:latest", "resolved"]] },
  {
    script: "if x; then T=$TRAVIS_TAG; else T=latest; fi\ndocker pull ⟦a/b:$T⟧\n",
    expected: [["docker.io/a/b:latest", "resolved"]],
  },
  { script: "read -p x I\nI=${I:-a:1}\ndocker pull ⟦$I⟧\n", expected: [["docker.io/library/a:1", "resolved"]] },
  { script: "T=1\nread T\ndocker pull ⟦a/b:$T⟧\n", expected: [[null, "partial"]] },
  { script: "T=1\nunset T\ndocker pull ⟦a/b:${T:-2}⟧\n", expected: [["docker.io/a/b:2", "resolved"]] },
];

const read = (text: string) => readDocument(text, "x.sh");

describe("alternatives", () => {
  for (const { script, expected, pinned } of cases) {
    it(`reads ${script.replaceAll("\n", "\\n")}`, () => {
      const { text, spans } = marked(script);
      const { images } = read(text);
      assert.deepEqual(
        images.map(({ reference, resolution }) => [
          reference === undefined ? null : formatReference(reference),
          resolution,
        ]),
        expected,
      );
      for (const { span } of images) assert.deepEqual(span, spans[0]);
      expectPinsToHold(read, text);
      const at = images[0]?.pinAt;
      if (pinned !== undefined && at !== undefined)
        assert.equal(`${text.slice(0, at.start)}@D${text.slice(at.end)}`, pinned);
    });
  }

  it("leaves open what functions that call each other over and over are given", () => {
    const script =
      'one() { docker pull "$1"; }\ntwo() { one "quay.io/$1"; }\nall() { for i in "$@"; do two "$i"; done; }\n';
    const { images } = read(`${script}all a/b:1 c/d:2\n`.repeat(40));
    assert.equal(images.length, 40);
    assert.ok(images.every(({ resolution }) => resolution === "unresolved"));
  });
});
