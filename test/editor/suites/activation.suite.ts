import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { commands, extensions, Range, window, workspace, type InlayHint } from "vscode";
import { fileUri, ours, until, write } from "./host.ts";

/** Files that are there before the extension starts. */
const fileCount = 2_000;

// These run first, because only one activation is cold. They tell times in their titles and judge none: the machine
// that they run on decides those.
describe("activation", () => {
  before(async () => {
    const files = Array.from({ length: fileCount }, (_, index) => index);
    for (let start = 0; start < fileCount; start += 100)
      await Promise.all(
        files.slice(start, start + 100).map((index) => write(`many/${index}/Dockerfile`, dockerfile(index, 30))),
      );
  });
  after(async () => {
    await workspace.fs.delete(fileUri("many"), { recursive: true });
    await until(() => (ours(fileUri("many/0/Dockerfile")).length === 0 ? true : undefined));
  });

  it("activates in a trusted workspace with a Dockerfile", async function activates() {
    assert.equal(workspace.isTrusted, true);
    const extension = extensions.getExtension("countersign.countersign");
    assert.ok(extension !== undefined, "the extension under development is not there");
    const lag = watchLag();
    const started = performance.now();
    await extension.activate();
    const activated = performance.now() - started;
    assert.equal(extension.isActive, true);
    await until(() => (ours(fileUri(`many/${fileCount - 1}/Dockerfile`)).length > 0 ? true : undefined));
    const read = performance.now() - started;
    tell(this, `in ${activated.toFixed(0)} ms, ${fileCount} files ${read.toFixed(0)} ms, ${lag()}`);
  });

  it("answers a keystroke in a file of 1,000 lines", async function answers() {
    const uri = await write("many/long/Dockerfile", dockerfile(0, 1_000));
    const document = await workspace.openTextDocument(uri);
    const editor = await window.showTextDocument(document);
    await until(() => (ours(uri).length > 0 ? true : undefined));
    const lag = watchLag();
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      const place = document.lineAt(500).range.start;
      await editor.edit((edit) => edit.insert(place, "#"));
      const started = performance.now();
      const whole = new Range(0, 0, document.lineCount, 0);
      await commands.executeCommand<InlayHint[]>("vscode.executeInlayHintProvider", uri, whole);
      times.push(performance.now() - started);
    }
    const middle = times.toSorted((a, b) => a - b)[10] ?? 0;
    tell(this, `answered after ${middle.toFixed(0)} ms with the pause, ${lag()}`);
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
});

function dockerfile(seed: number, lines: number): string {
  const body = Array.from({ length: lines - 3 }, (_, index) => `RUN echo ${seed} ${index} && cp /a/${index} /b`);
  return [`ARG TAG=${seed}`, "FROM node:$TAG AS build", ...body, "FROM nginx:1.27", ""].join("\n");
}

/** Measures the longest time between two turns of the event loop, and how much of it this thread worked. */
function watchLag(): () => string {
  let [longest, worked] = [0, 0];
  let last = performance.now();
  let before = workedSoFar();
  const timer = setInterval(() => {
    const now = performance.now();
    const work = workedSoFar();
    longest = Math.max(longest, now - last - 2);
    worked = Math.max(worked, work - before);
    // Looking took time, too.
    last = performance.now();
    before = workedSoFar();
  }, 2);
  return () => {
    clearInterval(timer);
    const own = Number.isNaN(worked) ? "" : ` (${worked.toFixed(0)} ms of work at once)`;
    return `longest block ${longest.toFixed(0)} ms${own}`;
  };
}

/** For how long the main thread has had a processor, in milliseconds: where others keep it waiting, time tells little. */
function workedSoFar(): number {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;
  } catch {
    return Number.NaN;
  }
}

function tell(context: Mocha.Context, what: string): void {
  if (context.test !== undefined) context.test.title += `: ${what}`;
}
