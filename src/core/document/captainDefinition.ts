import type { Document, ImageUse } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { placeDocument } from "./embedded.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline } from "./pipeline.ts";
import { itemsOf, scalarOf, valueAt, type YamlScalar } from "./yamlNode.ts";

const maximumLines = 1_000;

/** Reads what CapRover deploys (its documentation, "Captain Definition File"): an image, or a Dockerfile line by line. */
export function readCaptainDefinition(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "captain-definition", readJsonc);
  const lines: ImageUse[] = [];
  for (const root of pipeline.roots) {
    pipeline.image(valueAt(root, "imageName"), "image");
    const written = itemsOf(valueAt(root, "dockerfileLines")).flatMap((line) => scalarOf(line) ?? []);
    lines.push(...linesOfDockerfile(written.slice(0, maximumLines), pipeline.text));
  }
  return { ...pipeline.document(lines), problems: [] };
}

/** The images of a Dockerfile, each within the text that holds its line. */
function linesOfDockerfile(lines: readonly YamlScalar[], text: string): readonly ImageUse[] {
  const document = readDockerfile(lines.map((line) => line.text).join("\n"), "Dockerfile");
  let start = 0;
  return lines.flatMap((line) => {
    const begin = start;
    const end = begin + line.text.length;
    start = end + 1;
    // What another line says is not edited there.
    const images = document.images.flatMap(({ definedAt, pinAt, ...use }): readonly ImageUse[] => {
      if (use.span.start < begin || use.span.start >= end) return [];
      return [{ ...use, chain: [], ...(definedAt === undefined && pinAt !== undefined ? { pinAt } : {}) }];
    });
    const held = { ...document, images, commands: [], problems: [] };
    return placeDocument(held, line, text, (offset) => offset - begin).images;
  });
}
