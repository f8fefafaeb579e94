import { cacheReference, generatorReference } from "./buildSource.ts";
import type { Document, ImageUse } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { placeDocument } from "./embedded.ts";
import { expressionTag, readHcl, type HclBody } from "./hcl.ts";
import { attributeOf, boundedLookup, hclScope, type HclLookup } from "./hclScope.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** A target of a bake file, in either of its two forms. */
interface Target {
  readonly attributes: readonly YamlEntry[];
  /** Objects that HCL may also write as blocks. */
  readonly body?: HclBody;
}

const wrapper = "docker-image://";
/** Arguments that by their name hold the image to build on. */
const baseName = /^(?:.*_)?(?:BASE|BASE_?IMAGE|IMAGE|FROM)$/i;

/**
 * Reads a bake file (docker buildx bake), HCL or JSON: named contexts, cache sources, generators, the frontend, base
 * images given as arguments, and inline Dockerfiles, with variables followed to their defaults and matrices expanded.
 * `tags`, `output` and `cache-to` are what it makes.
 */
export function readBake(source: string, path: string): Document {
  const isJson = /\.json$/i.test(path);
  const pipeline = createPipeline(source, path, "bake", isJson ? readJsonc : () => ({ documents: [], problems: [] }));
  const { targets, defaults } = isJson ? jsonTargets(pipeline.roots[0]) : hclTargets(readHcl(pipeline.text));
  const inline: ImageUse[] = [];
  const variable = boundedLookup((name) => {
    const value = defaults.get(name);
    return value === undefined ? undefined : { label: `default of variable ${name}`, nodes: [value] };
  });
  for (const target of targets) {
    const matrix = entriesOf(attribute(target, "matrix"));
    const lookup: HclLookup = (name) => {
      const axis = matrix.find(({ key }) => key.text === name);
      if (axis !== undefined) return { label: `matrix ${name}`, nodes: itemsOf(axis.value) };
      return variable(name);
    };
    inline.push(...readTarget(pipeline, target, lookup));
  }
  return pipeline.document(inline);
}

function attribute({ attributes }: Target, name: string): YamlNode | undefined {
  return attributes.findLast(({ key }) => key.text === name)?.value;
}

function jsonTargets(root: YamlNode | undefined): {
  targets: readonly Target[];
  defaults: ReadonlyMap<string, YamlNode>;
} {
  const targets = entriesOf(valueAt(root, "target")).map(({ value }) => ({ attributes: entriesOf(value) }));
  const defaults = entriesOf(valueAt(root, "variable")).flatMap(({ key, value }): [string, YamlNode][] => {
    const fallback = valueAt(value, "default");
    return fallback === undefined ? [] : [[key.text, fallback]];
  });
  return { targets, defaults: new Map(defaults) };
}

function hclTargets(root: HclBody): { targets: readonly Target[]; defaults: ReadonlyMap<string, YamlNode> } {
  const defaults = new Map<string, YamlNode>(root.attributes.map(({ key, value }) => [key.text, value]));
  for (const { type, labels, body } of root.blocks) {
    const fallback = attributeOf(body, "default");
    if (type === "variable" && labels[0] !== undefined && fallback !== undefined) defaults.set(labels[0], fallback);
  }
  const targets = root.blocks
    .filter(({ type }) => type === "target")
    .map(({ body }) => ({ attributes: body.attributes, body }));
  return { targets, defaults };
}

function readTarget(pipeline: Pipeline, target: Target, lookup: HclLookup): readonly ImageUse[] {
  const image = (node: YamlNode | undefined, site: string, place?: { start: number; end: number }): void => {
    const range = place === undefined ? {} : { from: place.start, to: place.end };
    pipeline.image(node, site, { scope: hclScope(node, lookup), ...range });
  };
  const objects = (name: string): readonly YamlEntry[] => [
    ...entriesOf(attribute(target, name)),
    ...(target.body?.blocks.filter(({ type }) => type === name).flatMap(({ body }) => body.attributes) ?? []),
  ];
  for (const { value } of objects("contexts")) {
    const text = textOf(value) ?? "";
    if (text.startsWith(wrapper)) image(value, "context", { start: wrapper.length, end: text.length });
  }
  for (const { key, value } of objects("args")) {
    if (key.text === "BUILDKIT_SYNTAX") image(value, "syntax");
    else if (baseName.test(key.text) && (scalarOf(value)?.tag === expressionTag || /[/:@$]/.test(textOf(value) ?? "")))
      image(value, "argument");
  }
  for (const node of listed(attribute(target, "cache-from"))) {
    const place = cacheReference(textOf(node) ?? "");
    if (place !== undefined) image(node, "cache-from", place);
    if (textOf(valueAt(node, "type")) === "registry") image(valueAt(node, "ref"), "cache-from");
  }
  for (const node of [...listed(attribute(target, "attest")), ...listed(attribute(target, "sbom"))]) {
    const place = generatorReference(textOf(node) ?? "");
    if (place !== undefined) image(node, "generator", place);
    image(valueAt(node, "generator"), "generator");
  }
  const dockerfile = scalarOf(attribute(target, "dockerfile-inline"));
  if (dockerfile === undefined || dockerfile.text.includes("${")) return [];
  return placeDocument(readDockerfile(dockerfile.text, ""), dockerfile, pipeline.text).images;
}

function listed(node: YamlNode | undefined): readonly (YamlNode | undefined)[] {
  return scalarOf(node) === undefined ? itemsOf(node) : [node];
}
