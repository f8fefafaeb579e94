import type { Document } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { assignmentsOf, placedVariables, textsOf } from "./pipelineVariables.ts";
import { itemsOf, mappingOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** The phases of a job, in the order in which one shell runs them (Travis CI documentation, "Job Lifecycle"). */
const phases = [
  "before_install",
  "install",
  "before_script",
  "script",
  "before_cache",
  "after_success",
  "after_failure",
  "before_deploy",
  "after_deploy",
  "after_script",
];
const maximumRows = 64;

/** Reads Travis CI's configuration: the commands of its jobs, with the variables of each row of the matrix. */
export function readTravis(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "travis");
  for (const root of pipeline.roots) {
    const env = valueAt(root, "env");
    const isPlain = ["global", "matrix", "jobs"].every((key) => valueAt(env, key) === undefined);
    const global = valueAt(env, "global") ?? (isPlain && mappingOf(env) !== undefined ? env : undefined);
    const rows = [valueAt(env, "jobs"), valueAt(env, "matrix"), itemsOf(env).length > 0 ? env : undefined];
    const matrix = rows.flatMap((node) => itemsOf(node)).slice(0, maximumRows);
    for (const row of matrix.length === 0 ? [scalarOf(env)] : matrix) readJob(pipeline, global, row, root, root);
    for (const key of ["jobs", "matrix"])
      for (const job of itemsOf(valueAt(root, key, "include")))
        readJob(pipeline, global, valueAt(job, "env") ?? matrix[0], job, root);
  }
  return pipeline.document();
}

/** Reads what one job runs; its variables are assignments that the shell reads before. */
function readJob(
  pipeline: Pipeline,
  global: YamlNode | undefined,
  row: YamlNode | undefined,
  job: YamlNode,
  root: YamlNode,
): void {
  const environment = [global, row].flatMap((node) => (mappingOf(node) === undefined ? [] : assignmentsOf(node)));
  const scripts = phases.map((phase) => valueAt(job, phase) ?? valueAt(root, phase));
  const deploy = valueAt(job, "deploy") ?? valueAt(root, "deploy");
  for (const one of itemsOf(deploy).length > 0 ? itemsOf(deploy) : [deploy]) scripts.push(valueAt(one, "script"));
  if (scripts.every((script) => script === undefined)) return;
  pipeline.script([global, row, ...scripts], { environment: textsOf(placedVariables(pipeline.text, environment)) });
}
