import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSample, pin } from "../../helpers/imageUses.ts";

const read = (text: string) => readDocument(text, "MODULE.bazel");

describe("readBazel", () => {
  const rows: readonly (readonly [name: string, text: string, ...uses: readonly string[]])[] = [
    [
      "what an image says itself before the other arguments",
      `oci.pull(name = "m", image = "«memcached:alpine»", tag = "latest", digest = "${pin}")\n`,
      `pull docker.io/library/memcached:alpine@${pin} resolved`,
    ],
    [
      "a digest that an image says itself",
      `oci_pull(name = "m", image = "«r.io:5000/a@${pin}»", digest = "sha256:0")\n`,
      `pull r.io:5000/a@${pin} literal`,
    ],
    ["a port for none", `oci_pull(name = "m", image = "«r.io:5000/a»", tag = "1")\n`, "pull r.io:5000/a:1 resolved"],
    [
      "the repository rule of rules_img",
      `pull = use_repo_rule("@rules_img//img:pull.bzl", "pull")\npull(name = "a", registry = "mirror.gcr.io", repository = "«library/alpine»", tag = "3", digest = "${pin}")\n`,
      `pull mirror.gcr.io/library/alpine:3@${pin} resolved`,
    ],
    [
      "the module extension of rules_img",
      `images = use_extension("@rules_img//img:extensions.bzl", "images")\nimages.pull(name = "a", repository = "«library/alpine»", tag = "3")\nimages.pull(name = "b", registries = ["x.io", "y.io"], repository = "«a/b»", tag = "1")\nimages.pull(name = "c", registry = "z.io", registries = ["x.io"], repository = "«a/c»", tag = "1")\nimages.pull(name = "d", registries = MIRRORS, repository = "«a/d»", tag = "1")\n`,
      "pull docker.io/library/alpine:3 resolved",
      "pull x.io/a/b:1 resolved",
      "pull z.io/a/c:1 resolved",
      "pull ? unresolved",
    ],
    [
      "constants of the file",
      `HOST = "r.io"\nIMAGE = "r.io/acme/b"\nTAG = "1.2"\nTWICE = "3"\nTWICE = "4"\nSUM = "5" + TAG\ncontainer_pull(name = "a", registry = HOST, repository = "«acme/a»", tag = TAG)\noci.pull(name = "b", image = «IMAGE», tag = TAG)\noci.pull(name = "c", image = "«r.io/acme/c»", tag = TWICE)\noci.pull(name = "d", image = "«r.io/acme/d»", tag = SUM)\n`,
      "pull r.io/acme/a:1.2 resolved",
      "pull r.io/acme/b:1.2 resolved",
      "pull ? partial",
      "pull ? partial",
    ],
    [
      "the container of a platform, and that of one group of actions",
      `IMAGE = "docker://r.io/acme/tools:2"\nplatform(name = "p", exec_properties = {"OSFamily": "Linux", "container-image": "docker://«gcc:13@${pin}»"})\ncc_binary(name = "b", exec_properties = {"link.container-image": "docker://«r.io/acme/ld:1»", "x": "docker://no:1"})\nplatform(name = "q", exec_properties = {"container-image": «IMAGE»}, remote = {"container-image": "none"})\n# "container-image": "docker://no:2"\n`,
      `container docker.io/library/gcc:13@${pin} literal`,
      "container r.io/acme/ld:1 literal",
      "container r.io/acme/tools:2 resolved",
    ],
    ["no container that is put together", `p(exec_properties = {"container-image": "docker://r.io/a@%s" % DIGEST})\n`],
    ["no call that others name so", `pull(name = "a", repository = "library/alpine", tag = "3")\n`],
  ];
  for (const [name, text, ...uses] of rows)
    it(`reads ${name}`, () => {
      expectSample(read, text, uses);
    });

  it("pins over the digest", () => {
    const [, text = ""] = rows[3] ?? [];
    assert.equal(expectPinsToHold(read, text.replaceAll(/[«»]/g, "")), 1);
  });
});

describe("readBazelOptions", () => {
  it("reads the images in which actions run", () => {
    expectSample(
      (text) => readDocument(text, "tools/remote.bazelrc"),
      `build:r --jobs=9 --remote_default_exec_properties=container-image=docker://«gcc:13@${pin}»\n` +
        "# build --experimental_docker_image=no:1\n" +
        'common:d --experimental_docker_image="«golang:1.22»" # --experimental_docker_image=no:2\n' +
        "build:w --remote_default_exec_properties=OSFamily=linux --remote_default_exec_properties=container-image=none\n",
      [`container docker.io/library/gcc:13@${pin} literal`, "container docker.io/library/golang:1.22 literal"],
    );
  });
});
