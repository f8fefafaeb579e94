import type { Document } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { combine } from "./pipelineMatrix.ts";
import { lazyLookup, placedVariables, textsOf } from "./pipelineVariables.ts";
import type { TemplateScope } from "./template.ts";
import { anyOf, delimited, dollar } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

type Combination = ReadonlyMap<string, YamlNode>;

const syntax = anyOf(delimited("{{", "}}"), dollar());
const maximumCombinations = 64;

/**
 * Reads Screwdriver's configuration and its templates: images of jobs, once for each that a matrix yields, and the
 * commands of steps. A job that uses a template may choose one of the template's images by a name.
 */
export function readScrewdriver(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "screwdriver");
  const [root] = pipeline.roots;
  const shared = valueAt(root, "shared");
  const jobs = entriesOf(valueAt(root, "jobs"));
  const common = combinationsOf(shared);
  const heirs = jobs.filter(({ value }) => valueAt(value, "image") === undefined);
  const inherited = heirs.flatMap(({ value }) => (valueAt(value, "matrix") === undefined ? [] : combinationsOf(value)));
  readImage(pipeline, shared, inherited.length === 0 ? common : inherited);
  readSteps(pipeline, shared, undefined, common, undefined);
  for (const { key, value: job } of jobs) {
    const combinations = valueAt(job, "matrix") === undefined ? common : combinationsOf(job);
    const isAlias = valueAt(job, "template") !== undefined && /^[\w-]+$/.test(textOf(valueAt(job, "image")) ?? "");
    if (!isAlias) readImage(pipeline, job, combinations);
    readSteps(pipeline, job, shared, combinations, key.text);
  }
  // What begins and ends a stage are jobs, too.
  for (const { value: stage } of entriesOf(valueAt(root, "stages")))
    for (const key of ["setup", "teardown"]) {
      readImage(pipeline, valueAt(stage, key), common);
      readSteps(pipeline, valueAt(stage, key), shared, common, undefined);
    }
  const template = valueAt(root, "config");
  readImage(pipeline, template, [new Map()]);
  readSteps(pipeline, template, undefined, [new Map()], undefined);
  for (const { value } of entriesOf(valueAt(root, "images"))) pipeline.image(value, "image");
  return pipeline.document();
}

function combinationsOf(holder: YamlNode | undefined): readonly Combination[] {
  const axes = entriesOf(valueAt(holder, "matrix")).map(({ key, value }): readonly [string, readonly YamlNode[]] => [
    key.text,
    itemsOf(value),
  ]);
  return combine(axes, maximumCombinations);
}

function scopeOf(combination: Combination): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const node = combination.get(name);
      return node === undefined ? [] : [{ label: `matrix ${name}`, node }];
    },
  };
}

function readImage(pipeline: Pipeline, holder: YamlNode | undefined, combinations: readonly Combination[]): void {
  for (const combination of combinations)
    pipeline.image(valueAt(holder, "image"), "image", { scope: scopeOf(combination) });
}

/** A step is a command, or a name with one; all see the matrix as their environment. */
function readSteps(
  pipeline: Pipeline,
  holder: YamlNode | undefined,
  shared: YamlNode | undefined,
  combinations: readonly Combination[],
  job: string | undefined,
): void {
  const entries = [shared, holder].flatMap((one) => entriesOf(valueAt(one, "environment")));
  const environment = textsOf(placedVariables(pipeline.text, entries));
  const axes = (combination: Combination): Readonly<Record<string, string>> =>
    Object.fromEntries([...combination].map(([name, value]) => [name, textOf(value) ?? ""]));
  const [only, ...others] = combinations;
  const options = {
    ...(job === undefined ? {} : { job }),
    environment: only === undefined || others.length > 0 ? environment : { ...axes(only), ...environment },
    combinations:
      others.length === 0 ? undefined : combinations.map((one) => ({ variable: lazyLookup(() => axes(one)) })),
  };
  for (const step of itemsOf(valueAt(holder, "steps")))
    pipeline.script([mappingOf(step) === undefined ? step : entriesOf(step)[0]?.value], options);
}
