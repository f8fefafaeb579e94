import { infrastructureOfPath } from "./detectInfrastructure.ts";
import type { Document } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { createPipeline } from "./pipeline.ts";
import { readQuadlet } from "./quadlet.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads how Butane sets up a machine (Butane configuration specifications): the units of systemd that it holds, and
 * those of Podman among the files that it writes.
 */
export function readButane(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "butane");
  const units: Document[] = [];
  const add = (name: string | undefined, contents: YamlNode | undefined): void => {
    const scalar = scalarOf(contents);
    if (name === undefined || scalar === undefined || infrastructureOfPath(name) !== "quadlet") return;
    units.push(placeDocument(readQuadlet(scalar.text, name), scalar, pipeline.text));
  };
  for (const root of pipeline.roots) {
    for (const unit of itemsOf(valueAt(root, "systemd", "units"))) {
      const name = textOf(valueAt(unit, "name"));
      add(name, valueAt(unit, "contents"));
      for (const part of itemsOf(valueAt(unit, "dropins"))) add(name, valueAt(part, "contents"));
    }
    for (const file of itemsOf(valueAt(root, "storage", "files")))
      add(textOf(valueAt(file, "path")), valueAt(file, "contents", "inline"));
  }
  const document = pipeline.document(units.flatMap(({ images }) => images));
  return {
    ...document,
    commands: units.flatMap(({ commands }) => commands),
    problems: [...document.problems, ...units.flatMap(({ problems }) => problems)],
  };
}
