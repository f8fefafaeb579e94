import assert from "node:assert/strict";
import fc from "fast-check";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectSpansInside, expectToSurvive, summary } from "../../helpers/imageUses.ts";
import { pipelineSamples } from "../../helpers/pipelineSamples.ts";

describe("every pipeline dialect", () => {
  for (const { dialect, path, text, pins } of pipelineSamples) {
    const read = (source: string): ReturnType<typeof readDocument> => readDocument(source, path);
    /** Without the images of its commands, which have rules of their own. */
    const readSites = (source: string): ReturnType<typeof readDocument> => {
      const document = read(source);
      return { ...document, images: document.images.filter(({ site }) => site !== "command") };
    };

    it(`is recognised at the root and below (${dialect})`, () => {
      assert.equal(read(text).dialect, dialect);
      const below = readDocument(text, `apps/web/${path}`);
      assert.equal(below.dialect, dialect);
      assert.deepEqual(below.images, read(text).images);
      assert.deepEqual(below.problems, []);
    });

    it(`pins so that it reads to the pinned image (${dialect})`, () => {
      assert.equal(expectPinsToHold(readSites, text), pins);
    });

    it(`reads the same with other line ends and a byte-order mark (${dialect})`, () => {
      const expected = read(text);
      const crlf = text.replaceAll("\n", "\r\n");
      for (const source of [crlf, `\u{feff}${text}`]) {
        const found = read(source);
        assert.deepEqual(found.images.map(summary), expected.images.map(summary));
        assert.deepEqual(
          found.images.map((use) => use.text),
          expected.images.map((use) => use.text),
        );
        for (const use of found.images) assert.equal(found.text.slice(use.span.start, use.span.end), use.text);
        assert.deepEqual(
          found.commands.map(({ words }) => words.map((word) => word.text)),
          expected.commands.map(({ words }) => words.map((word) => word.text)),
        );
      }
      assert.equal(expectPinsToHold(readSites, crlf), pins);
    });

    it(`gives commands whose words stand where they say (${dialect})`, () => {
      const { commands } = read(text);
      assert.ok(commands.some(({ words }) => words[0]?.text === "docker" || words[0]?.text === "cosign"));
      for (const { words } of commands)
        for (const { span, text: value, raw } of words)
          if (value !== undefined && raw === value && /^\w+$/.test(value)) {
            const written = text.slice(span.start, span.end);
            assert.ok(written === value || written.endsWith(value) || written.includes("/"), `${written} ${value}`);
          }
    });

    it(`survives every prefix and many mutations (${dialect})`, () => expectToSurvive(read, text));

    it(`survives pieces in any order (${dialect})`, () => {
      const lines = text.split("\n");
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 30 }), (picked) =>
          expectSpansInside(read(picked.join("\n"))),
        ),
        { numRuns: 40, seed: 1 },
      );
    });
  }
});
