import assert from "node:assert/strict";
import type { ImageUse } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { formatReference } from "../../../src/core/image/reference.ts";
import { marked } from "../../helpers/marked.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** Scripts with variables: expected are reference, resolution, and what a pin gives, where the script says it. */
const scripts: readonly {
  readonly script: string;
  readonly expected: readonly (readonly [string | null, string])[];
  readonly pinned?: string;
  readonly definedAt?: string;
}[] = [
  {
    script: 'IMAGE=node:22\ndocker run "⟦$IMAGE⟧"\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'IMAGE=node:22@D\ndocker run "$IMAGE"\n',
    definedAt: "node:22",
  },
  {
    script: 'export IMAGE="node:22"\ndocker run ⟦${IMAGE}⟧\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'export IMAGE="node:22@D"\ndocker run ${IMAGE}\n',
    definedAt: "node:22",
  },
  {
    script: "V=22\ndocker run ⟦node:$V⟧; echo $V\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "V=22\ndocker run node:$V@D; echo $V\n",
    definedAt: "22",
  },
  {
    script: "I=node:22\ndocker push x/$I\ndocker run ⟦$I⟧\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "I=node:22\ndocker push x/$I\ndocker run $I@D\n",
    definedAt: "node:22",
  },
  {
    script: "R=ghcr.io/a\nI=$R/b:1\ndocker run ⟦$I⟧\ndocker pull ⟦$R/c:2⟧\n",
    expected: [
      ["ghcr.io/a/b:1", "resolved"],
      ["ghcr.io/a/c:2", "resolved"],
    ],
    pinned: "R=ghcr.io/a\nI=$R/b:1@D\ndocker run $I\ndocker pull $R/c:2\n",
    definedAt: "/b:1",
  },
  {
    script: "docker run ⟦${IMAGE:-node:22}⟧ x\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "docker run ${IMAGE:-node:22@D} x\n",
    definedAt: "node:22",
  },
  {
    script: "I=${I:-node:22}\ndocker run ⟦$I⟧ x\n",
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: "I=${I:-node:22@D}\ndocker run $I x\n",
    definedAt: "node:22",
  },
  {
    script: `I=node:22@${digest}\ndocker run ⟦$I⟧ x\n`,
    expected: [[`docker.io/library/node:22@${digest}`, "resolved"]],
    pinned: "I=node:22@D\ndocker run $I x\n",
    definedAt: `node:22@${digest}`,
  },
  {
    script: "helm pull oci://⟦a.io/c/x⟧ --version 1.2.3\nhelm pull oci://⟦a.io/c/x⟧ --version '^2'\n",
    expected: [
      ["a.io/c/x:1.2.3", "literal"],
      ["a.io/c/x", "literal"],
    ],
  },
  {
    script: "for i in node:22 busybox; do docker pull ⟦$i⟧; done\n",
    expected: [
      ["docker.io/library/node:22", "resolved"],
      ["docker.io/library/busybox", "resolved"],
    ],
    pinned: "for i in node:22@D busybox; do docker pull $i; done\n",
    definedAt: "node:22",
  },
  {
    script: "for v in 20 22; do docker pull ⟦node:$v⟧ || exit; done\n",
    expected: [
      ["docker.io/library/node:20", "resolved"],
      ["docker.io/library/node:22", "resolved"],
    ],
    definedAt: "20",
  },
  {
    script: 'I="a:1 b:2"\ndocker pull ⟦$I⟧\n',
    expected: [
      ["docker.io/library/a:1", "resolved"],
      ["docker.io/library/b:2", "resolved"],
    ],
    pinned: 'I="a:1@D b:2"\ndocker pull $I\n',
  },
  {
    script: 'C="docker run --rm ⟦node:22⟧ node"\n$C x\nsudo $C y\n',
    expected: [["docker.io/library/node:22", "literal"]],
    pinned: 'C="docker run --rm node:22@D node"\n$C x\nsudo $C y\n',
  },
  {
    script: 'C="docker run --rm ⟦ghcr.io/a/$N:1⟧"\n$C x\n',
    expected: [[null, "unresolved"]],
  },
  {
    script: 'I=node:22\nC="docker run --rm ⟦$I⟧"\n$C x\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'I=node:22@D\nC="docker run --rm $I"\n$C x\n',
    definedAt: "node:22",
  },
  {
    script: 'A=(run --rm ⟦node:22⟧)\ndocker "${A[@]}" x\n',
    expected: [["docker.io/library/node:22", "literal"]],
    pinned: 'A=(run --rm node:22@D)\ndocker "${A[@]}" x\n',
  },
  {
    script: "O='--rm ⟦node:22⟧'\ndocker run $O x\n",
    expected: [["docker.io/library/node:22", "literal"]],
    pinned: "O='--rm node:22@D'\ndocker run $O x\n",
  },
  {
    script: 'I="alpine busybox"\ndocker pull ⟦$I⟧\n',
    expected: [
      ["docker.io/library/alpine", "resolved"],
      ["docker.io/library/busybox", "resolved"],
    ],
    pinned: 'I="alpine@D busybox"\ndocker pull $I\n',
  },
  { script: "docker run ⟦$IMAGE⟧ x\n", expected: [[null, "unresolved"]] },
  { script: "docker run ⟦$ENV_IMAGE⟧ no:1\n", expected: [[null, "unresolved"]] },
  { script: "docker run ⟦node:$V⟧ x\n", expected: [[null, "partial"]] },
  { script: "docker run ⟦ghcr.io/a/b:$(cat v)⟧ x\n", expected: [[null, "partial"]] },
  { script: "docker run ⟦$I-$A:$T⟧ x\n", expected: [[null, "unresolved"]] },
  {
    script: 'docker run $OPTS "${ARGS[@]}" ⟦node:22⟧ x\n',
    expected: [["docker.io/library/node:22", "literal"]],
    pinned: 'docker run $OPTS "${ARGS[@]}" node:22@D x\n',
  },
  {
    script: 'I=node:22\nbash -c "docker pull ⟦$I⟧ && ls"\n',
    expected: [["docker.io/library/node:22", "resolved"]],
    pinned: 'I=node:22\nbash -c "docker pull $I@D && ls"\n',
  },
  {
    script: "helm install x ./c --set image.registry=ghcr.io,image.repository=⟦a/b⟧,image.tag=2\n",
    expected: [["ghcr.io/a/b:2", "literal"]],
  },
];

const summary = (use: ImageUse) => [
  use.reference === undefined ? null : formatReference(use.reference),
  use.resolution,
];

describe("createCommandUses", () => {
  for (const { script, expected, pinned, definedAt } of scripts) {
    it(`follows the variables of ${script.replaceAll("\n", "\\n").replaceAll(digest, "D")}`, () => {
      const { text, spans } = marked(script);
      const { images } = readDocument(text, "x.sh");
      assert.deepEqual(images.map(summary), expected);
      assert.deepEqual(
        [...new Set(images.map(({ span }) => span.start))],
        spans.map(({ start }) => start),
      );
      for (const { span } of images)
        assert.ok(spans.some(({ start, end }) => start === span.start && end === span.end));
      const [use] = images;
      if (definedAt !== undefined) assert.equal(text.slice(use?.definedAt?.start, use?.definedAt?.end), definedAt);
      if (pinned === undefined || use?.pinAt === undefined) assert.equal(use?.pinAt, pinned);
      else assert.equal(text.slice(0, use.pinAt.start) + "@D" + text.slice(use.pinAt.end), pinned);
    });
  }

  it("says how a value came to be", () => {
    const { images } = readDocument("R=ghcr.io/a\nI=$R/b:1\ndocker run $I\n", "x.sh");
    assert.deepEqual(
      images[0]?.chain.map(({ label, text }) => [label, text]),
      [
        ["variable I", "$I"],
        ["assignment of I", "$R/b:1"],
        ["variable R", "$R"],
        ["assignment of R", "ghcr.io/a"],
      ],
    );
  });
});
