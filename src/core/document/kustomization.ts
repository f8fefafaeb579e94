import { readShape } from "./customShape.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { readInlineValues } from "./helmParameters.ts";
import { isCertainImage, isImageKey } from "./imageShape.ts";
import { readKustomizeImages, tagsInBase } from "./kustomizeImages.ts";
import { addOciChart } from "./ociChart.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads a resource within a patch. */
type ReadPatch = (node: YamlNode | undefined, reading: ResourceReading) => void;

/** Reads a Kustomization or Component: what its image changes result in, its patches and its charts. */
export function readKustomization(node: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const { text, images, path, siblings } = reading;
  const changes = valueAt(node, "images") ?? valueAt(node, "imageTags");
  readKustomizeImages(changes, { text, images, tagsOf: tagsInBase(node, path, siblings) });
  readPatches(node, reading, readPatch);
  for (const chart of itemsOf(valueAt(node, "helmCharts"))) readInflatedChart(chart, reading);
  for (const list of ["transformers", "generators"])
    for (const item of itemsOf(valueAt(node, list))) readWritten(item, reading, readPatch);
}

/** Reads a chart that Kustomize renders: of a list, or a generator of its own. */
export function readInflatedChart(chart: YamlNode | undefined, reading: ResourceReading): void {
  readInlineValues(valueAt(chart, "valuesInline"), reading);
  const [url, name, version] = [valueAt(chart, "repo"), valueAt(chart, "name"), valueAt(chart, "version")];
  addOciChart(reading.text, reading.images, { url, name, version }, "chart");
}

/** Reads the patches that stand in a document, as resources or as operations of JSON Patch (RFC 6902). */
export function readPatches(node: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const patches = [
    ...itemsOf(valueAt(node, "patches")).map((patch) => valueAt(patch, "patch")),
    ...itemsOf(valueAt(node, "patchesJson6902")).map((patch) => valueAt(patch, "patch")),
    ...itemsOf(valueAt(node, "patchesStrategicMerge")),
  ];
  for (const patch of patches) readWritten(patch, reading, readPatch);
}

/** Reads what is written as a part of the document or as a text; a line is the path of a file. */
function readWritten(node: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  const scalar = scalarOf(node);
  if (scalar === undefined) {
    readPatchContent(node, reading, readPatch);
    return;
  }
  if (!scalar.text.includes(":")) return;
  const read = (root: YamlNode | undefined, inner: string) => {
    const within = createResourceReading(inner, reading.path);
    readPatchContent(root, within, readPatch);
    return usesOf(within);
  };
  reading.inner.push(readEmbeddedYaml(scalar, reading.text, reading.path, read));
}

/** Reads a patch: a resource, or operations of JSON Patch. */
export function readPatchContent(root: YamlNode | undefined, reading: ResourceReading, readPatch: ReadPatch): void {
  if (mappingOf(root) !== undefined) {
    readPatch(root, reading);
    return;
  }
  for (const operation of itemsOf(root)) {
    const path = textOf(valueAt(operation, "path")) ?? "";
    const [, list, isImage] = containerPlace.exec(path) ?? [];
    const value = valueAt(operation, "value");
    if (!/^(?:add|replace)$/.test(textOf(valueAt(operation, "op")) ?? "")) continue;
    if (scalarOf(value) === undefined)
      readShape(value, reading, (node) => readPatch(node, reading), list ?? lastOf(path));
    else if (isImage !== undefined || (isImagePlace(path) && isCertainImage(textOf(value) ?? "")))
      reading.add(value, "image");
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a place is one of an image by its key alone; the data of ConfigMaps and labels are texts. */
function isImagePlace(path: string): boolean {
  return isImageKey(lastOf(path)) && !/^\/(?:data|stringData)\/|\/labels\//.test(path);
}

/** A place in a resource that holds containers, one of them, or the image of one. */
const containerPlace = /\/(containers|initContainers|ephemeralContainers)(?:\/[^/]+(?:\/(image))?)?$/;
