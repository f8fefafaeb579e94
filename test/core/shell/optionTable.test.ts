import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { marked } from "../../helpers/marked.ts";

/** Commands whose options nobody knows, or which say something of others. */
const commands: readonly string[] = [
  'A=()\nwhile x; do A+=("$1 $2"); A+=("$1"); done\ndocker run -d "${A[@]}" "⟦${IMAGE}⟧" /x',
  'docker run --rm "$1 $2" ⟦node:22⟧ ls',
  "docker build --build-arg BASE_IMAGE=r.io/a --build-arg GO_IMAGE=⟦golang:1⟧ --build-arg RT_IMAGE_TAG=2 .",
  "docker build --build-arg BASE_IMAGE=⟦r.io:5000/a/b⟧ --build-arg TAG=2 .",
  "trivy --exit-code 1 ⟦a/b:$TAG⟧ && trivy ⟦$IMAGE⟧ && trivy $X",
];

describe("options that are not known", () => {
  for (const source of commands)
    it(`leave the image of ${source.replaceAll("\n", "\\n")}`, () => {
      const { text, spans } = marked(`#!/bin/sh\n${source}\n`);
      assert.deepEqual(
        readDocument(text, "x.sh").images.map(({ span }) => span),
        spans,
      );
    });
});
