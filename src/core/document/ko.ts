import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, valueAt } from "./yamlNode.ts";

/** Reads `.ko.yaml` (ko, Configuration): the images that programs are put on. What ko builds is named elsewhere. */
export function readKo(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const stream = readYaml(text);
  const reading = createResourceReading(text, path);
  for (const { root } of stream.documents) {
    reading.add(valueAt(root, "defaultBaseImage"), "from");
    for (const { value } of entriesOf(valueAt(root, "baseImageOverrides"))) reading.add(value, "from");
  }
  const problems = [...stream.problems, ...reading.images.problems];
  return { path, dialect: "ko", text, images: usesOf(reading), commands: [], jobs: [], problems };
}
