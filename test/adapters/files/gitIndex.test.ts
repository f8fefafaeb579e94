import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseIndex, readTrackedFiles } from "../../../src/adapters/files/gitIndex.ts";
import { createNodeFiles } from "../../../src/adapters/files/nodeFiles.ts";
import { allOf } from "../../helpers/asyncItems.ts";

const paths = [
  ".gitignore",
  "a/b/one.yaml",
  "a/b/two.yaml",
  "a/long-name-of-a-file.yaml",
  "ignored/kept.yaml",
  "é.yaml",
];

describe("parseIndex", () => {
  let root: string;
  const git = (...words: readonly string[]): void => {
    execFileSync("git", ["-c", "core.fsmonitor=false", ...words], { cwd: root, stdio: "ignore" });
  };

  before(function () {
    root = mkdtempSync(join(tmpdir(), "countersign-index-"));
    for (const path of [...paths, "ignored/new.yaml", "gone/new.yaml"]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), path === ".gitignore" ? "/ignored/\n/gone/\n*.yaml\n!/a/b/*.yaml\n" : "");
    }
    try {
      git("init", "--quiet");
    } catch {
      this.skip();
    }
    git("add", "--force", ...paths);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const version of [2, 3, 4])
    it(`reads version ${version}, as git writes it`, () => {
      git("update-index", "--index-version", String(version));
      if (version === 3) git("update-index", "--skip-worktree", "a/b/two.yaml");
      const bytes = readFileSync(join(root, ".git/index"));
      assert.equal(bytes.readUInt32BE(4), version);
      assert.deepEqual(parseIndex(bytes), paths);
      for (let length = 0; length < bytes.length; length++) parseIndex(bytes.subarray(0, length));
    });

  it("knows folders of files, and nothing where there is no repository", () => {
    const tracked = readTrackedFiles(root);
    const asked = [tracked?.has("a/b", true), tracked?.has("a/b", false), tracked?.has("gone", true)];
    assert.deepEqual(asked, [true, false, false]);
    assert.equal(readTrackedFiles(join(root, "a")), undefined);
    assert.equal(parseIndex(Buffer.from("DIRC")), undefined);
  });

  it("gives up on paths that would take more memory than the file", () => {
    const entry = (dropped: number, name: string): Buffer =>
      Buffer.concat([Buffer.alloc(62), Buffer.from([dropped]), Buffer.from(`${name}\0`)]);
    const bytes = Buffer.concat([
      Buffer.from("DIRC\0\0\0\u0004\0\0\0\0"),
      entry(0, "a".repeat(1024 * 1024)),
      ...Array.from({ length: 100 }, () => entry(0, "b")),
    ]);
    bytes.writeUInt32BE(50, 8);
    assert.equal(parseIndex(bytes)?.length, 50);
    bytes.writeUInt32BE(101, 8);
    assert.equal(parseIndex(bytes), undefined);
  });

  it("has what git keeps listed, though it is ignored", async () => {
    const files = createNodeFiles({ root, accepts: (path) => path.endsWith(".yaml") });
    const listed = (await allOf(files.list({ signal: new AbortController().signal }))).flat().toSorted();
    assert.deepEqual(listed, paths.slice(1));
  });
});
