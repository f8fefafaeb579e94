import { baseArgument } from "./baseArgument.ts";
import { inlineBuilds } from "./bakeBuild.ts";
import { readBakeAmong, targetAttribute, type BakeFile, type BakeTarget } from "./bakeTargets.ts";
import { targetEntries, targetItems, targetLookups, type BakeValue } from "./bakeValues.ts";
import { cacheReference, generatorReference } from "./buildSource.ts";
import type { Document, ImageUse } from "./document.ts";
import { readDockerfile } from "./dockerfile.ts";
import { expressionTag } from "./hclExpression.ts";
import { asExpression, hclScope } from "./hclScope.ts";
import type { HclLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline, type PipelineImageOptions } from "./pipeline.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { interpolationsOf, readSubstituted } from "./substitution.ts";
import { templateText, type TemplateScope } from "./template.ts";
import { settingsOf } from "./workspaceBuild.ts";
import { scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const wrapper = "docker-image://";

/**
 * Reads a bake file (docker buildx bake), HCL or JSON: named contexts, cache sources, generators, the frontend, base
 * images given as arguments, and inline Dockerfiles, with variables followed to their defaults and matrices expanded.
 * `tags`, `output` and `cache-to` are what it makes.
 */
export function readBake(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const isJson = /\.json$/i.test(path);
  const pipeline = createPipeline(source, path, "bake", isJson ? readJsonc : () => ({ documents: [], problems: [] }));
  const file = readBakeAmong(pipeline.text, path, siblings);
  let tags: ReadonlySet<string> | undefined;
  const isBuilt = (image: string): boolean => (tags ??= tagsOf(file)).has(image);
  const inline = file.targets.flatMap((target) =>
    targetLookups(file, target).flatMap((lookup) => readTarget(pipeline, { file, target, isBuilt }, lookup)),
  );
  const distinct = new Map(inline.map((use) => [JSON.stringify([use.span, use.site, use.reference ?? null]), use]));
  return pipeline.document([...distinct.values()]);
}

/** The tags of what the file's targets build. */
function tagsOf(file: BakeFile): ReadonlySet<string> {
  const values = file.targets.flatMap((target) =>
    targetLookups(file, target).flatMap((lookup) => targetItems(file, target, "tags", lookup)),
  );
  return new Set(
    values.flatMap(({ node: written, lookup }) => {
      const scalar = scalarOf(asExpression(file.text, written));
      return scalar === undefined
        ? []
        : (templateText(file.text, scalar, hclScope(file.text, scalar, lookup, file.variable)) ?? []);
    }),
  );
}

interface Reading {
  readonly file: BakeFile;
  readonly target: BakeTarget;
  /** Whether a target of the file builds an image of that name. */
  readonly isBuilt: (image: string) => boolean;
}

/** Reads a target where names stand for what `lookup` says; gives the images of its inline Dockerfile. */
function readTarget(pipeline: Pipeline, { file, target, isBuilt }: Reading, lookup: HclLookup): readonly ImageUse[] {
  const { text } = pipeline;
  const scopeOf = (node: YamlNode | undefined, known = lookup): TemplateScope =>
    hclScope(text, node, known, file.variable);
  const image = (
    { node: written, lookup: known }: Pick<BakeValue, "lookup"> & { readonly node: YamlNode | undefined },
    site: string,
    place?: { start: number; end: number },
    options?: Pick<PipelineImageOptions, "skip" | "wrapper">,
  ): void => {
    const range = place === undefined ? {} : { from: place.start, to: place.end };
    const node = asExpression(text, written);
    pipeline.image(node, site, { scope: scopeOf(node, known), ...range, ...options });
  };
  for (const value of targetEntries(file, target, "contexts", lookup)) {
    const said = scalarOf(asExpression(text, value.node));
    const from = said?.text ?? "";
    if (from.startsWith(wrapper)) image(value, "context", { start: wrapper.length, end: from.length });
    else if (said?.tag === expressionTag || from.includes("${"))
      image(value, "context", undefined, { wrapper, skip: (made) => !made.startsWith(wrapper) });
  }
  for (const value of targetEntries(file, target, "args", lookup)) {
    const said = scalarOf(asExpression(text, value.node));
    const options = baseArgument(value.key, said?.text ?? "", said?.tag === expressionTag);
    if (value.key === "BUILDKIT_SYNTAX") image(value, "syntax");
    else if (options !== undefined) {
      const skip = (made: string): boolean => options.skip?.(made) === true || isBuilt(made);
      image(value, "argument", undefined, { ...options, skip });
    }
  }
  for (const value of targetItems(file, target, "cache-from", lookup)) {
    const place = cacheReference(textOf(value.node) ?? "");
    if (place !== undefined) image(value, "cache-from", place);
    if (textOf(valueAt(value.node, "type")) === "registry")
      image({ ...value, node: valueAt(value.node, "ref") }, "cache-from");
  }
  for (const name of ["attest", "sbom"])
    for (const value of targetItems(file, target, name, lookup)) {
      const place = generatorReference(textOf(value.node) ?? "");
      if (place !== undefined) image(value, "generator", place);
      image({ ...value, node: valueAt(value.node, "generator") }, "generator");
    }
  const dockerfile = scalarOf(targetAttribute(target, "dockerfile-inline"));
  if (dockerfile === undefined) return [];
  const supplied = settingsOf(() => inlineBuilds(file, target, lookup));
  const read = (inner: string) => readDockerfile(inner, "", noSiblings, supplied);
  return readSubstituted(dockerfile, text, interpolationsOf(text, dockerfile, scopeOf(dockerfile)), read).images;
}
