import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { pinRefusal } from "../../../src/core/rules/pinRefusal.ts";

describe("pinRefusal", () => {
  const others = new Map([["Chart.yaml", "apiVersion: v2\nname: a\nversion: 1.0.0\nappVersion: '1.2'\n"]]);
  const cases: readonly (readonly [path: string, source: string, refusal: string | undefined])[] = [
    ["Dockerfile", "FROM node:22\n", undefined],
    ["Dockerfile", "ARG A\nFROM $A\n", "its value is not known from the files"],
    ["Dockerfile", "ARG A\nFROM node:$A\n", "all of its value is not known from the files"],
    ["values.yaml", "image:\n  repository: quay.io/a/b\n  tag: ''\n", "its value stands in Chart.yaml"],
    [
      "a.sh",
      "for i in a b; do docker pull x/$i:1; done\n",
      "it is put together from parts that other images share, or that have no place for a digest",
    ],
    [
      "pipeline.yml",
      "platform: linux\nimage_resource: {type: registry-image, source: {repository: b/c}}\nrun: {path: x}\n",
      "its format has no place for a digest there",
    ],
  ];
  for (const [path, source, refusal] of cases)
    it(`says of ${JSON.stringify(source)}: ${refusal ?? "nothing"}`, () => {
      const [use] = readDocument(source, path, (name) => others.get(name)).images;
      assert.notEqual(use, undefined);
      if (use !== undefined) assert.equal(pinRefusal(use), refusal);
    });
});
