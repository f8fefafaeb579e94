import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createNodeFiles } from "../../../src/adapters/files/nodeFiles.ts";
import { createReadingProcesses } from "../../../src/adapters/files/readingProcesses.ts";
import { allOf } from "../../helpers/asyncItems.ts";
import { AppError } from "../../../src/application/errors.ts";
import type { FileReaders, FileTask } from "../../../src/application/ports.ts";
import { readWorkspace } from "../../../src/application/readWorkspace.ts";

const program = resolve("src/adapters/files/readingProcess.ts");
const { signal } = new AbortController();

describe("createReadingProcesses", () => {
  let root: string;
  let outside: string;

  before(() => {
    root = mkdtempSync(join(tmpdir(), "countersign-processes-"));
    outside = mkdtempSync(join(tmpdir(), "countersign-outside-"));
    for (let n = 0; n < 450; n++) {
      mkdirSync(join(root, `s${n}/chart/templates`), { recursive: true });
      writeFileSync(join(root, `s${n}/Dockerfile`), `FROM node:${n}\nRUN ls\n`);
    }
    writeFileSync(join(root, "s1/compose.yaml"), "services: { a: { image: 'redis:$TAG' } }\n");
    writeFileSync(join(root, "s1/.env"), "TAG=7\n");
    writeFileSync(join(root, "s2/policy.yaml"), "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\n");
    writeFileSync(join(root, "s3/compose.yaml"), "services: \0");
    writeFileSync(join(outside, "Dockerfile"), "FROM secret:1\n");
    symlinkSync(join(outside, "Dockerfile"), join(root, "s4/Dockerfile.link"));
    symlinkSync(join(root, "s5/Dockerfile"), join(root, "s4/Dockerfile.inner"));
    mkdirSync(join(root, "s4/Dockerfile.folder"));
  });
  after(() => {
    for (const folder of [root, outside]) rmSync(folder, { recursive: true, force: true });
  });

  const files = (readers?: FileReaders) => ({
    ...createNodeFiles({ root, accepts: () => true }),
    ...(readers === undefined ? {} : { readers }),
  });
  const processes = (path = program): FileReaders =>
    createReadingProcesses({ program: path, atLeast: 400, roots: () => [{ prefix: "", folder: root }] });
  const taskOf = (path: string): FileTask => ({ path, references: true, policy: true, named: true });

  const inParts = async function* (...parts: readonly (readonly FileTask[])[]): AsyncGenerator<readonly FileTask[]> {
    for (const part of parts) yield await Promise.resolve(part);
  };

  it("reads a workspace as this process does", async () => {
    let batches = 0;
    const counted = { files: files(processes()) };
    const beside = await readWorkspace(counted, { signal, onReadings: () => batches++ });
    const alone = await readWorkspace({ files: files() }, { signal });
    assert.deepEqual(beside, alone);
    assert.ok(batches > 1, `${batches} batches`);
    assert.equal(beside.documents.length, 453);
  });

  it("gives what it read, the files it looked into, policies and problems", async () => {
    const tasks = [
      "s1/compose.yaml",
      "s2/policy.yaml",
      "s3/compose.yaml",
      "s4/Dockerfile.link",
      "s9/none",
      "s4/Dockerfile.folder",
    ].map(taskOf);
    const parts = inParts(tasks.slice(0, 2), [], tasks.slice(2));
    const readings = (await allOf(processes().read(parts, { signal }))).flat();
    const [compose, policy, binary, link, absent, folder] = tasks.map((task) =>
      readings.find(({ path }) => path === task.path),
    );
    assert.deepEqual(compose?.document?.images[0]?.reference?.tag, "7");
    assert.ok(compose?.siblings?.includes("s1/.env"));
    assert.match(policy?.policyText ?? "", /ClusterImagePolicy/);
    assert.deepEqual(
      [binary, link, folder].map((reading) => reading?.problems.map(({ code }) => code)),
      [["file-unreadable"], ["file-unreadable"], ["file-unreadable"]],
    );
    assert.deepEqual(absent, { path: "s9/none", problems: [] });
  });

  it("reads folders of the workspace by their prefix, and nothing outside them", async () => {
    const readers = createReadingProcesses({
      program,
      atLeast: 0,
      roots: () => [
        { prefix: "", folder: join(root, "s1") },
        { prefix: "other/", folder: join(root, "s2") },
      ],
    });
    const tasks = ["Dockerfile", "other/Dockerfile", "../s3/Dockerfile"].map(taskOf);
    const readings = (await allOf(readers.read(inParts(tasks), { signal }))).flat();
    const imageOf = (path: string) => readings.find((reading) => reading.path === path)?.document?.images[0]?.text;
    assert.deepEqual(
      tasks.map(({ path }) => imageOf(path)),
      ["node:1", "node:2", undefined],
    );
  });

  it("leaves what a process could not do to this one", async () => {
    const { documents } = await readWorkspace({ files: files(processes(resolve("no-such-program.mjs"))) }, { signal });
    assert.equal(documents.length, 453);
  });

  it("says what finding the files failed with", async () => {
    const failing = async function* (): AsyncGenerator<readonly FileTask[]> {
      yield await Promise.resolve([taskOf("s1/Dockerfile")]);
      throw new AppError("limit-reached", "too many");
    };
    await assert.rejects(allOf(processes().read(failing(), { signal })), /too many/);
  });

  it("ends when it is cancelled", async () => {
    const cancelled = new AbortController();
    const reading = processes().read(inParts([taskOf("s1/Dockerfile")]), { signal: cancelled.signal });
    cancelled.abort(new Error("enough"));
    await assert.rejects(async () => {
      for await (const some of reading) assert.fail(`${some.length} readings`);
    }, /enough/);
  });
});
