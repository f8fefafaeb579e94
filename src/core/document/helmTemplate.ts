import { withoutByteOrderMark } from "../image/span.ts";
import { readShape } from "./customShape.ts";
import type { Document } from "./document.ts";
import { isPlaceholder } from "./imageShape.ts";
import { relevantText } from "./relevantText.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import { evaluateAction, expandActions, namesRepository, type ChartFiles } from "./templateAction.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { dereference, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a chart's template: the images that it names itself, with the chart's values filled in where those tell only a
 * registry or a tag. An image that the values name is reported there.
 */
export function readHelmTemplate(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const masked = maskTemplate(relevantText(text));
  const images = createImageCollector(text);
  let files: ChartFiles | undefined;
  const add: ResourceReading["add"] = (node, site, options = {}) => {
    const scalar = scalarOf(node);
    if (node === undefined || scalar === undefined || dereference(node) !== node) return;
    if (!isMasked(scalar.text)) {
      if (scalar.text.trim() !== "" && !isPlaceholder(scalar.text)) images.add(node, site, options);
      return;
    }
    if (!namesRepository(scalar.text) || !scalar.exact) return;
    const evaluate = (source: string) => evaluateAction(source, (files ??= chartFiles(path, siblings)));
    images.add(node, site, { value: expandActions(text, masked, scalar, evaluate), pin: "none" });
  };
  const reading: ResourceReading = {
    text,
    path,
    siblings,
    documents: [],
    images,
    inner: [],
    add,
    within: () => reading,
  };
  const read = (node: YamlNode | undefined): void => {
    if (!isWithoutImages(node)) readShape(node, reading, read);
  };
  for (const { root } of readYaml(masked.text).documents) read(root);
  return {
    path,
    dialect: "helm-template",
    text,
    images: inDocumentOrder(images.images),
    commands: [],
    jobs: [],
    problems: [],
  };
}

function isWithoutImages(node: YamlNode | undefined): boolean {
  const apiVersion = textOf(valueAt(node, "apiVersion"));
  const kind = textOf(valueAt(node, "kind"));
  if (apiVersion === undefined || kind === undefined || isMasked(apiVersion) || isMasked(kind)) return false;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return readingOfKind(group, kind).kind === "nothing";
}

/** The chart's own files: templates lie in its folder `templates`, at any depth. */
function chartFiles(path: string, siblings: Siblings): ChartFiles {
  const at = path.lastIndexOf("templates/");
  const file = (name: string) => {
    const place = siblingPath(path.slice(0, Math.max(0, at)) + name, name);
    const text = place === undefined ? undefined : siblings(place);
    return place === undefined || text === undefined
      ? undefined
      : { file: place, root: readYaml(text).documents[0]?.root };
  };
  const values = file("values.yaml");
  const chart = file("Chart.yaml");
  return { ...(values === undefined ? {} : { values }), ...(chart === undefined ? {} : { chart }) };
}
