import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";

describe("compiled code", () => {
  let folder = "";
  let program = "";
  let kept = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-compiled-"));
    program = join(folder, "program");
    kept = join(folder, "kept", "deep");
    mkdirSync(program);
    writeFileSync(
      join(program, "main-1.cjs"),
      'const { add } = require("./chunk-2.cjs"); console.log(add(2, 3), __filename);',
    );
    writeFileSync(join(program, "chunk-2.cjs"), "function add(a, b) { return a + b; }\nmodule.exports = { add };");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (): string =>
    execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { createRequire } from "node:module";
         import { keepCompiledCode } from ${JSON.stringify(new URL("../../src/cli/compiledCode.ts", import.meta.url).href)};
         keepCompiledCode(process.argv[1], process.argv[2]);
         createRequire(process.argv[1] + "/x.cjs")("./main-1.cjs");`,
        program,
        kept,
      ],
      { encoding: "utf8" },
    ).trim();
  const expected = (): string => `5 ${join(program, "main-1.cjs")}`;
  const places = (): string[] => ["chunk-2.cjs.bin", "main-1.cjs.bin"].map((name) => join(kept, name));
  /** How many runs have added to each file that is kept. */
  const runs = (): number[] => places().map((place) => readFileSync(place).readUInt32LE(4));

  it("is kept of each file of the program, by each of the first runs", () => {
    for (const count of [1, 2, 3, 4, 4, 4]) {
      assert.equal(run(), expected());
      assert.deepEqual(runs(), [count, count]);
    }
    assert.deepEqual(readdirSync(kept).toSorted(), ["chunk-2.cjs.bin", "main-1.cjs.bin"]);
  });

  it("is what the run compiled, not only what loading did", () => {
    const later = `function later() { return [${Array.from({ length: 200 }, (_, at) => `(x) => x + ${at}`).join()}]; }`;
    writeFileSync(join(program, "main-1.cjs"), `${later}\nconsole.log(5, __filename);`);
    assert.equal(run(), expected());
    const before = readFileSync(join(kept, "main-1.cjs.bin")).length;
    rmSync(kept, { recursive: true });
    writeFileSync(join(program, "main-1.cjs"), `${later}\nlater();\nconsole.log(5, __filename);`);
    assert.equal(run(), expected());
    assert.ok(readFileSync(join(kept, "main-1.cjs.bin")).length > before + 200);
  });

  for (const [what, change] of [
    ["a changed bit", (bytes: Buffer) => bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 4)],
    ["a missing end", (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
    ["nothing in it", () => Buffer.alloc(0)],
    ["something else in it", () => Buffer.from("something else, longer than a header")],
  ] as const)
    it(`is compiled again where it has ${what}`, () => {
      for (const _ of [1, 2]) run();
      for (const place of places()) writeFileSync(place, change(readFileSync(place)));
      assert.equal(run(), expected());
      assert.deepEqual(runs(), [1, 1]);
    });

  it("is compiled again where it belongs to another version of V8", () => {
    for (const _ of [1, 2]) run();
    const [place = ""] = places();
    const bytes = readFileSync(place);
    // After the header, V8's: a magic number, the hash of its version.
    bytes.writeUInt32LE((bytes.readUInt32LE(12) ^ 1) >>> 0, 12);
    writeFileSync(place, withChecksum(bytes));
    assert.equal(run(), expected());
    assert.deepEqual(runs(), [1, 3]);
  });

  it("is done without where it cannot be kept", () => {
    writeFileSync(join(folder, "kept"), "a file");
    assert.equal(run(), expected());
  });
});

function withChecksum(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(crc32(copy.subarray(8)), 0);
  return copy;
}
