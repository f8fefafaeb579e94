import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBundleOutput } from "../../src/cli/bundleOutput.ts";

const options = { signal: new AbortController().signal };

describe("writing a bundle", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "countersign-output-"));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));
  const output = (overwrite = false) => createBundleOutput("a.json", { cwd, overwrite });
  const write = (text: string, overwrite = false) => output(overwrite).write(Buffer.from(text), options);
  const text = (): string => readFileSync(join(cwd, "a.json"), "utf8");

  it("writes all of it and leaves nothing else", async () => {
    await output().prepare(options);
    await write("bundle");
    assert.deepEqual([text(), readdirSync(cwd)], ["bundle", ["a.json"]]);
  });

  it("leaves what is there, also where it came in between", async () => {
    await output().prepare(options);
    writeFileSync(join(cwd, "a.json"), "another's");
    await assert.rejects(write("bundle"), { code: "file-unwritable" });
    await assert.rejects(output().prepare(options), { code: "file-unwritable" });
    assert.deepEqual([text(), readdirSync(cwd)], ["another's", ["a.json"]]);
  });

  it("replaces it where that was asked for", async () => {
    await write("one");
    await output(true).prepare(options);
    await write("two", true);
    assert.deepEqual([text(), readdirSync(cwd)], ["two", ["a.json"]]);
  });

  it("says so where the folder is none", async () => {
    rmSync(cwd, { recursive: true });
    await assert.rejects(output().prepare(options), /Could not write a\.json \(ENOENT\)/);
    await assert.rejects(write("x"), { code: "file-unwritable" });
    mkdirSync(cwd);
    mkdirSync(join(cwd, "a.json"));
    await assert.rejects(write("x", true), { code: "file-unwritable" });
  });
});
