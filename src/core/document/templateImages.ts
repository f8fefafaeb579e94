import { keepingLast } from "../lastResults.ts";
import { readShape } from "./customShape.ts";
import type { ImageUse } from "./document.ts";
import { readParameterList } from "./helmParameters.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import { relevantText } from "./relevantText.ts";
import type { ResourceReading } from "./resourceReading.ts";
import type { Siblings } from "./siblings.ts";
import { addSplitImage, type SplitImage } from "./splitImage.ts";
import { isMasked, maskTemplate, type MaskedTemplate } from "./templateMask.ts";
import { readTemplateYaml } from "./yaml.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { itemsOf, nodesAt, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

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

/** An image that a template puts together under keys of its own, as if it stood under one. */
export interface JoinedImage {
  readonly source: string;
  readonly repository: YamlScalar;
}

/**
 * Finds where a chart's template names images by the shape of its resources: gives each to `add`, with its actions
 * hidden, and those whose parts stand under keys of their own, and have actions, to `join`; without actions they go to
 * `images`. Gives those that applications of Argo CD set for other charts.
 */
export function findTemplateImages(
  { text, path, siblings }: ChartTemplate,
  images: ImageCollector,
  add: (masked: MaskedTemplate) => ResourceReading["add"],
  join: (image: JoinedImage, site: string) => void,
): readonly ImageUse[] {
  const { masked, documents } = yamlOf(text);
  const reading: ResourceReading = {
    text,
    path,
    siblings,
    documents: [],
    images,
    inner: [],
    add: add(masked),
    addSplit(split, site) {
      const joined = joinedImage(text, split);
      if (joined !== undefined) join(joined, site);
      else addSplitImage(text, images, split, site, { isGuess: true, pin: "none" });
    },
    within: () => reading,
  };
  const read = (node: YamlNode | undefined): void => {
    if (!isWithoutImages(node)) readShape(node, reading, read);
    if (textOf(valueAt(node, "kind"))?.startsWith("Application") === true) readParameters(node, reading);
  };
  for (const { root } of documents) read(root);
  return reading.inner.flatMap(({ images: found }) => found);
}

/** Where applications of Argo CD, and what makes them, set values of other charts one by one. */
const parameterLists = [
  ["spec", "source"],
  ["spec", "sources", "*"],
  ["spec", "template", "spec", "source"],
  ["spec", "template", "spec", "sources", "*"],
].map((source) => [...source, "helm", "parameters"]);

/** Reads parameters as they stand there: an action may say a tag, but an image that it says is one of this chart's values. */
function readParameters(node: YamlNode | undefined, reading: ResourceReading): void {
  for (const list of parameterLists.flatMap((path) => nodesAt(node, path)))
    readParameterList(
      itemsOf(list).filter(
        (item) =>
          !isMasked(textOf(valueAt(item, "value")) ?? "") ||
          /\.?(?:tag|digest)$/.test(textOf(valueAt(item, "name")) ?? ""),
      ),
      reading,
      () => ({ parts: [{}], chain: [] }),
    );
}

function joinedImage(text: string, split: SplitImage): JoinedImage | undefined {
  const [registry, repository, tag, digest] = [split.registry, split.repository, split.tag, split.digest].map(scalarOf);
  const parts = [registry, repository, tag, digest].flatMap((part) => part ?? []);
  if (repository === undefined || !parts.some((part) => isMasked(part.text)) || !parts.every(({ exact }) => exact))
    return undefined;
  const written = ({ span }: YamlScalar): string => text.slice(span.start, span.end);
  const source = [
    registry === undefined ? "" : `${written(registry)}/`,
    written(repository),
    tag === undefined ? "" : `:${written(tag)}`,
    digest === undefined ? "" : `@${written(digest)}`,
  ].join("");
  return { source, repository };
}

/**
 * Whether a value of a template is what the template yields there: lines of one that is not a block are joined by
 * spaces, which are in no image, but an escape in quotes stands for something else.
 */
export function isSource({ exact, style, span }: YamlScalar, text: string): boolean {
  if (exact || style === "plain") return true;
  return style.endsWith("quoted") && !/\\|''/.test(text.slice(span.start, span.end));
}

function isWithoutImages(node: YamlNode | undefined): boolean {
  const apiVersion = textOf(valueAt(node, "apiVersion"));
  const kind = textOf(valueAt(node, "kind"));
  if (apiVersion === undefined || kind === undefined || isMasked(apiVersion) || isMasked(kind)) return false;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return readingOfKind(group, kind).kind === "nothing";
}
