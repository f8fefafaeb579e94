import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";

describe("readDocument", () => {
  const dispatched: [path: string, text: string, dialect: string, images: number][] = [
    ["Dockerfile", "FROM a\n", "dockerfile", 1],
    ["sub/compose.yaml", "services:\n  a:\n    image: b\n", "compose", 1],
    ["sub/.github/workflows/ci.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    container: b\n", "github-workflow", 1],
    ["action.yml", "name: x\nruns:\n  using: docker\n  image: docker://b\n", "github-action", 1],
    [
      "k8s/pod.yaml",
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: b\n",
      "kubernetes",
      1,
    ],
    ["run.sh", "docker pull a\n", "shell", 1],
    ["notes.txt", "FROM a\n", "unrecognised", 0],
  ];
  for (const [path, text, dialect, images] of dispatched) {
    it(`reads ${path}, with a byte-order mark or without`, () => {
      for (const source of [text, `\uFEFF${text}`]) {
        const document = readDocument(source, path);
        assert.equal(document.dialect, dialect);
        assert.equal(document.path, path);
        assert.equal(document.text, text);
        assert.equal(document.images.length, images);
        assert.deepEqual(document.problems, []);
      }
    });
  }

  it("lists a script's commands", () => assert.equal(readDocument("docker pull a\n", "run.sh").commands.length, 1));

  for (const path of ["Dockerfile", "compose.yaml", "a.yaml", ".github/workflows/a.yml", "x.sh", "x.bin"]) {
    it(`answers for a ${path} that is too large`, () => {
      const document = readDocument("FROM a\n".repeat(1_300_000), path);
      assert.deepEqual(
        document.problems.map(({ code }) => code),
        ["limit-reached"],
      );
      assert.deepEqual([document.images, document.commands, document.jobs], [[], [], []]);
    });
  }
});
