import { createRequire } from "node:module";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createNodeFiles } from "../../src/adapters/files/nodeFiles.ts";
import { createReadingProcesses } from "../../src/adapters/files/readingProcesses.ts";
import { readWorkspace, type Workspace } from "../../src/application/readWorkspace.ts";
import { mayHoldReferences } from "../../src/core/document/detect.ts";
import type { Document } from "../../src/core/document/document.ts";
import { readDocument } from "../../src/core/document/readDocument.ts";
import { check } from "../../src/core/rules/check.ts";
import { measureKeystrokes } from "./keystrokes.ts";
import { writeMixedWorkspace } from "./mixedWorkspace.ts";
import { mustRun } from "./processes.ts";
import { isPolicyPath } from "../../src/core/policy/policyFile.ts";

const FILES = 12_000;
const RUNS = 3;

/** Reads 12,000 files of all kinds cold, as the editor and the command line do, and answers keystrokes. */
export async function measureReading(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-read-"));
  try {
    const bytes = writeMixedWorkspace(folder, FILES);
    console.log(`${FILES} files of 19 kinds, ${(bytes / 1e6).toFixed(1)} MB`);
    const whole = await mustRun(process.execPath, [
      "dist/cli.cjs",
      "images",
      "--fail-on",
      "never",
      "--format",
      "json",
      folder,
    ]);
    console.log(
      `  countersign images         ${whole.seconds.toFixed(2)} s, start of the process and the report included`,
    );
    const documents = await measureWorkspace(folder);
    await comparePeer(documents);
    measureKeystrokes(documents, (document) => {
      const read = readDocument(document.text, document.path);
      check([read], new Map(), { suppressions: [] });
      return read;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureWorkspace(folder: string): Promise<readonly Document[]> {
  const alone = createNodeFiles({ root: folder, accepts: (path) => isPolicyPath(path) || mayHoldReferences(path) });
  const program = join(process.cwd(), "dist/readingProcess.cjs");
  const readers = createReadingProcesses({ program, atLeast: 0, roots: () => [{ prefix: "", folder }] });
  const { signal } = new AbortController();
  let documents: readonly Document[] = [];
  for (let run = 0; run < RUNS; run++) {
    documents = [];
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    const used = process.cpuUsage();
    const workspace: Workspace = await readWorkspace({ files: { ...alone, readers } }, { signal });
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(used);
    delay.disable();
    documents = workspace.documents;
    const images = documents.reduce((sum, document) => sum + document.images.length, 0);
    const grown = (process.memoryUsage().rss - before) / 1e6;
    globalThis.gc?.();
    const kept = process.memoryUsage().heapUsed / 1e6;
    console.log(
      `  read in processes          ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of processors), ${images} references, longest block ${(delay.max / 1e6).toFixed(0)} ms, ${grown.toFixed(0)} MB more at its end, ${kept.toFixed(0)} MB kept`,
    );
  }
  return documents;
}

/** Dockerfiles beside dockerfile-ast, from the folder of packages that COUNTERSIGN_PEER_PACKAGES names. */
async function comparePeer(documents: readonly Document[]): Promise<void> {
  const packages = process.env["COUNTERSIGN_PEER_PACKAGES"];
  if (packages === undefined || !existsSync(join(packages, "node_modules/dockerfile-ast"))) {
    console.log("  dockerfile-ast is not compared: COUNTERSIGN_PEER_PACKAGES names no folder that it is installed in.");
    return;
  }
  const peer: { DockerfileParser: { parse(text: string): { getFROMs(): readonly { getImage(): string | null }[] } } } =
    createRequire(join(packages, "package.json"))("dockerfile-ast");
  const texts = documents.filter(({ dialect }) => dialect === "dockerfile").map(({ text }) => text);
  const time = (read: (text: string) => number): { readonly seconds: number; readonly images: number } => {
    const started = performance.now();
    let images = 0;
    for (const text of texts) images += read(text);
    return { seconds: (performance.now() - started) / 1000, images };
  };
  const readOurs = (text: string): number => readDocument(text, "Dockerfile").images.length;
  const readTheirs = (text: string): number =>
    peer.DockerfileParser.parse(text)
      .getFROMs()
      .filter((from) => from.getImage() !== null).length;
  time(readOurs);
  time(readTheirs);
  const [ours, theirs] = [time(readOurs), time(readTheirs)];
  console.log(`  ${texts.length} Dockerfiles          ${ours.seconds.toFixed(2)} s, ${ours.images} references`);
  console.log(
    `  dockerfile-ast             ${theirs.seconds.toFixed(2)} s, ${theirs.images} images of FROM alone: ${(theirs.seconds / ours.seconds).toFixed(1)} times our time`,
  );
}
