import assert from "node:assert/strict";
import { resolveDocument } from "../../../src/core/document/resolveWorkspace.ts";

const compose = "services: {a: {image: 'node:${TAG}'}}";

describe("resolveDocument", () => {
  it("says once which files it would look into", () => {
    const { document, missing } = resolveDocument(
      compose.replace("}}", "}, b: {image: '$B'}}"),
      "a/compose.yaml",
      new Map(),
    );
    const others = ["compose.yml", "docker-compose.yaml", "docker-compose.yml"];
    const above = ["compose.yaml", ...others];
    assert.deepEqual(missing, [...others.map((name) => `a/${name}`), ...above, "a/.env"]);
    assert.equal(document.images[0]?.resolution, "partial");
  });

  it("misses nothing where it knows the file, or that there is none", () => {
    for (const [text, expected] of [
      ["TAG=1", "resolved"],
      [undefined, "partial"],
    ] as const) {
      const { document, missing } = resolveDocument(
        compose,
        "compose.yaml",
        new Map([
          [".env", text],
          ["compose.yml", undefined],
          ["docker-compose.yaml", undefined],
          ["docker-compose.yml", undefined],
        ]),
      );
      assert.deepEqual([missing, document.images[0]?.resolution], [[], expected]);
    }
  });

  it("bounds how many files one document leads to", () => {
    const resources = Array.from({ length: 1000 }, (_, index) => `f${index}.yaml`);
    const text = `resources: [${resources.join(", ")}]\nimages: [{name: a, newName: b}]`;
    assert.ok(resolveDocument(text, "kustomization.yaml", new Map()).missing.length <= 200);
  });
});
