import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, sourcesBelow } from "./sources.ts";

const EXPORT = /^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/;

describe("documentation", () => {
  it("stands on every export of core and application", () => {
    const bare = [...sourcesBelow("src/core"), ...sourcesBelow("src/application")].flatMap(({ path, text }) => {
      const lines = text.split("\n");
      return lines.flatMap((line, index) => {
        const name = EXPORT.exec(line)?.[1];
        return name === undefined || lines[index - 1]?.trimEnd().endsWith("*/") === true
          ? []
          : [`${path}:${index + 1} ${name}`];
      });
    });
    assert.deepEqual(bare, []);
  });

  it("keeps ARCHITECTURE.md within 150 lines", () => {
    assert.ok(readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("\n").length <= 151);
  });

  it("names only files that exist", () => {
    const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
    const missing = [...text.matchAll(/`((?:src|test|scripts|media|docs)\/[\w./-]+)`/g)]
      .map((match) => match[1] ?? "")
      .filter((path) => {
        try {
          readFileSync(join(root, path));
          return false;
        } catch (error) {
          return !(error instanceof Error && "code" in error && error.code === "EISDIR");
        }
      });
    assert.deepEqual(missing, []);
  });
});
