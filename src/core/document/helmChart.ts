import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { chartData, chartExpressions, globalAround } from "./chartTemplates.ts";
import type { Document, ImageUse } from "./document.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { readHelmValues } from "./helmValues.ts";
import { helmfileActions, valuesAround } from "./helmfileValues.ts";
import { sharedIn } from "./helmValuesShared.ts";
import { namesImage } from "./helmValuesUse.ts";
import { isImageKey } from "./imageShape.ts";
import { readValueText } from "./helmValuesText.ts";
import { addOciChart } from "./ociChart.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import type { SuppliedPart } from "./splitImage.ts";
import { expandActions } from "./templateAction.ts";
import { maskTemplate } from "./templateMask.ts";
import { valuesInCharts } from "./subcharts.ts";
import { sayNameEnd, sayRepository, valueOfStretches } from "./templateStretches.ts";
import type { Value } from "./value.ts";
import { readTemplateYaml, readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { printedText } from "./yamlNumber.ts";

/** Annotations of charts that list their images: Artifact Hub's, and the one that some publishers use. */
const imageLists = ["artifacthub.io/images", "images"];

/**
 * Reads a chart's `Chart.yaml`, or its older `requirements.yaml`: the images it lists, and its dependencies in
 * registries, of which the lock beside says what a range of versions has come to.
 */
export function readHelmChart(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const stream = readYaml(text);
  const reading = createResourceReading(text, path);
  for (const { root } of stream.documents) {
    for (const dependency of itemsOf(valueAt(root, "dependencies"))) {
      const [name, version] = [valueAt(dependency, "name"), valueAt(dependency, "version")];
      const url = valueAt(dependency, "repository");
      const locked = (): string | undefined => lockedVersion(dependency, path, siblings);
      addOciChart(text, reading.images, { url, name, version, locked }, "dependency");
    }
    for (const name of imageLists) readImageList(valueAt(root, "annotations", name), reading);
  }
  return {
    path,
    dialect: "helm-chart",
    text,
    images: usesOf(reading),
    commands: [],
    jobs: [],
    problems: [...stream.problems, ...reading.images.problems],
  };
}

/** The version of a dependency in the lock that `helm dependency build` goes by. */
function lockedVersion(dependency: YamlNode, path: string, siblings: Siblings): string | undefined {
  const lock = siblings(path.replace(/\.ya?ml$/, ".lock"));
  const isSame = (one: YamlNode): boolean =>
    ["name", "repository"].every((key) => textOf(valueAt(one, key)) === textOf(valueAt(dependency, key)));
  const found = lock === undefined ? [] : itemsOf(valueAt(readYaml(lock).documents[0]?.root, "dependencies"));
  return textOf(valueAt(found.find(isSame), "version"));
}

/** A text that holds a list of `{name, image}`. */
function readImageList(node: YamlNode | undefined, reading: ResourceReading): void {
  const scalar = scalarOf(node);
  if (scalar === undefined) return;
  const read = (root: YamlNode | undefined, inner: string) => {
    const within = createResourceReading(inner, reading.path);
    for (const item of itemsOf(root)) within.add(valueAt(item, "image"), "annotation");
    return usesOf(within);
  };
  reading.inner.push(readEmbeddedYaml(scalar, reading.text, reading.path, read));
}

/** Reads the values of a chart; the tag that they leave empty is the `appVersion` of the `Chart.yaml` beside them. */
export function readHelmValuesFile(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  if (path.endsWith(".gotmpl")) return readValuesTemplate(text, path, siblings);
  const values = chartValues(text, path, siblings);
  return {
    path,
    dialect: "helm-values",
    text,
    images: values.imagesAt(),
    commands: [],
    jobs: [],
    problems: values.problems,
  };
}

/** The values of a chart, of which the images can be asked for again and again. */
export interface ChartValues {
  /** Those that stand around an offset; all where none is given. */
  imagesAt(offset?: number): readonly ImageUse[];
  readonly problems: readonly Problem[];
}

/** Reads the values of a chart as far as all questions share it. `text` is without byte-order mark. */
export function chartValues(text: string, path: string, siblings: Siblings): ChartValues {
  const { documents, problems } = readYaml(text);
  const chartOf = chartBeside(path, siblings);
  // Values that a chart is tested with lie in a folder of it.
  const folder = path.slice(0, path.lastIndexOf("/") + 1).replace(/(^|\/)ci\/$/, "$1");
  const own = `${folder}values.yaml`;
  const given = path === own ? undefined : { path, node: documents[0]?.root };
  const beside: Siblings = (place) => (place === path ? text : siblings(place));
  // A value that is a template itself sees these values, whatever their file is called.
  const expressions = chartExpressions(`${folder}templates/`, "", beside, folder, chartData(folder, beside, given));
  /** What a part of an image that is a template comes to, where all of it is known. */
  const filledIn = ({ text: source, span }: YamlScalar): Value => {
    const stretches = expressions.evaluate(source);
    const isKnown = stretches.length > 0 && stretches.every((stretch) => (stretch.text ?? "") !== "");
    return isKnown ? valueOfStretches(stretches, { span, label: "template", text: source }) : openPart;
  };
  const around = globalAround(folder, beside)?.node;
  const shared = sharedIn(around);
  const roots = documents.map(({ root }) => ({
    root,
    templates: valuesInCharts(root, { folder, path, given, around }, beside),
  }));
  return {
    problems,
    imagesAt(offset) {
      const images = createImageCollector(text);
      const inner: Document[] = [];
      const nested = (scalar: YamlScalar, key: string, around?: string): void => {
        const template = isImageKey(key) && scalar.exact && scalar.text.includes("{{") ? scalar.text : "";
        const stretches = template === "" ? [] : expressions.evaluate(template);
        const isSaid = sayRepository(stretches) || sayNameEnd(stretches);
        if (isSaid || namesImage(template)) {
          const known = isSaid ? stretches : stretches.map((one) => (one.text === "" ? {} : one));
          const value = valueOfStretches(known, { span: scalar.span, label: "template", text: template });
          images.add(scalar, "image", { value, pin: "none" });
        }
        const evaluate = (source: string, span: Span): Value =>
          valueOfStretches(expressions.evaluate(source), { span, label: "template", text: source });
        const document = readValueText(scalar, { key, around, text, path, evaluate });
        if (document !== undefined) inner.push(document);
      };
      for (const { root, templates } of roots)
        readHelmValues(root, {
          text,
          images,
          defaultTag: (key) => chartOf().tagFor(key),
          nested,
          templates,
          shared,
          at: offset,
          expand: (scalar) => (chartOf().holds(topOf(root, scalar)) ? openPart : filledIn(scalar)),
        });
      return inDocumentOrder([...images.images, ...inner.flatMap((document) => document.images)]);
    },
  };
}

/** Reads the values that helmfile fills in before it hands them to a chart (`values.yaml.gotmpl`). */
function readValuesTemplate(text: string, path: string, siblings: Siblings): Document {
  const masked = maskTemplate(text);
  const images = createImageCollector(text);
  const evaluate = helmfileActions(text, path, () => valuesAround(path, siblings));
  const expand = (scalar: YamlScalar) => expandActions(text, masked, scalar, evaluate);
  const inner: Document[] = [];
  const nested = (scalar: YamlScalar, key: string, around?: string): void => {
    const document = readValueText(scalar, { key, around, text: masked.text, path });
    if (document !== undefined) inner.push(document);
  };
  for (const { root } of readTemplateYaml(masked.text).documents)
    readHelmValues(root, { text, images, expand, nested });
  const found = inDocumentOrder([...images.images, ...inner.flatMap((document) => document.images)]);
  return { path, dialect: "helm-values", text, images: found, commands: [], jobs: [], problems: [] };
}

/** Values lie beside the chart, or in a folder of it (`ci/`). */
const chartFiles = ["Chart.yaml", "../Chart.yaml"];

/** The chart that values are for, as far as they need it. */
interface ChartOfTags {
  /** The tag that its templates take where a value leaves it empty. */
  readonly tagFor: (key: string) => SuppliedPart;
  /** Whether an outermost key holds the values of another chart, which are for its templates and know its own version. */
  readonly holds: (key: string) => boolean;
}

/** A part of a reference of which nothing is known. */
const openPart: Value = { parts: [{}], chain: [] };
const noChart: ChartOfTags = { tagFor: () => ({ steps: [] }), holds: () => false };

function chartBeside(path: string, siblings: Siblings): () => ChartOfTags {
  let read: ChartOfTags | undefined;
  return () => (read ??= readChartBeside(path, siblings));
}

function readChartBeside(path: string, siblings: Siblings): ChartOfTags {
  const [chart] = chartFiles.flatMap((relative) => {
    const file = siblingPath(path, relative);
    const text = file === undefined ? undefined : siblings(file);
    return file === undefined || text === undefined ? [] : [{ file, root: readYaml(text).documents[0]?.root }];
  });
  if (chart === undefined) return noChart;
  const { file, root } = chart;
  const version = scalarOf(valueAt(root, "appVersion"));
  const dependencies = itemsOf(valueAt(root, "dependencies")).flatMap((dependency) => [
    textOf(valueAt(dependency, "alias")),
    textOf(valueAt(dependency, "name")),
  ]);
  const own: SuppliedPart =
    version === undefined
      ? { steps: [] }
      : {
          text: printedText(version, "8"),
          steps: [{ span: version.span, file, label: "appVersion", text: version.text }],
        };
  const holds = (key: string): boolean => dependencies.includes(key);
  return { tagFor: (key) => (holds(key) ? { steps: [] } : own), holds };
}

/** The outermost key that a value stands under. */
function topOf(root: YamlNode | undefined, { span }: YamlScalar): string {
  const entry = entriesOf(root).find(({ value }) => value.span.start <= span.start && span.end <= value.span.end);
  return entry?.key.text ?? "";
}
