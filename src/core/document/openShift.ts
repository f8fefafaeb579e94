import type { Document } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { filledIn, type ResourceReading } from "./resourceReading.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import type { TemplateScope } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const parameterName = /^[A-Za-z0-9_]+$/;
const strategies = ["dockerStrategy", "sourceStrategy", "customStrategy"];

/** Reads the kinds that only OpenShift has; gives whether the resource is one. */
export function readOpenShift(
  node: YamlNode | undefined,
  group: string,
  kind: string,
  reading: ResourceReading,
  nested: (node: YamlNode, reading: ResourceReading) => void,
): boolean {
  const name = group === "" || group.endsWith(".openshift.io") ? kind : "";
  switch (name) {
    case "Template":
      for (const object of itemsOf(valueAt(node, "objects"))) nested(object, reading.within(parametersOf(node)));
      return true;
    case "ImageStream":
      reading.add(valueAt(node, "spec", "dockerImageRepository"), "image-stream");
      for (const tag of itemsOf(valueAt(node, "spec", "tags"))) addFrom(valueAt(tag, "from"), "image-stream", reading);
      return true;
    case "ImageStreamTag":
      addFrom(valueAt(node, "tag", "from"), "image-stream", reading);
      return true;
    case "ImageStreamImport":
      for (const image of itemsOf(valueAt(node, "spec", "images")))
        addFrom(valueAt(image, "from"), "image-stream", reading);
      return true;
    case "Build":
    case "BuildConfig":
      readBuild(valueAt(node, "spec"), reading);
      return true;
    case "DeploymentConfig": {
      const podSpec = valueAt(node, "spec", "template", "spec");
      const isFilledIn = imagesFilledIn(node);
      for (const list of ["initContainers", "containers"])
        for (const container of itemsOf(valueAt(podSpec, list)))
          if (!isFilledIn(container)) reading.add(valueAt(container, "image"), "image");
      return true;
    }
    default:
      return false;
  }
}

/**
 * Whether a container's image is a mere stand-in, for which OpenShift puts the image of a stream ("Triggering updates
 * on image stream changes"): a name alone, where a trigger of the resource is for the container.
 */
export function imagesFilledIn(node: YamlNode | undefined): (container: YamlNode) => boolean {
  const names = new Set(
    itemsOf(valueAt(node, "spec", "triggers")).flatMap((trigger) =>
      itemsOf(valueAt(trigger, "imageChangeParams", "containerNames")).flatMap((name) => textOf(name) ?? []),
    ),
  );
  const annotation = textOf(valueAt(node, "metadata", "annotations", "image.openshift.io/triggers")) ?? "";
  for (const [, name = ""] of annotation.matchAll(containerName)) names.add(name);
  return (container) =>
    names.has(textOf(valueAt(container, "name")) ?? "") && textOf(valueAt(container, "image"))?.includes("/") === false;
}

/** A container in the path of a field, which stands in JSON. */
const containerName = /@\.name==\\?["']([^"'\\]{1,253})\\?["']/g;

/** What a build starts from and copies; `output` is what it makes. */
function readBuild(spec: YamlNode | undefined, reading: ResourceReading): void {
  for (const strategy of strategies) addFrom(valueAt(spec, "strategy", strategy, "from"), "build", reading);
  for (const image of itemsOf(valueAt(spec, "source", "images"))) addFrom(valueAt(image, "from"), "build", reading);
  const dockerfile = scalarOf(valueAt(spec, "source", "dockerfile"));
  if (dockerfile === undefined) return;
  const isReplaced = valueAt(spec, "strategy", "dockerStrategy", "from") !== undefined;
  const { scope, text } = reading;
  const given = scope === undefined ? [] : interpolationsOf(text, dockerfile, scope);
  const read = (inner: string): Document =>
    isReplaced ? withoutLastBase(readDockerfile(inner, reading.path)) : readDockerfile(inner, reading.path);
  reading.inner.push(readSubstituted(dockerfile, text, given, read));
}

/** Without the image that the last stage starts from, which the build's strategy replaces. */
function withoutLastBase(document: Document): Document {
  const start = [...document.text.matchAll(/^[ \t]*FROM[ \t]/gim)].at(-1)?.index ?? document.text.length;
  const lineEnd = document.text.indexOf("\n", start);
  const end = lineEnd < 0 ? document.text.length : lineEnd;
  return {
    ...document,
    images: document.images.filter(({ site, span }) => site !== "from" || span.start < start || span.start > end),
    problems: document.problems.filter(({ span }) => span === undefined || span.start < start || span.start > end),
  };
}

/** A template's parameter may say what kind of thing is named. */
function addFrom(from: YamlNode | undefined, site: string, reading: ResourceReading): void {
  const kind = scalarOf(valueAt(from, "kind"));
  if (kind !== undefined && filledIn(kind, reading) === "DockerImage") reading.add(valueAt(from, "name"), site);
}

/** A template's parameters, with their values; `${{NAME}}` is the same value unquoted. */
function parametersOf(node: YamlNode | undefined): TemplateScope {
  const values = new Map(
    itemsOf(valueAt(node, "parameters")).flatMap((parameter) => {
      const name = textOf(valueAt(parameter, "name"));
      const value = valueAt(parameter, "value");
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const double = delimited("${{", "}}", parameterName);
  const single = delimited("${", "}", parameterName);
  return {
    syntax: (source) => (source.includes("${{") ? double(source) : single(source)),
    lookup: (name) => {
      const value = values.get(name);
      return value === undefined ? [] : [{ label: `parameter ${name}`, node: value, scope: noParameters }];
    },
  };
}

/** A parameter's value is taken as it is. */
const noParameters: TemplateScope = { syntax: () => [], lookup: () => [] };
