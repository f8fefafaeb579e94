import type { Document } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { combine } from "./pipelineMatrix.ts";
import { placedVariables, textsOf } from "./pipelineVariables.ts";
import type { TemplateScope } from "./template.ts";
import { anyOf, delimited } from "./templateSyntax.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

const scope: TemplateScope = { syntax: anyOf(delimited("${{", "}}"), delimited("%{{", "}}")), lookup: () => [] };
const maximumCombinations = 256;

/**
 * Reads Semaphore's pipelines (Semaphore documentation, "Pipeline YAML reference"): images of agents; commands of jobs after those that the whole and their task put before
 * them, with the variables of all three and of each row of their matrix.
 */
export function readSemaphore(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "semaphore");
  for (const root of pipeline.roots) {
    for (const image of placesOf(root, ["**", "agent", "containers", "*", "image"]))
      pipeline.image(scalarOf(image), "container", { scope });
    const known = new Set<YamlNode>();
    const whole = valueAt(root, "global_job_config");
    for (const task of placesOf(root, ["**", "task"]))
      for (const job of itemsOf(valueAt(task, "jobs"))) readJob(pipeline, [whole, task, job], known);
    // What no job stands beside, as in a part of a pipeline.
    for (const commands of placesOf(root, ["**", "commands"]))
      if (!known.has(commands)) pipeline.script([commands], { scope, environment: environmentOf(pipeline, [whole]) });
  }
  return pipeline.document();
}

/** `layers` are what stands around a job, and at last the job itself. */
function readJob(pipeline: Pipeline, layers: readonly (YamlNode | undefined)[], known: Set<YamlNode>): void {
  const job = layers.at(-1);
  const before = layers.map((layer) => valueAt(layer, "prologue", "commands"));
  const after = layers.toReversed().flatMap((layer) => placesOf(valueAt(layer, "epilogue"), ["*", "commands"]));
  const scripts = [...before, valueAt(job, "commands"), ...after];
  for (const script of scripts) if (script !== undefined) known.add(script);
  const rows = combine(axesOf(valueAt(job, "matrix")), maximumCombinations);
  const [first = new Map<string, string>()] = rows;
  const around = environmentOf(pipeline, layers);
  // What differs between the rows is not known to all of them.
  const shared = Object.entries(around).filter(([name]) => !first.has(name));
  const environment = Object.fromEntries(rows.length === 1 ? [...shared, ...first] : shared);
  const combinations = rows.length < 2 ? undefined : rows.map((row) => ({ variable: (name: string) => row.get(name) }));
  pipeline.script(scripts, { scope, environment, combinations });
}

/** Variables with their values, as rows of a matrix name them. */
function axesOf(matrix: YamlNode | undefined): readonly (readonly [name: string, values: readonly string[]])[] {
  return itemsOf(matrix).flatMap((axis) => {
    const name = textOf(valueAt(axis, "env_var"));
    const values = itemsOf(valueAt(axis, "values")).flatMap((value) => textOf(value) ?? []);
    return name === undefined || values.length === 0 ? [] : [[name, values] as const];
  });
}

/** The variables of all layers, of which the last count. */
function environmentOf(
  pipeline: Pipeline,
  layers: readonly (YamlNode | undefined)[],
): Readonly<Record<string, string>> {
  const entries = layers.flatMap((layer) =>
    itemsOf(valueAt(layer, "env_vars")).flatMap((variable): readonly YamlEntry[] => {
      const key = scalarOf(valueAt(variable, "name"));
      const value = valueAt(variable, "value");
      return key === undefined || value === undefined ? [] : [{ key, value }];
    }),
  );
  return textsOf(placedVariables(pipeline.text, entries, scope));
}
