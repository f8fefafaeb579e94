import assert from "node:assert/strict";
import { AppError } from "../../src/application/errors.ts";
import { readFileNow, readFiles, readFilesNow } from "../../src/application/readFiles.ts";

const files = new Map([
  ["compose.yaml", "services: { a: { image: 'redis:$TAG' } }\n"],
  [".env", "TAG=7\n"],
  ["data.yaml", "a: 1\n"],
  ["policy.yaml", "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\n"],
  ["build.sh", "docker pull redis:7\n"],
]);
const textOf = (path: string): string | undefined => {
  if (path.startsWith("broken")) throw new AppError("file-unreadable", `${path} could not be read.`);
  return files.get(path);
};
const task = { references: true, policy: true, named: false };

describe("readFileNow", () => {
  it("gives a document with what it looked up in other files, and which those are", () => {
    const { document, siblings, problems } = readFileNow({ ...task, path: "compose.yaml" }, textOf);
    assert.equal(document?.images[0]?.reference?.tag, "7");
    assert.ok(siblings?.includes(".env"));
    assert.deepEqual(problems, []);
  });

  it("keeps no commands that no rule looks at", () => {
    const { document } = readFileNow({ ...task, path: "build.sh" }, textOf);
    assert.deepEqual([document?.images.length, document?.commands.length], [1, 0]);
  });

  it("gives a file in no dialect only where it was named", () => {
    assert.equal(readFileNow({ ...task, path: "data.yaml" }, textOf).document, undefined);
    const named = readFileNow({ ...task, path: "data.yaml", named: true }, textOf).document;
    assert.equal(named?.dialect, "unrecognised");
  });

  it("gives the text of a policy, where policies are looked for", () => {
    assert.match(readFileNow({ ...task, path: "policy.yaml" }, textOf).policyText ?? "", /ClusterImagePolicy/);
    const without = readFileNow({ ...task, path: "policy.yaml", policy: false, references: false }, textOf);
    assert.deepEqual(without, { path: "policy.yaml", problems: [] });
  });

  it("says that a file cannot be read where that matters, and nothing of one that is not there", () => {
    const codes = (path: string, named = false): readonly string[] =>
      readFileNow({ ...task, path, named }, textOf).problems.map(({ code }) => code);
    assert.deepEqual(codes("broken/Dockerfile"), ["file-unreadable"]);
    assert.deepEqual(codes("broken.json"), ["file-unreadable"]);
    assert.deepEqual(codes("broken"), []);
    assert.deepEqual(codes("broken", true), ["file-unreadable"]);
    assert.deepEqual(codes("none/Dockerfile"), []);
  });

  it("reads a file whose other files cannot be read", () => {
    const only = (path: string): string | undefined => textOf(path === "compose.yaml" ? path : `broken/${path}`);
    const { document } = readFileNow({ ...task, path: "compose.yaml" }, only);
    assert.equal(document?.images[0]?.resolution, "partial");
  });
});

describe("readFilesNow", () => {
  const tasks = [...files.keys(), "broken/Dockerfile", "none.yaml"].map((path) => ({ ...task, path }));
  const waiting = { list: () => assert.fail(), read: (path: string) => Promise.resolve(path).then(textOf) };

  it("gives what is read where others wait, in the order of the tasks", async () => {
    const { signal } = new AbortController();
    const now = await readFilesNow(tasks, textOf, { signal });
    assert.deepEqual(
      now.map(({ path }) => path),
      tasks.map(({ path }) => path),
    );
    const contents = (readings: typeof now) =>
      readings.map(({ path, document, problems }) => [path, document?.images, problems]);
    assert.deepEqual(contents(now), contents(await readFiles(waiting, tasks, { signal })));
  });

  it("ends when it is cancelled between two files", async () => {
    const cancelled = new AbortController();
    const seen: string[] = [];
    const reading = readFilesNow(
      tasks,
      (path) => {
        seen.push(path);
        if (path === "data.yaml") cancelled.abort(new Error("enough"));
        return textOf(path);
      },
      { signal: cancelled.signal },
    );
    await assert.rejects(reading, /enough/);
    assert.equal(seen.at(-1), "data.yaml");
  });
});
