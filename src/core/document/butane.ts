import { infrastructureOfPath } from "./detectInfrastructure.ts";
import type { Document } from "./document.ts";
import { placeDocument } from "./embedded.ts";
import { createPipeline } from "./pipeline.ts";
import { readQuadlet } from "./quadlet.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads how Butane sets up a machine (Butane configuration specifications), or Ignition, which it makes: the units of
 * systemd that it holds, and those of Podman among the files that it writes.
 */
export function readButane(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "butane");
  const units: Document[] = [];
  for (const root of pipeline.roots) {
    for (const unit of itemsOf(valueAt(root, "systemd", "units")))
      units.push(...readUnit(unit, pipeline.text, ["contents", "dropins"]));
    for (const file of itemsOf(valueAt(root, "storage", "files"))) {
      const name = textOf(valueAt(file, "path"));
      units.push(...readContents(name, valueAt(file, "contents", "inline"), pipeline.text));
    }
  }
  return withUnits(pipeline.document(units.flatMap(({ images }) => images)), units);
}

/** Reads a unit of systemd with what is dropped in beside it, by the names under which a format keeps the two. */
export function readUnit(unit: YamlNode, text: string, [contents, beside]: readonly [string, string]): Document[] {
  const name = textOf(valueAt(unit, "name"));
  return [unit, ...itemsOf(valueAt(unit, beside))].flatMap((one) => readContents(name, valueAt(one, contents), text));
}

function readContents(name: string | undefined, contents: YamlNode | undefined, text: string): Document[] {
  const scalar = scalarOf(contents);
  if (name === undefined || scalar === undefined || infrastructureOfPath(name) !== "quadlet") return [];
  return [placeDocument(readQuadlet(scalar.text, name), scalar, text)];
}

/** A document, whose images are those of units too, with their commands and problems. */
export function withUnits(document: Document, units: readonly Document[]): Document {
  return {
    ...document,
    commands: [...document.commands, ...units.flatMap(({ commands }) => commands)],
    problems: [...document.problems, ...units.flatMap(({ problems }) => problems)],
  };
}
