import { readShape } from "./customShape.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { readInlineValues } from "./helmParameters.ts";
import { readKustomizeImages, tagsInBase } from "./kustomizeImages.ts";
import { addOciChart } from "./ociChart.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads a resource within a patch. */
type ReadPatch = (node: YamlNode | undefined, reading: ResourceReading) => void;

/** Reads a Kustomization or Component: what its image changes result in, its patches and its charts. */
export function readKustomization(node: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const { text, images, path, siblings } = reading;
  readKustomizeImages(valueAt(node, "images"), { text, images, tagsOf: tagsInBase(node, path, siblings) });
  readPatches(node, reading, readPatch);
  for (const chart of itemsOf(valueAt(node, "helmCharts"))) {
    readInlineValues(valueAt(chart, "valuesInline"), reading);
    const [url, name, version] = [valueAt(chart, "repo"), valueAt(chart, "name"), valueAt(chart, "version")];
    addOciChart(text, images, { url, name, version }, "chart");
  }
}

/** Reads the patches that stand in a document, as resources or as operations of JSON Patch (RFC 6902). */
export function readPatches(node: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const patches = [
    ...itemsOf(valueAt(node, "patches")).map((patch) => valueAt(patch, "patch")),
    ...itemsOf(valueAt(node, "patchesJson6902")).map((patch) => valueAt(patch, "patch")),
    ...itemsOf(valueAt(node, "patchesStrategicMerge")),
  ];
  for (const patch of patches) {
    const scalar = scalarOf(patch);
    if (scalar === undefined) {
      readPatchContent(patch, reading, readPatch);
      continue;
    }
    // A line is the path of a file.
    if (!scalar.text.includes(":")) continue;
    const read = (root: YamlNode | undefined, inner: string) => {
      const within = createResourceReading(inner, reading.path);
      readPatchContent(root, within, readPatch);
      return usesOf(within);
    };
    reading.inner.push(readEmbeddedYaml(scalar, reading.text, reading.path, read));
  }
}

/** Reads a patch: a resource, or operations of JSON Patch. */
export function readPatchContent(root: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  if (mappingOf(root) !== undefined) {
    readPatch(root, reading);
    return;
  }
  for (const operation of itemsOf(root)) {
    const [, list, isImage] = containerPlace.exec(textOf(valueAt(operation, "path")) ?? "") ?? [];
    const value = valueAt(operation, "value");
    if (!/^(?:add|replace)$/.test(textOf(valueAt(operation, "op")) ?? "")) continue;
    if (scalarOf(value) === undefined) readShape(value, reading, (node) => readPatch(node, reading), list);
    else if (isImage !== undefined) reading.add(value, "image");
  }
}

/** A place in a resource that holds containers, one of them, or the image of one. */
const containerPlace = /\/(containers|initContainers|ephemeralContainers)(?:\/[^/]+(?:\/(image))?)?$/;
