import assert from "node:assert/strict";
import { formatFamiliar } from "../../src/core/image/reference.ts";
import type { Document } from "../../src/core/document/document.ts";
import { readDocument } from "../../src/core/document/readDocument.ts";
import {
  createDocumentReader,
  isHalfTyped,
  type DocumentReader,
  type Outcome,
} from "../../src/extension/documentReader.ts";
import { memoryFiles } from "../helpers/memoryFiles.ts";

const { signal } = new AbortController();
const content = {
  ".env": "TAG=1.27\n",
  "base.yaml": "services: {db: {image: 'postgres:${PG}'}}\n",
  "compose.yaml": "services: {web: {image: 'nginx:${TAG}'}}\n",
  "other/compose.yaml": "services: {web: {image: 'redis:${TAG}'}}\n",
  "other/.env": "TAG=7\n",
};

describe("createDocumentReader", () => {
  let files: ReturnType<typeof memoryFiles>;
  let unsaved: Map<string, string>;
  let documents: Map<string, Document>;
  let reader: DocumentReader;
  const isStale = (): boolean => false;
  const images = (): readonly string[] =>
    [...documents.values()].flatMap(({ path, images: found }) =>
      found.map(({ reference }) => `${path} ${reference === undefined ? "?" : formatFamiliar(reference)}`),
    );
  const put = ({ read, dropped }: Outcome): Outcome => {
    for (const document of read) documents.set(document.path, document);
    for (const path of dropped) documents.delete(path);
    return { read, dropped };
  };
  const open = async (...paths: (keyof typeof content)[]): Promise<void> => {
    for (const path of paths) put(await reader.read([{ path, text: content[path], isStale }], signal));
    files.reads.length = 0;
  };

  beforeEach(() => {
    files = memoryFiles(content);
    unsaved = new Map();
    documents = new Map();
    reader = createDocumentReader({
      files,
      unsaved: (path) => unsaved.get(path),
      document: (path) => documents.get(path),
    });
  });

  it("reads nothing but the file that changed, where none looks into it", async () => {
    await open("compose.yaml", "other/compose.yaml");
    const path = "other/compose.yaml";
    const text = "services: {web: {image: 'nginx:1'}}\n";
    const readings = [{ path, text, isStale }, ...reader.dependents([{ path, change: "content" }])];
    const { read } = put(await reader.read(readings, signal));
    assert.deepEqual(
      read.map((document) => document.path),
      [path],
    );
    // Without a variable it looks into no other file.
    assert.deepEqual(files.reads, []);
    assert.equal(reader.isRead(path, text), true);
    assert.equal(reader.isRead(path, content[path]), false);
  });

  it("reads what looks into a file that is typed in, as it is typed, and no other", async () => {
    await open("compose.yaml", "other/compose.yaml");
    unsaved.set(".env", "TAG=1.28\n");
    const readings = reader.dependents([{ path: ".env", change: "content" }]);
    assert.deepEqual(
      readings.map(({ path }) => path),
      ["compose.yaml"],
    );
    put(await reader.read(readings, signal));
    assert.deepEqual(images(), ["compose.yaml nginx:1.28", "other/compose.yaml redis:7"]);
    assert.ok(!files.reads.includes(".env") && !files.reads.includes("other/.env"), files.reads.join(", "));
  });

  it("reads a file that several look into once", async () => {
    const many = Array.from({ length: 20 }, (_, index) => `stack/compose.${index}.yaml`);
    const text = "services: {web: {image: 'nginx:${TAG}'}}\n";
    files = memoryFiles({ "stack/.env": "TAG=1\n" });
    reader = createDocumentReader({ files, unsaved: () => undefined, document: (path) => documents.get(path) });
    put(
      await reader.read(
        many.map((path) => ({ path, text, isStale })),
        signal,
      ),
    );
    files.reads.length = 0;
    const readings = reader.dependents([{ path: "stack/.env", change: "content" }]);
    assert.equal(readings.length, many.length);
    await reader.read(readings, signal);
    assert.equal(files.reads.filter((path) => path === "stack/.env").length, 1);
  });

  it("knows what a file looks into by way of another", async () => {
    files = memoryFiles({
      "base.yaml": content["base.yaml"],
      "compose.yaml": "services: {a: {extends: {file: base.yaml, service: db}}}\n",
      ".env": "PG=16\n",
    });
    reader = createDocumentReader({
      files,
      unsaved: (path) => unsaved.get(path),
      document: (path) => documents.get(path),
    });
    const text = "services: {a: {extends: {file: base.yaml, service: db}, image: 'x:${PG}'}}\n";
    put(await reader.read([{ path: "compose.yaml", text, isStale }], signal));
    assert.deepEqual(
      reader.dependents([{ path: ".env", change: "content" }]).map(({ path }) => path),
      ["compose.yaml"],
    );
  });

  it("leaves out what was overtaken, and what holds nothing any more", async () => {
    await open("compose.yaml");
    let typed = false;
    const reading = reader.read(
      [{ path: "compose.yaml", text: content["compose.yaml"], isStale: () => typed }],
      signal,
    );
    typed = true;
    assert.deepEqual(await reading, { read: [], dropped: [] });
    const { dropped } = await reader.read([{ path: "notes.yaml", text: "a: 1\n", isStale }], signal);
    assert.deepEqual(dropped, ["notes.yaml"]);
    const [dependent] = reader.dependents([{ path: ".env", change: "content" }]);
    assert.equal(dependent?.isStale(), false);
    documents.delete("compose.yaml");
    assert.equal(dependent?.isStale(), true);
  });

  it("ends where somebody types on", async () => {
    const own = new AbortController();
    const reading = reader.read([{ path: "compose.yaml", text: content["compose.yaml"], isStale }], own.signal);
    own.abort();
    await assert.rejects(reading, { name: "AbortError" });
    assert.deepEqual(images(), []);
  });
});

describe("isHalfTyped", () => {
  const read = (text: string): Document => readDocument(text, "compose.yaml");
  const before = read("services: {}\n");
  const whole = read('services:\n  a:\n    image: "a:1"\n  b:\n    image: b:1\n');

  it("is a text whose images are hidden by something that is not ended", () => {
    assert.equal(isHalfTyped(read('services:\n  a:\n    image: "\n  b:\n    image: b:1\n'), whole), true);
  });

  it("is no text that only holds less, or that is broken and holds no less", () => {
    assert.equal(isHalfTyped(read("services:\n  b:\n    image: b:1\n"), whole), false);
    assert.equal(isHalfTyped(read('services:\n  a:\n    image: "a:1"\n  b:\n    image: b:1\n  c: ]\n'), whole), false);
    assert.equal(isHalfTyped(whole, before), false);
    assert.equal(isHalfTyped(undefined, whole), false);
    assert.equal(isHalfTyped(whole, undefined), false);
  });
});
