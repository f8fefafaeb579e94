import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listChecksums, writeChecksums } from "../../src/cli/checksums.ts";
import { readTarget } from "../../src/cli/signTarget.ts";

const { signal } = new AbortController();

describe("what is to be signed", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "countersign-target-"));
    writeFileSync(join(cwd, "tool"), "a program");
    writeFileSync(join(cwd, "app.tar.gz"), "an archive");
    mkdirSync(join(cwd, "dist"));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  const cases: readonly (readonly [string, "image" | "file" | "folder"])[] = [
    ["ghcr.io/acme/app:1", "image"],
    ["app", "image"],
    ["tool", "file"],
    ["./tool", "file"],
    ["app.tar.gz", "file"],
    ["dist", "image"],
    ["dist/", "folder"],
    ["./dist", "folder"],
    [".", "folder"],
  ];
  for (const [text, kind] of cases)
    it(`is ${kind === "image" ? "an image" : `a ${kind}`} where it is written '${text}'`, async () =>
      assert.equal((await readTarget(text, cwd)).kind, kind));

  it("is a file by its whole path, too", async () =>
    assert.deepEqual(await readTarget(join(cwd, "tool"), "/"), { kind: "file", path: join(cwd, "tool") }));

  for (const [text, message] of [
    ["./none", /'\.\/none' is no file and no folder/],
    ["none/", /is no file and no folder/],
    ["No Image", /is no file, and no image reference/],
  ] as const)
    it(`is nothing where it is written '${text}'`, () => assert.rejects(readTarget(text, cwd), message));

  it("names the way to say it where a folder is no image", async () => {
    mkdirSync(join(cwd, "Dist"));
    await assert.rejects(readTarget("Dist", cwd), /write '\.\/Dist'/);
  });
});

describe("the list of a folder's files", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "countersign-list-"));
    mkdirSync(join(cwd, "dist"));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));
  const write = async (overwrite = false): Promise<string> => {
    const list = await listChecksums("dist", cwd, signal);
    await writeChecksums(list, { cwd, overwrite }, signal);
    return list.path;
  };

  it("is not written of nothing, of links, or of names that it cannot hold", async () => {
    await assert.rejects(write(), /holds no file to sign/);
    writeFileSync(join(cwd, "dist", "a\nb"), "x");
    await assert.rejects(write(), /line break/);
    rmSync(join(cwd, "dist", "a\nb"));
    symlinkSync("/etc/hosts", join(cwd, "dist", "link"));
    await assert.rejects(write(), /link is a link/);
  });

  it("stays where it is the same, and is not replaced unless that was asked for", async () => {
    writeFileSync(join(cwd, "dist", "a"), "x");
    assert.equal(await write(), join("dist", "SHA256SUMS"));
    assert.equal(await write(), join("dist", "SHA256SUMS"));
    writeFileSync(join(cwd, "dist", "a"), "y");
    await assert.rejects(write(), { code: "file-unwritable" });
    await write(true);
  });
});
