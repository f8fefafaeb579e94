import { formatReference, parseReference, repositoryName, type ImageReference } from "../image/reference.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { chartValues, type ChartValues } from "./helmChart.ts";
import { chartPipelineImages } from "./chartPipelines.ts";
import { isPlaceholder } from "./imageShape.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { chartExpressions, type ChartExpressions } from "./chartTemplates.ts";
import { expandActions, namesRepository, type ActionValue } from "./templateAction.ts";
import type { TemplateStretch } from "./templateData.ts";
import { findTemplateImages, isSource } from "./templateImages.ts";
import { isMasked, isOfBlock, type MaskedTemplate } from "./templateMask.ts";
import { repositoryStep, sayNameEnd, sayRepository, trimmedStretches, valueOfStretches } from "./templateStretches.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { dereference, scalarOf, type YamlNode } from "./yamlNode.ts";

type Stretches = readonly TemplateStretch[];
type AddOptions = Parameters<ResourceReading["add"]>[2];

/**
 * Reads a chart's template: the images that it names itself, with the chart's values filled in where those tell only a
 * registry or a tag, and those that it puts together from values that do not look like an image's. An image that the
 * values name is reported there.
 */
export function readHelmTemplate(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const images = createImageCollector(text);
  const expressions = chartExpressions(path, text, siblings);
  const isOutside = !isOfChart(path, text, siblings);
  const isListed = listedByValues(path, (place) => (place === path ? text : siblings(place)));
  const addItems = (
    node: YamlNode,
    site: string,
    source: string,
    items: readonly Stretches[],
    isNamed = false,
  ): void => {
    const step = { span: scalarOf(node)?.span ?? node.span, label: "template", text: source };
    for (const stretches of items.length === 0 && isOutside ? [[{}]] : items)
      if (isNamed || isOutside || sayRepository(stretches) || sayNameEnd(stretches) || !isListed(stretches))
        images.add(node, site, { value: valueOfStretches(withOpenTag(stretches), step), pin: "none" });
  };
  const itemsOf = (source: string, start: number): readonly Stretches[] =>
    expressions
      .evaluateEach(source, start)
      // A condition within a loop chooses among its items.
      .filter((_, index, { length: count }) => count === 1 || !expressions.leavesOut(start, { index, count }))
      .map(trimmedStretches);
  const add =
    (masked: MaskedTemplate) =>
    (node: YamlNode | undefined, site: string, options: AddOptions = {}) => {
      const scalar = scalarOf(node);
      if (node === undefined || scalar === undefined || dereference(node) !== node) return;
      if (!isMasked(scalar.text)) {
        if (scalar.text.trim() !== "" && !isPlaceholder(scalar.text)) images.add(node, site, options);
        return;
      }
      if (!isSource(scalar, text)) return;
      const written = text.slice(scalar.span.start, scalar.span.end);
      const isNamed = namesRepository(scalar.text);
      const items = itemsOf(written, scalar.span.start);
      if (isNamed && items.length <= 1 && !masked.actionsIn(scalar.span).some(isOfBlock))
        images.add(node, site, { value: expandActions(text, masked, scalar, actionValue(expressions)), pin: "none" });
      else addItems(node, site, written, items, isNamed);
    };
  const set = findTemplateImages({ text, path, siblings }, images, add, ({ source: joined, repository }, site) =>
    addItems(repository, site, joined, itemsOf(joined, repository.span.start), namesRepository(repository.text)),
  );
  const piped = chartPipelineImages(text, path);
  const places = new Set(piped.map(({ span }) => span.start));
  const others = images.images.filter(({ span }) => !places.has(span.start));
  return {
    path,
    dialect: "helm-template",
    text,
    images: inDocumentOrder([...others, ...piped, ...set]),
    commands: [],
    jobs: [],
    problems: [],
  };
}

/** Whether a template is of a chart, whose values stand in a file; what fills in another is a program. */
function isOfChart(path: string, text: string, siblings: Siblings): boolean {
  if (ofHelm.test(text)) return true;
  if (!/\{\{-?\s*(?:define|template)\b/.test(text)) return false;
  const folders = [...path.matchAll(/(?<=^|\/)templates\//g)].map(({ index }) => path.slice(0, index));
  if (siblings === noSiblings) return folders.length > 0;
  return folders.some((folder) => siblings(`${folder}Chart.yaml`) !== undefined);
}

const ofHelm = /\.(?:Values|Release|Chart|Capabilities)\b|\{\{-?\s*include\b/;

/** Whether an image that the chart's own values name is listed where they stand, and as the template puts it together. */
function listedByValues(path: string, siblings: Siblings): (stretches: readonly TemplateStretch[]) => boolean {
  const place = `${path.slice(0, Math.max(0, path.lastIndexOf("templates/")))}values.yaml`;
  const known = new Map<number, Document["images"]>();
  let values: ChartValues | undefined;
  return (stretches) => {
    const step = repositoryStep(stretches);
    const whole = stretches.map(({ text }) => text ?? "").join("");
    const { value } = parseReference(whole.replace(/[:@]$/, ""));
    if (step === undefined || value === undefined) return true;
    // The chart's own name, which stands in no values.
    if (step.file !== place) return false;
    const { start } = step.span;
    values ??= chartValues(withoutByteOrderMark(siblings(place) ?? ""), place, siblings);
    const listed = known.get(start) ?? values.imagesAt(start);
    known.set(start, listed);
    return listed.some(
      ({ span, reference }) =>
        reference !== undefined &&
        step.span.start <= span.start &&
        span.end <= step.span.end &&
        writtenLike(value, reference) === formatReference(value),
    );
  };
}

/** A tag that is demanded and that nobody says is not known. */
function withOpenTag(stretches: readonly TemplateStretch[]): readonly TemplateStretch[] {
  return stretches.at(-1)?.text?.endsWith(":") === true ? [...stretches, {}] : stretches;
}

/** A reference with no more than another says: a branch for values that say no tag or no digest is not another image. */
function writtenLike({ tag, digest }: ImageReference, reference: ImageReference): string {
  if (tag === undefined && digest === undefined) return repositoryName(reference);
  if (digest !== undefined) {
    const { tag: _, ...pinned } = reference;
    return formatReference(tag === undefined ? pinned : reference);
  }
  const { digest: known, ...tagged } = reference;
  // The values say both, and their digest stands for the tag in the other branch.
  return formatReference(
    known !== undefined && tagged.tag === undefined && tag !== undefined ? { ...tagged, tag } : tagged,
  );
}

/** An action's value, as a part of what stands around it. */
function actionValue(expressions: ChartExpressions): (source: string, start: number) => ActionValue {
  return (source, start) => {
    const stretches = expressions.evaluate(`{{ ${source} }}`, start);
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
