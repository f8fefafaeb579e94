import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFilesNow } from "../../../src/adapters/files/filesNow.ts";
import { AppError } from "../../../src/application/errors.ts";
import type { TextNow } from "../../../src/application/ports.ts";

const coded = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

describe("createFilesNow", () => {
  let root: string;
  let textOf: TextNow;

  before(() => {
    root = mkdtempSync(join(tmpdir(), "countersign-now-"));
    for (const folder of ["one", "two", "outside"]) mkdirSync(join(root, folder));
    writeFileSync(join(root, "one/a.yaml"), "\ufeffone");
    writeFileSync(join(root, "two/a.yaml"), "two");
    writeFileSync(join(root, "outside/a.yaml"), "outside");
    writeFileSync(join(root, "one/binary.yaml"), "a\0b");
    writeFileSync(join(root, "one/long.yaml"), "x".repeat(101));
    symlinkSync(join(root, "one/a.yaml"), join(root, "one/inner.yaml"));
    symlinkSync(join(root, "outside/a.yaml"), join(root, "one/outer.yaml"));
    symlinkSync(join(root, "one/none.yaml"), join(root, "one/dangling.yaml"));
    const roots = [
      { prefix: "", folder: join(root, "one") },
      { prefix: "second/", folder: join(root, "two") },
    ];
    textOf = createFilesNow(roots, 100);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  for (const isListed of [false, true])
    it(`reads files of each folder, without byte-order mark, and links that stay inside, ${isListed ? "where they were found" : "wherever they are"}`, () => {
      const texts = ["a.yaml", "second/a.yaml", "inner.yaml"].map((path) => textOf(path, isListed));
      assert.deepEqual(texts, ["one", "two", "one"]);
    });

  it("reads a file that is longer than most", () => {
    const long = "0123456789".repeat(30_000);
    writeFileSync(join(root, "two/long.yaml"), long);
    const unlimited = createFilesNow([{ prefix: "", folder: join(root, "two") }]);
    for (const isListed of [false, true]) assert.equal(unlimited("long.yaml", isListed), long);
    rmSync(join(root, "two/long.yaml"));
  });

  it("gives the names of a folder's files, in order", () => {
    const names = "a.yaml\nbinary.yaml\ndangling.yaml\ninner.yaml\nlong.yaml\nouter.yaml";
    assert.equal(textOf("./"), names);
    assert.equal(textOf("second/"), "a.yaml");
    for (const path of ["third/", "a.yaml/", "../outside/"]) assert.equal(textOf(path), undefined, path);
  });

  it("knows nothing of what is not there, and of what lies outside", () => {
    for (const path of ["none.yaml", "a.yaml/b", "dangling.yaml", "../outside/a.yaml", "second/../../outside/a.yaml"])
      for (const isListed of [false, true]) assert.equal(textOf(path, isListed), undefined, path);
    assert.equal(createFilesNow([])("a.yaml"), undefined);
  });

  it("does not look again, within one reading, for what is not there", () => {
    assert.equal(textOf("later.yaml"), undefined);
    writeFileSync(join(root, "one/later.yaml"), "later");
    assert.equal(textOf("later.yaml"), undefined);
    assert.equal(createFilesNow([{ prefix: "", folder: join(root, "one") }])("later.yaml"), "later");
    rmSync(join(root, "one/later.yaml"));
  });

  it("refuses links that lead out, folders, binary and large files", () => {
    mkdirSync(join(root, "one/folder.yaml"));
    for (const isListed of [false, true]) {
      for (const path of ["outer.yaml", "folder.yaml", "binary.yaml"])
        assert.throws(() => textOf(path, isListed), coded("file-unreadable"), path);
      assert.throws(() => textOf("long.yaml", isListed), coded("limit-reached"));
    }
  });
});
