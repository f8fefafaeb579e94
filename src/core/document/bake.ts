import { baseArgument } from "./baseArgument.ts";
import { inlineBuilds } from "./bakeBuild.ts";
import {
  readBakeTargets,
  targetAttribute,
  targetLookup,
  targetObject,
  type BakeFile,
  type BakeTarget,
} from "./bakeTargets.ts";
import { cacheReference, generatorReference } from "./buildSource.ts";
import type { Document, ImageUse } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { expressionTag } from "./hclExpression.ts";
import { hclScope } from "./hclScope.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline, type PipelineImageOptions } from "./pipeline.ts";
import { noSiblings } from "./siblings.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import { settingsOf } from "./workspaceBuild.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const wrapper = "docker-image://";

/**
 * Reads a bake file (docker buildx bake), HCL or JSON: named contexts, cache sources, generators, the frontend, base
 * images given as arguments, and inline Dockerfiles, with variables followed to their defaults and matrices expanded.
 * `tags`, `output` and `cache-to` are what it makes.
 */
export function readBake(source: string, path: string): Document {
  const isJson = /\.json$/i.test(path);
  const pipeline = createPipeline(source, path, "bake", isJson ? readJsonc : () => ({ documents: [], problems: [] }));
  const file = readBakeTargets(pipeline.text, isJson);
  const inline = file.targets.flatMap((target) => readTarget(pipeline, file, target));
  return pipeline.document(inline);
}

function readTarget(pipeline: Pipeline, file: BakeFile, target: BakeTarget): readonly ImageUse[] {
  const lookup = targetLookup(file, target);
  const image = (
    node: YamlNode | undefined,
    site: string,
    place?: { start: number; end: number },
    options?: Pick<PipelineImageOptions, "skip" | "wrapper">,
  ): void => {
    const range = place === undefined ? {} : { from: place.start, to: place.end };
    pipeline.image(node, site, { scope: hclScope(pipeline.text, node, lookup), ...range, ...options });
  };
  for (const { value } of targetObject(target, "contexts")) {
    const text = textOf(value) ?? "";
    if (text.startsWith(wrapper)) image(value, "context", { start: wrapper.length, end: text.length });
    else if (scalarOf(value)?.tag === expressionTag || text.includes("${"))
      image(value, "context", undefined, { wrapper, skip: (made) => !made.startsWith(wrapper) });
  }
  for (const { key, value } of targetObject(target, "args")) {
    const options = baseArgument(key.text, textOf(value) ?? "", scalarOf(value)?.tag === expressionTag);
    if (key.text === "BUILDKIT_SYNTAX") image(value, "syntax");
    else if (options !== undefined) image(value, "argument", undefined, options);
  }
  for (const node of listed(targetAttribute(target, "cache-from"))) {
    const place = cacheReference(textOf(node) ?? "");
    if (place !== undefined) image(node, "cache-from", place);
    if (textOf(valueAt(node, "type")) === "registry") image(valueAt(node, "ref"), "cache-from");
  }
  for (const node of [...listed(targetAttribute(target, "attest")), ...listed(targetAttribute(target, "sbom"))]) {
    const place = generatorReference(textOf(node) ?? "");
    if (place !== undefined) image(node, "generator", place);
    image(valueAt(node, "generator"), "generator");
  }
  const dockerfile = scalarOf(targetAttribute(target, "dockerfile-inline"));
  if (dockerfile === undefined) return [];
  const supplied = settingsOf(() => inlineBuilds(file, target, pipeline.text));
  const read = (inner: string) => readDockerfile(inner, "", noSiblings, supplied);
  return readSubstituted(
    dockerfile,
    pipeline.text,
    interpolationsOf(pipeline.text, dockerfile, hclScope(pipeline.text, dockerfile, lookup)),
    read,
  ).images;
}

function listed(node: YamlNode | undefined): readonly (YamlNode | undefined)[] {
  return scalarOf(node) === undefined ? itemsOf(node) : [node];
}
