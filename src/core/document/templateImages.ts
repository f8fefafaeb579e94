import { keepingLast } from "../lastResults.ts";
import { readShape } from "./customShape.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import { relevantText } from "./relevantText.ts";
import type { ResourceReading } from "./resourceReading.ts";
import type { Siblings } from "./siblings.ts";
import { isMasked, maskTemplate, type MaskedTemplate } from "./templateMask.ts";
import { readTemplateYaml } from "./yaml.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** A chart's template at its path, with what it may look up. */
export interface ChartTemplate {
  readonly text: string;
  readonly path: string;
  readonly siblings: Siblings;
}

/** Read for the template itself, and by the chart's values for what it makes of them. */
const yamlOf = keepingLast(24, (text) => {
  const masked = maskTemplate(relevantText(text));
  // Much of a chart speaks of images in its actions alone, which name none.
  return { masked, documents: readTemplateYaml(relevantText(masked.text)).documents };
});

/**
 * Finds where a chart's template names images by the shape of its resources: gives each to `add`, with its actions
 * hidden. Images whose parts stand under keys of their own go to `images`.
 */
export function findTemplateImages(
  { text, path, siblings }: ChartTemplate,
  images: ImageCollector,
  add: (masked: MaskedTemplate) => ResourceReading["add"],
): void {
  const { masked, documents } = yamlOf(text);
  const reading: ResourceReading = {
    text,
    path,
    siblings,
    documents: [],
    images,
    inner: [],
    add: add(masked),
    within: () => reading,
  };
  const read = (node: YamlNode | undefined): void => {
    if (!isWithoutImages(node)) readShape(node, reading, read);
  };
  for (const { root } of documents) read(root);
}

function isWithoutImages(node: YamlNode | undefined): boolean {
  const apiVersion = textOf(valueAt(node, "apiVersion"));
  const kind = textOf(valueAt(node, "kind"));
  if (apiVersion === undefined || kind === undefined || isMasked(apiVersion) || isMasked(kind)) return false;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return readingOfKind(group, kind).kind === "nothing";
}
