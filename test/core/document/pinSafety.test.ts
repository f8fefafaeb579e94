import assert from "node:assert/strict";
import { withoutUnsafePins } from "../../../src/core/document/pinSafety.ts";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { pin } from "../../helpers/imageUses.ts";

describe("withoutUnsafePins", () => {
  /** What each file reads to where all its pins are written: `¶` stands for each digest. */
  const files: readonly (readonly [name: string, path: string, source: string, pinned: string])[] = [
    [
      "after an expression of one image",
      "a.sh",
      "V=1\ndocker pull a:$V\ndocker pull b:$V\n",
      "V=1\ndocker pull a:$V¶\ndocker pull b:$V¶\n",
    ],
    [
      "not after an expression of several images",
      ".github/workflows/a.yml",
      "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {matrix: {v: [1, 2]}}\n    steps: [{run: 'docker pull a:${{ matrix.v }}'}]\n",
      "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {matrix: {v: [1, 2]}}\n    steps: [{run: 'docker pull a:${{ matrix.v }}'}]\n",
    ],
    [
      "not in a literal that another image holds a part of",
      ".gitlab-ci.yml",
      "variables: {V: node}\na: {image: '$V:22'}\nb: {image: $V}\n",
      "variables: {V: node}\na: {image: '$V:22¶'}\nb: {image: $V}\n",
    ],
    ["in each item of a list", "a.sh", 'I="a:1 b:2"\ndocker pull $I\n', 'I="a:1¶ b:2¶"\ndocker pull $I\n'],
    [
      "once where two uses go through one literal",
      ".gitlab-ci.yml",
      "variables: {I: node:22}\na: {image: $I}\nb: {image: $I}\n",
      "variables: {I: node:22¶}\na: {image: $I}\nb: {image: $I}\n",
    ],
    [
      "once where an image and a command take one literal whole",
      ".gitlab-ci.yml",
      "variables: {I: node:22}\na: {image: $I, script: [docker run $I]}\n",
      "variables: {I: node:22¶}\na: {image: $I, script: [docker run $I]}\n",
    ],
    [
      "where a default is that of two images",
      "justfile",
      'V := env_var_or_default("V", "1")\na:\n  docker pull x:{{V}}\n  docker pull y:{{V}}\n',
      'V := env_var_or_default("V", "1")\na:\n  docker pull x:{{V}}¶\n  docker pull y:{{V}}¶\n',
    ],
    [
      "a literal that is an image and gives one, once",
      "docker-bake.json",
      '{"target": {"a": {"args": {"BASE_IMAGE": "rust:1"}, "dockerfile-inline": "ARG BASE_IMAGE\\nFROM $BASE_IMAGE\\n"}}}',
      '{"target": {"a": {"args": {"BASE_IMAGE": "rust:1¶"}, "dockerfile-inline": "ARG BASE_IMAGE\\nFROM $BASE_IMAGE\\n"}}}',
    ],
    [
      "within a variable that holds a whole command",
      "a.sh",
      'C="docker run a:1 b"\n$C\n',
      'C="docker run a:1¶ b"\n$C\n',
    ],
    ["not after one that gives further words", "a.sh", 'A="a:1 b"\ndocker run $A c\n', 'A="a:1 b"\ndocker run $A c\n'],
    [
      "within a command that is written out later",
      "Earthfile",
      'VERSION 0.8\nARG --global V=1\nARG --global I=a:$V\nb:\n  RUN C="docker run $I x" && eval $C\n',
      'VERSION 0.8\nARG --global V=1\nARG --global I=a:$V\nb:\n  RUN C="docker run $I¶ x" && eval $C\n',
    ],
    [
      "not in a recipe's loop",
      "Makefile",
      "a:\n\tfor i in b c; do docker pull x/$$i; done\n",
      "a:\n\tfor i in b c; do docker pull x/$$i; done\n",
    ],
    [
      "not in what branches give several values",
      "Earthfile",
      "VERSION 0.8\na:\n  FOR l IN go js\n    WITH DOCKER --pull $l:1\n      RUN docker run $l:1\n    END\n  END\n",
      "VERSION 0.8\na:\n  FOR l IN go js\n    WITH DOCKER --pull $l:1\n      RUN docker run $l:1\n    END\n  END\n",
    ],
  ];
  for (const [name, path, source, pinned] of files)
    it(`pins ${name}`, () => {
      const { images } = readDocument(source, path);
      assert.ok(images.length > 0);
      const places = new Map(images.flatMap(({ pinAt }) => (pinAt === undefined ? [] : [[pinAt.start, pinAt]])));
      let text = source;
      for (const { start, end } of [...places.values()].toSorted((one, other) => other.start - one.start))
        text = `${text.slice(0, start)}@${pin}${text.slice(end)}`;
      assert.equal(text.replaceAll(`@${pin}`, "¶"), pinned);
      assert.equal(readDocument(text, path).images.length, images.length);
    });

  const alone: readonly (readonly [path: string, source: string, pinned: string])[] = [
    [".devcontainer.json", '{"features": {"ghcr.io/a/b/c:1": {}}}', '{"features": {"ghcr.io/a/b/c¶": {}}}'],
    [".devcontainer.json", '{"image": "a:1", "features": {}}', '{"image": "a:1¶", "features": {}}'],
    [
      "a.nomad",
      'job "a" { task "b" {\n driver = "docker"\n config { image = "c:1" } } }',
      'job "a" { task "b" {\n driver = "docker"\n config { image = "c¶" } } }',
    ],
    [
      "a.nomad",
      'job "a" { task "b" {\n driver = "docker"\n config { image = "c" } } }',
      'job "a" { task "b" {\n driver = "docker"\n config { image = "c¶" } } }',
    ],
    ["a.sh", "skopeo inspect docker://a/b:1\n", "skopeo inspect docker://a/b¶\n"],
    ["a.sh", "V=1\nskopeo inspect docker://a/b:$V\n", "V=1\nskopeo inspect docker://a/b:$V\n"],
    ["a.sh", "crane digest a/b:1\n", "crane digest a/b:1¶\n"],
    ["values.yaml", `image: {repository: a, tag: "1@${pin}"} # x\n`, 'image: {repository: a, tag: "1¶"} # x\n'],
    [
      "values.yaml",
      `image:\n  registry: x.io\n  repository: a\n  tag: 1@${pin}\n`,
      "image:\n  registry: x.io\n  repository: a\n  tag: 1¶\n",
    ],
    [
      "repository.yaml",
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://a.io/b\n  ref:\n    tag: '1' # why\n",
      "apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: oci://a.io/b\n  ref:\n    tag: '1' # why¶\n",
    ],
    // An anchor's tag may be that of others, too.
    ["values.yaml", `image: {repository: a, tag: &t "1@${pin}"}\n`, `image: {repository: a, tag: &t "1@${pin}"}\n`],
    // Escapes and joined lines before it do not hide where a reference ends.
    [".devcontainer.json", '{"image": "a.io\\/b:1"}', '{"image": "a.io\\/b:1¶"}'],
    [
      "taskdef.json",
      '{"containerDefinitions": [{"image": "a.io\\/b@sha256:' + pin.slice(7) + '"}]}',
      '{"containerDefinitions": [{"image": "a.io\\/b¶"}]}',
    ],
    ["compose.yaml", 'services: {a: {image: "b\\u003a1"}}', 'services: {a: {image: "b\\u003a1¶"}}'],
    ["compose.yaml", 'services: {a: {image: "b:\\u0031"}}', 'services: {a: {image: "b:\\u0031¶"}}'],
    ["compose.yaml", 'services:\n  a:\n    image: "b:\\\n      1"\n', 'services:\n  a:\n    image: "b:\\\n      1¶"\n'],
    [
      "compose.yaml",
      "services:\n  a:\n    image: &i !!str 'b:1' # x\n",
      "services:\n  a:\n    image: &i !!str 'b:1¶' # x\n",
    ],
    [
      "compose.yaml",
      "services:\n  a:\n    image: >\n      b:1\n\n\n",
      "services:\n  a:\n    image: >\n      b:1¶\n\n\n",
    ],
    [
      "compose.yaml",
      'services: {a: {image: "b\\u0040sha256:' + pin.slice(7) + '"}}',
      'services: {a: {image: "b\\u0040sha256:' + pin.slice(7) + '"}}',
    ],
  ];
  for (const [path, source, pinned] of alone)
    it(`pins to what the tool takes: ${source}`, () => {
      const [use] = readDocument(source, path).images;
      const at = use?.pinAt;
      const text = at === undefined ? source : `${source.slice(0, at.start)}¶${source.slice(at.end)}`;
      assert.equal(text, pinned);
      assert.notEqual(use?.reference, undefined);
    });

  it("leaves a single use as it is", () => {
    const document = readDocument("FROM a:1\n", "Dockerfile");
    assert.equal(withoutUnsafePins(document), document.images);
  });
});
