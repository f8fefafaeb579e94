import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectUses } from "../../helpers/imageUses.ts";

const skaffold = `apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
  - image: app
    context: a
    docker: {buildArgs: {BASE: 'golang:1.22', TEMPLATE: 'x:{{.TAG}}', OTHER: y}}
  - image: base
    context: b
  - image: top
    context: b
    kaniko: {dockerfile: Dockerfile.top}
    requires: [{image: base, alias: BASE}]
`;

describe("skaffoldBuildsBeside", () => {
  const table: readonly (readonly [path: string, source: string, expected: readonly string[]])[] = [
    ["a/Dockerfile", "ARG BASE\nFROM «$BASE»\n", ["from docker.io/library/golang:1.22 resolved"]],
    ["a/Dockerfile", "ARG TEMPLATE\nFROM «$TEMPLATE»\n", ["from ? unresolved"]],
    [
      "a/Other",
      "# syntax=«docker/dockerfile:1»\nARG BASE\nFROM «$BASE»\n",
      ["syntax docker.io/docker/dockerfile:1 literal", "from ? unresolved"],
    ],
    // What another artifact makes is no image that anyone pulls.
    [
      "b/Dockerfile.top",
      "ARG BASE\nFROM $BASE\nCOPY --from=«alpine:3» /a /b\n",
      ["copy-from docker.io/library/alpine:3 literal"],
    ],
    [
      "b/Dockerfile",
      "ARG BASE=«debian:12»\nFROM «$BASE»\n".replace("«debian:12»", "debian:12"),
      ["from docker.io/library/debian:12 resolved"],
    ],
  ];
  for (const [path, source, expected] of table)
    it(`give ${path} what they build it with: ${source.split("\n", 1)[0]}`, () =>
      void expectUses(
        (text) => readDocument(text, path, (file) => (file === "skaffold.yaml" ? skaffold : undefined)),
        source,
        expected,
      ));

  it("reads nothing where no file is skaffold's", () => {
    const { images } = readDocument(
      "ARG BASE\nFROM $BASE\n",
      "a/Dockerfile",
      () => "build: {artifacts: [{context: a}]}",
    );
    assert.equal(images[0]?.resolution, "unresolved");
  });
});
