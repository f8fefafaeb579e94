import assert from "node:assert/strict";
import type { Document, ImageUse } from "../../../src/core/document/document.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { summary } from "../../helpers/imageUses.ts";

/** Files with continued lines, folded texts and heredocs, and how many images they have. */
const files: readonly (readonly [path: string, text: string, images: number])[] = [
  [
    "Dockerfile",
    "# syntax=a/b:1\nARG V=1\nFROM --platform=linux/amd64 \\\n  # why\n  a:$V AS x\nRUN <<E\ndocker run c:1\nE\n",
    3,
  ],
  ["compose.yaml", "services:\n  a:\n    image: &i >-\n      b:1\n  c:\n    image: *i\n", 2],
  [
    ".github/workflows/a.yml",
    "on: push\njobs:\n  a:\n    runs-on: x\n    container:\n      image: b:1\n    steps:\n      - run: |\n          docker run --rm \\\n            c:1 x\n",
    2,
  ],
  ["Jenkinsfile", "node {\n  sh '''\n    docker run \\\n      a:1 x\n  '''\n  docker.image('b:1').pull()\n}\n", 2],
  ["Makefile", "I := a:1\nx:\n\tdocker run \\\n\t  $(I) y\n\nifdef Z\nJ = b\nendif\n", 1],
  ["a.sh", "I=a:1 \\\n  J=2\ndocker run \\\n  -v a:b \\\n  b:1 <<E\nx\nE\ndocker pull c:1\n", 2],
  ["a.tf", 'locals {\n  v = "1"\n}\nresource "docker_image" "a" {\n  name = "b:${local.v}"\n}\n', 1],
  ["values.yaml", "image:\n  repository: a/b\n  tag: 1\n  digest:\n", 1],
  ["Earthfile", "VERSION 0.8\na:\n  FROM \\\n    b:1\n  RUN docker run \\\n    c:1\n", 2],
  ["a.container", "[Container]\nImage=a/b:1\nExec=x \\\n  y\n", 1],
  [".devcontainer.json", '{\n  // why\n  "image": "a:1",\n  "features": { "ghcr.io/a/b/c:1": {} }\n}\n', 2],
  ["justfile", "v := 'a:1'\nx:\n  docker run \\\n    {{v}} y\n", 1],
  ["a.gitlab-ci.yml", "a:\n  image: b:1\n  script:\n    - >\n      docker run\n      c:1\n", 2],
];

describe("line ends and byte-order marks", () => {
  for (const [path, text, count] of files)
    it(`make no difference to ${path}`, () => {
      const plain = readDocument(text, path);
      assert.equal(plain.images.length, count);
      const returned = text.replaceAll("\n", "\r\n");
      const moved = (offset: number): number => offset + text.slice(0, offset).split("\n").length - 1;
      assert.deepEqual(places(readDocument(`\uFEFF${text}`, path)), places(plain));
      assert.deepEqual(places(readDocument(returned, path)), places(plain, moved));
      assert.deepEqual(places(readDocument(`\uFEFF${returned}`, path)), places(plain, moved));
    });

  for (const [path, text, count] of files.filter(([name]) => /\.ya?ml$/.test(name)))
    it(`may be carriage returns alone in ${path}`, () => {
      const { images, problems } = readDocument(`\uFEFF${text.replaceAll("\n", "\r")}`, path);
      assert.equal(images.length, count);
      assert.deepEqual(images, readDocument(text, path).images);
      assert.deepEqual(problems, []);
    });
  it("leave carriage returns in a script as they are", () => {
    const { images, text } = readDocument("docker pull a:1 # x\rdocker pull b:1\n", "a.sh");
    assert.deepEqual(
      images.map((use) => use.text),
      ["a:1"],
    );
    assert.match(text, /\r/);
  });
});

function places({ images }: Document, moved: (offset: number) => number = (offset) => offset): readonly string[] {
  const placed = ({ span, pinAt, definedAt }: ImageUse): readonly number[] =>
    [span, pinAt, definedAt].flatMap((one) => (one === undefined ? [-1, -1] : [moved(one.start), moved(one.end)]));
  return images.map((use) => `${summary(use)} ${placed(use).join(" ")} ${use.text.replaceAll("\r\n", "\n")}`);
}
