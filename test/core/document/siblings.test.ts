import assert from "node:assert/strict";
import { siblingPath } from "../../../src/core/document/siblings.ts";

describe("siblingPath", () => {
  const table: readonly (readonly [path: string, relative: string, expected: string | undefined])[] = [
    ["compose.yaml", ".env", ".env"],
    ["a/b/compose.yaml", "../c/./d.yaml", "a/c/d.yaml"],
    ["a/compose.yaml", "../../x", undefined],
    ["a/compose.yaml", "/etc/passwd", undefined],
    ["a/compose.yaml", "https://example.org/x", undefined],
    ["a/compose.yaml", "oci://example.org/x", undefined],
    ["a/compose.yaml", "${HOME}/x", undefined],
    ["a/compose.yaml", "..", undefined],
    ["a/b.yaml", "..\\x", undefined],
  ];
  for (const [path, relative, expected] of table)
    it(`reads '${relative}' from ${path} as ${expected ?? "nothing of the workspace"}`, () =>
      assert.equal(siblingPath(path, relative), expected));
});
