import { imagesOf } from "../shell/imageCommands.ts";
import type { Document, JobStep } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { placedVariables, textsOf } from "./pipelineVariables.ts";
import { scriptLines } from "./pipelineScript.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** In the order in which they run. */
const phases = ["install", "pre_build", "build", "post_build"];
/** Names under which CodeBuild offers its own environments, which no registry has. */
const managed = /^aws\/codebuild\//;

/**
 * Reads the build specification of AWS CodeBuild: the images of a batch's builds, and the commands of its phases,
 * which one shell runs.
 */
export function readCodeBuild(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "codebuild");
  for (const root of pipeline.roots) {
    const batch = valueAt(root, "batch");
    for (const list of ["build-list", "build-graph"])
      for (const build of itemsOf(valueAt(batch, list))) readImages(pipeline, valueAt(build, "env", "image"));
    for (const kind of ["static", "dynamic"])
      readImages(pipeline, valueAt(batch, "build-matrix", kind, "env", "image"));
    readPhases(pipeline, root);
  }
  return pipeline.document();
}

/** Reads a build specification that stands in another file, with the images that its commands name. */
export function readSpecification(text: string): Document {
  const document = readCodeBuild(text, "buildspec.yml");
  return { ...document, images: imagesOf(document) };
}

function readImages(pipeline: Pipeline, node: YamlNode | undefined): void {
  for (const image of scalarOf(node) === undefined ? itemsOf(node) : [node])
    pipeline.image(image, "image", { skip: (value) => managed.test(value) });
}

function readPhases(pipeline: Pipeline, root: YamlNode): void {
  if (/^(?:powershell|cmd)/i.test(textOf(valueAt(root, "env", "shell")) ?? "")) return;
  const environment = placedVariables(pipeline.text, entriesOf(valueAt(root, "env", "variables")));
  const steps: JobStep[] = [];
  const lines = phases.flatMap((id) => {
    const phase = valueAt(root, "phases", id);
    if (phase !== undefined) steps.push({ span: phase.span, id });
    return ["commands", "finally"].flatMap((key) => scriptLines(valueAt(phase, key)));
  });
  pipeline.script(lines, { job: "phases", environment: textsOf(environment) });
  const node = valueAt(root, "phases");
  if (node !== undefined && steps.length > 0) pipeline.job({ id: "phases", span: node.span, steps, environment });
}
