import assert from "node:assert/strict";
import { parseManifest } from "../../../src/core/image/manifest.ts";

const digest = `sha256:${"a".repeat(64)}`;
const descriptor = { mediaType: "application/octet-stream", digest, size: 1 };
const read = (json: unknown) =>
  parseManifest(new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json)));

describe("parseManifest", () => {
  it("reads an image manifest with its subject and annotations", () => {
    const { value } = read({
      mediaType: "m",
      artifactType: "t",
      config: descriptor,
      layers: [{ ...descriptor, annotations: { a: "b", wrong: 1 } }],
      subject: descriptor,
      annotations: { c: "d" },
    });
    assert.deepEqual(value, {
      kind: "manifest",
      mediaType: "m",
      artifactType: "t",
      subject: descriptor,
      annotations: { c: "d" },
      config: descriptor,
      layers: [{ ...descriptor, annotations: { a: "b" } }],
    });
  });

  it("reads an index, and the blobs of an artifact manifest as layers", () => {
    assert.equal(read({ manifests: [descriptor] }).value?.kind, "index");
    assert.deepEqual(read({ blobs: [descriptor] }).value, { kind: "manifest", annotations: {}, layers: [descriptor] });
  });

  const refused: readonly (readonly [string, unknown])[] = [
    ["what is not JSON", "<html>"],
    ["what is not an object", []],
    ["an index that is a manifest too", { manifests: [], layers: [] }],
    ["an index with a config", { manifests: [], config: descriptor }],
    ["a digest that is a path", { layers: [{ ...descriptor, digest: "../../secret" }] }],
    ["a negative size", { layers: [{ ...descriptor, size: -1 }] }],
    ["a size beyond exact integers", { layers: [{ ...descriptor, size: 1e300 }] }],
    ["a wrong subject", { layers: [], subject: {} }],
    ["a wrong config", { layers: [], config: "x" }],
    ["layers that are no list", { layers: {} }],
  ];
  for (const [what, json] of refused) {
    it(`refuses ${what}`, () => {
      const { value, problems } = read(json);
      assert.equal(value, undefined);
      assert.equal(problems[0]?.code, "manifest-unreadable");
    });
  }
});
