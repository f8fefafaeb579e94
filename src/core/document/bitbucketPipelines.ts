import type { Document, JobStep } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { dollar } from "./templateSyntax.ts";
import { dereference, entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const syntax = dollar();
const dockerWrapper = "docker://";
const maximumDepth = 20;

interface Reading {
  readonly pipeline: Pipeline;
  /** Steps that were read already, which several pipelines may share through anchors. */
  readonly steps: JobStep[];
}

/**
 * Reads Bitbucket Pipelines: images of the whole, of steps and of services, and of pipes that name an image; commands
 * of `script` and `after-script`. `pipe: owner/name:1` names a repository, whose own files say which image it runs.
 */
export function readBitbucketPipelines(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "bitbucket-pipelines");
  const [root] = pipeline.roots;
  const scope: TemplateScope = { syntax, lookup: () => [] };
  pipeline.image(valueAt(root, "image"), "image", { scope, key: "name" });
  const definitions = valueAt(root, "definitions");
  for (const { value } of entriesOf(valueAt(definitions, "services")))
    pipeline.image(imageOf(valueAt(value, "image")), "services", { scope });
  readPipelines(pipeline, valueAt(root, "pipelines"), scope);
  readPipelines(pipeline, valueAt(definitions, "pipelines"), scope);
  // Steps that are only defined, to be used through anchors or by other repositories.
  for (const { key, value } of entriesOf(definitions))
    if (key.text !== "services" && key.text !== "caches" && key.text !== "pipelines")
      readItems({ pipeline, steps: [] }, value, scope, undefined, 0);
  return pipeline.document();
}

function imageOf(node: YamlNode | undefined): YamlNode | undefined {
  return mappingOf(node) === undefined ? node : valueAt(node, "name");
}

/** Pipelines are lists, grouped by what starts them and by a pattern or name. */
function readPipelines(pipeline: Pipeline, groups: YamlNode | undefined, scope: TemplateScope): void {
  for (const { key, value } of entriesOf(groups)) {
    const lists = mappingOf(value) === undefined ? [{ id: key.text, list: value }] : named(key.text, value);
    for (const { id, list } of lists) {
      const steps: JobStep[] = [];
      readItems({ pipeline, steps }, list, withDefaults(scope, list), id, 0);
      if (steps.length > 0) pipeline.job({ id, span: list.span, steps, environment: {} });
    }
  }
}

function named(group: string, node: YamlNode): readonly { readonly id: string; readonly list: YamlNode }[] {
  return entriesOf(node).map(({ key, value }) => ({ id: `${group}/${key.text}`, list: value }));
}

/** A custom pipeline's variables may have defaults. */
function withDefaults(scope: TemplateScope, list: YamlNode): TemplateScope {
  const known = new Map<string, Definition>();
  for (const variable of itemsOf(list).flatMap((item) => itemsOf(valueAt(item, "variables")))) {
    const name = textOf(valueAt(variable, "name"));
    const node = valueAt(variable, "default");
    if (name !== undefined && node !== undefined) known.set(name, { label: `default of ${name}`, node });
  }
  return {
    syntax,
    lookup(name) {
      const definition = known.get(name);
      return definition === undefined ? scope.lookup(name) : [definition];
    },
  };
}

/** A list, or a mapping, of steps, parallel groups and stages. */
function readItems(
  reading: Reading,
  node: YamlNode | undefined,
  scope: TemplateScope,
  job: string | undefined,
  depth: number,
): void {
  if (depth > maximumDepth) return;
  const found = dereference(node);
  for (const item of itemsOf(found)) readItems(reading, item, scope, job, depth + 1);
  for (const { key, value } of entriesOf(found)) {
    if (key.text === "step") readStep(reading, value, scope, job);
    else if (["parallel", "stage", "steps"].includes(key.text)) readItems(reading, value, scope, job, depth + 1);
    else if (job === undefined && valueAt(value, "script") !== undefined) readStep(reading, value, scope, job);
  }
}

function readStep({ pipeline, steps }: Reading, step: YamlNode, scope: TemplateScope, job: string | undefined): void {
  pipeline.image(valueAt(step, "image"), "image", { scope, key: "name" });
  const place = job === undefined ? {} : { job, step: steps.length };
  const script = valueAt(step, "script");
  const after = valueAt(step, "after-script");
  for (const item of [...itemsOf(script), ...itemsOf(after)]) {
    const pipe = valueAt(item, "pipe");
    if (textOf(pipe)?.startsWith(dockerWrapper) === true)
      pipeline.image(pipe, "pipe", { scope, wrapper: dockerWrapper });
  }
  pipeline.script([script], place);
  pipeline.script([after], place);
  const name = textOf(valueAt(step, "name"));
  steps.push({ span: step.span, ...(name === undefined ? {} : { name }) });
}
