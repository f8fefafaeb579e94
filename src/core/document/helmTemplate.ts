import { withoutByteOrderMark } from "../image/span.ts";
import { readShape } from "./customShape.ts";
import type { Document, ValueStep } from "./document.ts";
import { isPlaceholder } from "./imageShape.ts";
import { relevantText } from "./relevantText.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import { evaluateAction, type ChartFiles } from "./templateAction.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, type ValuePart } from "./yamlImage.ts";
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
    const parts: ValuePart[] = [];
    const chain: ValueStep[] = [];
    let at = scalar.span.start;
    for (const action of masked.actionsIn(scalar.span)) {
      parts.push(written(text, at, action.start));
      const value = evaluateAction(action.source, (files ??= chartFiles(path, siblings)));
      parts.push(value.text === undefined ? {} : { text: value.text });
      chain.push({ span: action, label: "template", text: text.slice(action.start, action.end) }, ...value.steps);
      at = action.end;
    }
    parts.push(written(text, at, scalar.span.end));
    images.add(node, site, { value: { parts, chain }, pin: "none" });
  };
  const reading: ResourceReading = { text, path, siblings, images, inner: [], add, within: () => reading };
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

function written(text: string, start: number, end: number): ValuePart {
  return { text: text.slice(start, end), span: { start, end } };
}

/** Whether the text itself, without what actions yield, says the end of a repository and not only a registry or a tag. */
function namesRepository(masked: string): boolean {
  const last = masked.slice(masked.lastIndexOf("/") + 1);
  const colon = last.search(/[:@]/);
  return /[a-z0-9]/.test(colon < 0 ? last : last.slice(0, colon));
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
