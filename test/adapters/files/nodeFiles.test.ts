import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createNodeFiles } from "../../../src/adapters/files/nodeFiles.ts";
import { allOf } from "../../helpers/asyncItems.ts";
import { AppError } from "../../../src/application/errors.ts";
import type { ListOptions } from "../../../src/application/ports.ts";
import type { Problem } from "../../../src/core/problem.ts";

const options = { signal: new AbortController().signal };
const coded = (code: string) => (error: unknown) => error instanceof AppError && error.code === code;

describe("createNodeFiles", () => {
  let root: string;
  let outside: string;
  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const listed = async (
    more: Parameters<typeof files>[0] = {},
    wait: ListOptions = options,
  ): Promise<readonly string[]> => (await allOf(files(more).list(wait))).flat().sort();
  const files = (more: Partial<Parameters<typeof createNodeFiles>[0]> = {}) =>
    createNodeFiles({ root, accepts: (path) => path.endsWith(".yaml"), ...more });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "countersign-files-"));
    outside = mkdtempSync(join(tmpdir(), "countersign-outside-"));
    writeFileSync(join(outside, "secret.yaml"), "secret");
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  });

  it("lists what it accepts, without folders of others and what git ignores", async () => {
    for (const path of [
      "b.yaml",
      "a/z.yaml",
      "B/y.yaml",
      "node_modules/x.yaml",
      ".git/x.yaml",
      "gone/x.yaml",
      "a/c.txt",
    ])
      write(path, "");
    write(".github/workflows/w.yaml", "");
    write("build/x.yaml", "");
    write(".gitignore", "/gone\n");
    assert.deepEqual(await listed(), [".github/workflows/w.yaml", "B/y.yaml", "a/z.yaml", "b.yaml", "build/x.yaml"]);
  });

  it("looks into folders that matter, and those on the way to them, alone", async () => {
    for (const path of ["a/b/c/x.yaml", "a/b/y.yaml", "a/bb/x.yaml", "d/x.yaml", "e/f/x.yaml"]) write(path, "");
    const within = async (...folders: string[]) => listed({ maximumFiles: 3 }, { ...options, within: folders });
    assert.deepEqual(await within("a/b"), ["a/b/c/x.yaml", "a/b/y.yaml"]);
    assert.deepEqual(await within("a/b/c", "e"), ["a/b/c/x.yaml", "a/b/y.yaml", "e/f/x.yaml"]);
    await assert.rejects(within(""), coded("limit-reached"));
  });

  it("ignores what git does in a repository alone, and below one", async () => {
    for (const path of ["sub/a.yaml", "sub/gone/x.yaml"]) write(path, "");
    write("sub/.gitignore", "/gone\n");
    assert.deepEqual(await listed(), ["sub/a.yaml", "sub/gone/x.yaml"]);
    write(".git/HEAD", "");
    assert.deepEqual(await listed(), ["sub/a.yaml"]);
    const below = createNodeFiles({ root: join(root, "sub"), accepts: (path) => path.endsWith(".yaml") });
    assert.deepEqual((await allOf(below.list(options))).flat(), ["a.yaml"]);
  });

  it("gives the names of a folder's files and folders, in order, where there is one", async () => {
    for (const path of ["a/c.tf", "a/b.tf", "a/below/d.tf"]) write(path, "");
    assert.equal(await files().read("a/", options), "b.tf\nbelow/\nc.tf");
    assert.equal(await files().read("none/", options), undefined);
    assert.equal(await files().read("./", options), "a/");
  });

  it("GHSA-8xwf-rjm4-xvhv: follows links inside the root, and none that leads out or round in circles", async () => {
    write("a/in.yaml", "text");
    symlinkSync(join(root, "a/in.yaml"), join(root, "link.yaml"));
    symlinkSync(join(outside, "secret.yaml"), join(root, "out.yaml"));
    symlinkSync(outside, join(root, "folder"));
    symlinkSync(root, join(root, "a/loop"));
    assert.deepEqual(await listed(), ["a/in.yaml", "link.yaml"]);
    assert.equal(await files().read("link.yaml", options), "text");
    await assert.rejects(files().read("out.yaml", options), coded("file-unreadable"));
  });

  it("stops at its limits, with a code", async () => {
    for (let number = 0; number < 5; number++) write(`${number}.yaml`, "x".repeat(10));
    await assert.rejects(listed({ maximumFiles: 3 }), coded("limit-reached"));
    await assert.rejects(listed({ maximumEntries: 3 }), coded("limit-reached"));
    await assert.rejects(files({ maximumSize: 9 }).read("0.yaml", options), coded("limit-reached"));
    write("a/b/c/deep.yaml", "");
    assert.ok(!(await listed({ maximumDepth: 2 })).includes("a/b/c/deep.yaml"));
  });

  describe("says which folder it could not look into:", () => {
    const met = async (more: Parameters<typeof files>[0] = {}): Promise<readonly string[]> => {
      const problems: string[] = [];
      const onProblem = ({ code, file = "", message }: Problem): void => {
        assert.ok(message.includes(file));
        problems.push(`${code} ${file}`);
      };
      await allOf(files(more).list({ ...options, onProblem }));
      return problems;
    };
    beforeEach(() => {
      write("a/b/c/d.yaml", "");
      write("a/x/y/z.yaml", "");
    });

    it("those that are too deep, once", async () => {
      assert.deepEqual(await met(), []);
      assert.deepEqual(await met({ maximumDepth: 2 }), ["limit-reached a/x/y"]);
      assert.deepEqual(await listed({ maximumDepth: 2 }), []);
    });

    it("those that it may not open", async function unopened() {
      if (process.getuid?.() === 0) this.skip();
      chmodSync(join(root, "a/b"), 0);
      try {
        assert.deepEqual(await met(), ["file-unreadable a/b"]);
        assert.deepEqual(await listed(), ["a/x/y/z.yaml"]);
      } finally {
        chmodSync(join(root, "a/b"), 0o755);
      }
    });
  });

  it("reads text without its byte-order mark, and refuses what is no text", async () => {
    write("bom.yaml", "\uFEFFa: 1");
    assert.equal(await files().read("bom.yaml", options), "a: 1");
    write("utf16.yaml", Buffer.from("\uFEFFa: 1", "utf16le"));
    assert.equal(await files().read("utf16.yaml", options), "a: 1");
    write("binary.yaml", new Uint8Array([0x41, 0, 0x42]));
    await assert.rejects(files().read("binary.yaml", options), coded("file-unreadable"));
    await assert.rejects(files().read(".", options), coded("file-unreadable"));
    assert.equal(await files().read("missing.yaml", options), undefined);
  });

  it("can be cancelled", async () => {
    write("a.yaml", "");
    const cancelled = { signal: AbortSignal.abort() };
    await assert.rejects(listed({}, cancelled));
    await assert.rejects(files().read("a.yaml", cancelled));
  });
});
