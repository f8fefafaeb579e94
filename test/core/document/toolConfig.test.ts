import assert from "node:assert/strict";
import { readDocument } from "../../../src/core/document/readDocument.ts";
import { expectPinsToHold, expectToSurvive, expectUses, summary } from "../../helpers/imageUses.ts";
import { buildSamples } from "../../helpers/buildSamples.ts";
import { ciSamples } from "../../helpers/ciSamples.ts";
import { toolPlaceSamples } from "../../helpers/toolPlaceSamples.ts";
import { toolSamples } from "../../helpers/toolSamples.ts";

describe("configuration of tools", () => {
  for (const { dialect, path, text, uses, pins } of [
    ...toolSamples,
    ...toolPlaceSamples,
    ...ciSamples,
    ...buildSamples,
  ]) {
    const source = text.replaceAll(/[«»]/g, "");
    const read = (changed: string): ReturnType<typeof readDocument> => readDocument(changed, path);
    const readSites = (changed: string): ReturnType<typeof readDocument> => {
      const document = read(changed);
      return { ...document, images: document.images.filter(({ site }) => site !== "command") };
    };

    it(`has its references, and nothing that is built (${path})`, () => {
      const document = expectUses(read, text, uses);
      assert.equal(document.dialect, dialect);
      assert.deepEqual(document.problems, []);
      assert.equal(readDocument(source, `apps/web/${path}`).dialect, dialect);
    });

    it(`is pinned so that it reads to the pinned image (${path})`, () => {
      assert.equal(expectPinsToHold(readSites, source), pins);
    });

    it(`reads the same with other line ends and a byte-order mark (${path})`, () => {
      const expected = read(source).images;
      for (const changed of [source.replaceAll("\n", "\r\n"), `\u{feff}${source}`]) {
        const found = read(changed);
        assert.deepEqual(found.images.map(summary), expected.map(summary));
        for (const use of found.images) assert.equal(found.text.slice(use.span.start, use.span.end), use.text);
      }
    });

    it(`survives every prefix and many mutations (${path})`, () => expectToSurvive(read, source));
  }

  it("finds no image where a driver of Molecule runs machines", () => {
    const images = (driver: string) =>
      readDocument(`${driver}platforms: [{name: a, image: 'a/b:1'}]\n`, "molecule/x/molecule.yml").images.length;
    assert.deepEqual(["driver: {name: ec2}\n", "driver: {name: podman}\n", ""].map(images), [0, 1, 1]);
  });
});
