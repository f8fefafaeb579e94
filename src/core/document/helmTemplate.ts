import { withoutByteOrderMark } from "../image/span.ts";
import { readShape } from "./customShape.ts";
import type { Document } from "./document.ts";
import { isPlaceholder } from "./imageShape.ts";
import { relevantText } from "./relevantText.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { chartExpressions, sayRepository, valueOfStretches, type ChartExpressions } from "./chartTemplates.ts";
import { expandActions, namesRepository, type ActionValue } from "./templateAction.ts";
import type { TemplateStretch } from "./templateData.ts";
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
  const expressions = chartExpressions(path, text, siblings);
  const add: ResourceReading["add"] = (node, site, options = {}) => {
    const scalar = scalarOf(node);
    if (node === undefined || scalar === undefined || dereference(node) !== node) return;
    if (!isMasked(scalar.text)) {
      if (scalar.text.trim() !== "" && !isPlaceholder(scalar.text)) images.add(node, site, options);
      return;
    }
    if (!scalar.exact) return;
    if (namesRepository(scalar.text)) {
      images.add(node, site, { value: expandActions(text, masked, scalar, actionValue(expressions)), pin: "none" });
      return;
    }
    const written = text.slice(scalar.span.start, scalar.span.end);
    if (!expressions.mayNameImage(written)) return;
    const stretches = trimmed(expressions.evaluate(written));
    if (sayRepository(stretches))
      images.add(node, site, {
        value: valueOfStretches(stretches, { span: scalar.span, label: "template", text: written }),
        pin: "none",
      });
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

/** An action's value, as a part of what stands around it. */
function actionValue(expressions: ChartExpressions): (source: string) => ActionValue {
  return (source) => {
    const stretches = expressions.evaluate(`{{ ${source} }}`);
    const steps = stretches.flatMap(({ step }) => step ?? []);
    if (stretches.some(({ text }) => text === undefined)) return { steps: [] };
    return {
      text: stretches
        .map(({ text }) => text ?? "")
        .join("")
        .trim(),
      steps,
    };
  };
}

/** Without the white space around it, and without what says nothing. */
function trimmed(stretches: readonly TemplateStretch[]): readonly TemplateStretch[] {
  const said = stretches.filter(({ text }) => text?.trim() !== "");
  return said.map((stretch, index) => {
    if (stretch.text === undefined) return stretch;
    const started = index === 0 ? stretch.text.trimStart() : stretch.text;
    return { ...stretch, text: index === said.length - 1 ? started.trimEnd() : started };
  });
}
