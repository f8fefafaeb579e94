import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readDocument } from "../../src/core/document/readDocument.ts";
import { mustRun } from "./processes.ts";
import { writeServices } from "./workspaceFixture.ts";

const FILES = 2000;

/** Reads 2,000 files: the whole command line, and the reading alone with its longest single file. */
export async function measureReading(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-read-"));
  try {
    writeServices(folder, FILES);
    const whole = await mustRun(process.execPath, ["dist/cli.cjs", "images", "--format", "json", folder]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path: relative(folder, path), text: readFileSync(path, "utf8") }));
    let images = 0;
    let longest = 0;
    const started = performance.now();
    for (const { path, text } of files) {
      const before = performance.now();
      images += readDocument(text, path).images.length;
      longest = Math.max(longest, performance.now() - before);
    }
    const seconds = (performance.now() - started) / 1000;
    console.log(`${FILES} files, ${images} references`);
    console.log(`  countersign images         ${whole.seconds.toFixed(2)} s, start of the process included`);
    console.log(`  readDocument alone         ${seconds.toFixed(2)} s, longest file ${longest.toFixed(1)} ms`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
