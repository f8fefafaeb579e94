import assert from "node:assert/strict";
import { readDocument } from "../../src/core/document/readDocument.ts";
import { formatReference } from "../../src/core/image/reference.ts";
import { expectToSurvive } from "./imageUses.ts";
import { marked } from "./marked.ts";

/** A marked script, and what its images are, in order: `?` where that cannot be told. */
export type Script = readonly [source: string, ...images: readonly string[]];

/** Reads each script under the path, and compares what its images are and where they stand; then changes of each. */
export function readsScripts(path: string, scripts: readonly Script[]): void {
  for (const [source, ...images] of scripts)
    it(`are read (${JSON.stringify(source.slice(-120))})`, () => {
      const { text, spans } = marked(source);
      const uses = readDocument(text, path).images;
      assert.deepEqual(
        uses.map(({ reference }) =>
          reference === undefined ? "?" : formatReference(reference).replace("docker.io/", ""),
        ),
        images,
      );
      assert.deepEqual(
        new Set(uses.map(({ span }) => `${span.start}-${span.end}`)),
        new Set(spans.map(({ start, end }) => `${start}-${end}`)),
      );
    });

  it("survive what typing makes of them", () => {
    const texts = scripts.map(([source]) => marked(source).text).filter(({ length }) => length < 1_000);
    assert.ok(texts.length > 10);
    for (const text of texts) expectToSurvive((changed) => readDocument(changed, path), text);
  });
}
