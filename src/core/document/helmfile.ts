import { withoutByteOrderMark } from "../image/span.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { Document, ShellCommand, ValueStep } from "./document.ts";
import { readInlineValues, readParameterList } from "./helmParameters.ts";
import { readPatchContent } from "./kustomization.ts";
import { readResource } from "./kubernetesResource.ts";
import { addOciChart, chartTag } from "./ociChart.ts";
import { readWords } from "./pipelineScript.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { helmfileActions, valuesOfHelmfile } from "./helmfileValues.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { expandActions } from "./templateAction.ts";
import { isMasked, maskedRuns, maskTemplate } from "./templateMask.ts";
import type { TemplateScope } from "./template.ts";
import type { Value } from "./value.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector } from "./yamlImage.ts";
import {
  entriesOf,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

/** Registries that a helmfile gives names to. */
type Repositories = ReadonlyMap<string, YamlScalar>;

/** A template alone, of which nothing is known. */
const onlyTemplate = /^\{\{[^{}]*\}\}$/;

/**
 * Reads a helmfile: charts in registries, the images in values and patches that stand in it, and the commands of its hooks. Its own templates are filled in
 * with the values of the environment that is taken where none is named, and with defaults.
 */
export function readHelmfile(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const masked = maskTemplate(text);
  const stream = readYaml(masked.text);
  const images = createImageCollector(text);
  const reading = createResourceReading(text, path, undefined, { images });
  const roots = stream.documents.flatMap(({ root }) => root ?? []);
  const repositories = new Map(roots.flatMap(registriesOf));
  const evaluate = helmfileActions(text, path, () => valuesOfHelmfile(roots, path, siblings));
  const expand = (scalar: YamlScalar) => expandActions(text, masked, scalar, evaluate);
  for (const root of roots) {
    // What templates of values may take.
    for (const holder of [root, ...entriesOf(valueAt(root, "environments")).map(({ value }) => value)])
      readValues(holder, ["values"], reading, expand);
    for (const release of itemsOf(valueAt(root, "releases"))) readRelease(release, repositories, reading, expand);
  }
  const inherited = new Set(roots.flatMap((root) => itemsOf(valueAt(root, "releases")).flatMap(templatesOf)));
  for (const root of roots)
    for (const { key, value } of entriesOf(valueAt(root, "templates")))
      if (inherited.has(key.text)) readRelease(value, repositories, reading, expand);
  const commands = roots.flatMap((root) =>
    [root, ...itemsOf(valueAt(root, "releases"))].flatMap((holder) => hooksOf(holder, text, masked.text)),
  );
  return {
    path,
    dialect: "helmfile",
    text,
    images: usesOf(reading).filter(
      ({ text: shown, reference }) => reference !== undefined || !onlyTemplate.test(shown),
    ),
    commands,
    jobs: [],
    problems: masked.text === text ? stream.problems : [],
  };
}

type Expand = (scalar: YamlScalar) => Value;

function readRelease(release: YamlNode, repositories: Repositories, reading: ResourceReading, expand: Expand): void {
  readChart(release, repositories, reading, expand);
  // Charts that are added to that of the release as dependencies of it.
  for (const dependency of itemsOf(valueAt(release, "dependencies")))
    readChart(dependency, repositories, reading, expand);
  readValues(release, ["values", "valuesTemplate"], reading, expand);
  for (const key of ["set", "setString", "setTemplate"])
    readParameterList(itemsOf(valueAt(release, key)), reading, expand);
  readPatches(release, withTemplates(reading, expand));
}

/** Values that stand in the helmfile; a line is the path of a file. */
function readValues(holder: YamlNode, keys: readonly string[], reading: ResourceReading, expand: Expand): void {
  for (const values of keys.flatMap((key) => itemsOf(valueAt(holder, key))))
    if (mappingOf(values) !== undefined) readInlineValues(values, reading, { expand, readResource });
}

/** The templates that a release is completed with. */
function templatesOf(release: YamlNode): readonly string[] {
  const inherit = valueAt(release, "inherit");
  return [inherit, ...itemsOf(inherit)].flatMap((one) => textOf(valueAt(one, "template")) ?? []);
}

function readChart(release: YamlNode, repositories: Repositories, reading: ResourceReading, expand: Expand): void {
  const [chart, version] = [valueAt(release, "chart"), valueAt(release, "version")];
  if (!addOciChart(reading.text, reading.images, { url: chart, version, expand }, "chart"))
    addNamedChart(chart, version, repositories, reading, expand);
}

/** What is put over the manifests of a chart; a line is the path of a file. */
function readPatches(release: YamlNode, reading: ResourceReading): void {
  const resources = ["strategicMergePatches", "transformers"].flatMap((key) => itemsOf(valueAt(release, key)));
  const operations = itemsOf(valueAt(release, "jsonPatches")).map((patch) => valueAt(patch, "patch"));
  for (const patch of [...resources, ...operations]) readPatchContent(patch, reading, readResource);
}

/** The reading where what a template comes to is known. */
function withTemplates(reading: ResourceReading, expand: Expand): ResourceReading {
  return {
    ...reading,
    add(node, site, options) {
      const scalar = scalarOf(node);
      if (scalar === undefined || !isMasked(scalar.text)) reading.add(node, site, options);
      else reading.images.add(node, site, { value: expand(scalar), pin: "none" });
    },
  };
}

/** The commands that helmfile runs around a release, or around all; `masked` is the text with its actions hidden. */
function hooksOf(holder: YamlNode, text: string, masked: string): readonly ShellCommand[] {
  return itemsOf(valueAt(holder, "hooks")).flatMap((hook) => {
    const words = [valueAt(hook, "command"), ...itemsOf(valueAt(hook, "args"))].flatMap((word) => scalarOf(word) ?? []);
    if (!mayNameImages(words.map((word) => word.text).join("\n"))) return [];
    return readWords(masked, words, { scope: hidden }).commands.map((command) => ({
      ...command,
      words: command.words.map((word) => ({ ...word, raw: text.slice(word.span.start, word.span.end) })),
    }));
  });
}

/** Where actions are hidden, nothing of what they come to is known. */
const hidden: TemplateScope = { syntax: maskedRuns, lookup: () => [] };

function registriesOf(root: YamlNode): readonly (readonly [string, YamlScalar])[] {
  return itemsOf(valueAt(root, "repositories")).flatMap((repository) => {
    const [name, url] = [textOf(valueAt(repository, "name")), scalarOf(valueAt(repository, "url"))];
    const isRegistry = textOf(valueAt(repository, "oci")) === "true";
    return isRegistry && name !== undefined && url !== undefined ? [[name, url] as const] : [];
  });
}

/** `name/chart`, where the name is that of a registry. */
function addNamedChart(
  node: YamlNode | undefined,
  version: YamlNode | undefined,
  repositories: Repositories,
  { text, images }: ResourceReading,
  expand: Expand,
): void {
  const chart = scalarOf(node);
  const slash = chart?.text.indexOf("/") ?? -1;
  const repository = slash < 0 ? undefined : repositories.get(chart?.text.slice(0, slash) ?? "");
  if (chart === undefined || repository === undefined) return;
  const tag = scalarOf(version);
  const host = repository.text.replace(/^oci:\/\//, "").replace(/\/+$/, "");
  const chain: ValueStep[] = [{ span: repository.span, label: "repository", text: repository.text }];
  const parts = [
    isMasked(host) ? {} : { text: host, literal: repository.span },
    isMasked(chart.text) ? {} : { text: chart.text.slice(slash) },
    ...(tag === undefined ? [] : [{ text: ":" }]),
  ];
  if (tag !== undefined) {
    const said = chartTag(tag, expand);
    parts.push(said.part);
    chain.push({ span: tag.span, label: "version", text: text.slice(tag.span.start, tag.span.end) }, ...said.steps);
  }
  images.add(node, "chart", { value: { parts, chain }, pin: "none" });
}
