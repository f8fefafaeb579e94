import type { Pipeline } from "./pipeline.ts";
import { textsOf } from "./pipelineVariables.ts";
import { containerEnvironment, readContainerCommands, readImageVolumes } from "./pipelinePod.ts";
import { taskScopes, withDeclared, withValues } from "./tektonScope.ts";
import type { TemplateScope } from "./template.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a Tekton resource: images of steps, sidecars and step templates, bundles, and image volumes, with parameters
 * followed to their values and defaults; commands of steps. `nested` reads the resources that a trigger creates.
 */
export function readTektonResource(
  pipeline: Pipeline,
  node: YamlNode,
  kind: string,
  around: TemplateScope,
  nested: (node: YamlNode, scope: TemplateScope) => void,
): void {
  const spec = valueAt(node, "spec");
  const name = textOf(valueAt(node, "metadata", "name")) ?? textOf(valueAt(node, "metadata", "generateName")) ?? kind;
  switch (kind) {
    case "Task":
    case "ClusterTask":
      readTask(pipeline, name, spec, around);
      break;
    case "StepAction":
      readStep(pipeline, spec, { scope: withDeclared(around, spec), job: name, step: 0, environment: {} });
      break;
    // Pipelines of the alpha version asked conditions before they ran a task.
    case "Condition":
      readStep(pipeline, valueAt(spec, "check"), {
        scope: withDeclared(around, spec),
        job: name,
        step: 0,
        environment: {},
      });
      break;
    case "TaskRun":
      readBundle(pipeline, valueAt(spec, "taskRef"), around);
      readImageVolumes(pipeline, valueAt(spec, "podTemplate"), around);
      readTask(pipeline, name, valueAt(spec, "taskSpec"), withValues(around, spec));
      break;
    case "Pipeline":
      readPipeline(pipeline, spec, around, 0);
      break;
    case "PipelineRun":
      readBundle(pipeline, valueAt(spec, "pipelineRef"), around);
      for (const holder of [spec, valueAt(spec, "taskRunTemplate"), ...itemsOf(valueAt(spec, "taskRunSpecs"))])
        readImageVolumes(pipeline, valueAt(holder, "podTemplate"), around);
      readPipeline(pipeline, valueAt(spec, "pipelineSpec"), withValues(around, spec), 0);
      break;
    case "CustomRun":
    case "Run":
      for (const custom of [valueAt(spec, "customSpec"), valueAt(spec, "spec")])
        readCustom(pipeline, name, valueAt(custom, "spec"), withValues(around, spec), 0);
      break;
    case "TriggerTemplate":
      readTemplate(spec, around, nested);
      break;
    case "Trigger":
      readTemplate(valueAt(spec, "template", "spec"), around, nested);
      break;
    case "EventListener":
      for (const trigger of itemsOf(valueAt(spec, "triggers")))
        readTemplate(valueAt(trigger, "template", "spec"), around, nested);
      break;
  }
}

/** What a trigger creates; triggers and event listeners may hold their template themselves. */
function readTemplate(
  spec: YamlNode | undefined,
  around: TemplateScope,
  nested: (node: YamlNode, scope: TemplateScope) => void,
): void {
  for (const resource of itemsOf(valueAt(spec, "resourcetemplates")))
    nested(resource, withDeclared(around, spec, "tt."));
}

const maximumDepth = 5;

function readPipeline(pipeline: Pipeline, spec: YamlNode | undefined, around: TemplateScope, depth: number): void {
  if (spec === undefined || depth > maximumDepth) return;
  const scope = withDeclared(around, spec);
  for (const task of [...itemsOf(valueAt(spec, "tasks")), ...itemsOf(valueAt(spec, "finally"))]) {
    readBundle(pipeline, valueAt(task, "taskRef"), scope);
    readBundle(pipeline, valueAt(task, "pipelineRef"), scope);
    const name = textOf(valueAt(task, "name")) ?? "task";
    for (const inner of taskScopes(scope, task)) {
      readTask(pipeline, name, valueAt(task, "taskSpec"), inner);
      readPipeline(pipeline, valueAt(task, "pipelineSpec"), inner, depth + 1);
      readCustom(pipeline, name, valueAt(task, "taskSpec", "spec"), inner, depth + 1);
    }
  }
}

/** A custom task that runs tasks itself (loops, handlers of failures). */
function readCustom(
  pipeline: Pipeline,
  name: string,
  spec: YamlNode | undefined,
  around: TemplateScope,
  depth: number,
): void {
  readPipeline(pipeline, valueAt(spec, "pipelineSpec"), around, depth);
  readTask(pipeline, name, valueAt(spec, "taskSpec"), around);
}

function readTask(pipeline: Pipeline, name: string, spec: YamlNode | undefined, around: TemplateScope): void {
  if (spec === undefined) return;
  const scope = withDeclared(around, spec);
  const template = valueAt(spec, "stepTemplate");
  pipeline.image(valueAt(template, "image"), "image", { scope });
  for (const sidecar of itemsOf(valueAt(spec, "sidecars")))
    pipeline.image(valueAt(sidecar, "image"), "image", { scope });
  readImageVolumes(pipeline, spec, scope);
  const steps = itemsOf(valueAt(spec, "steps"));
  const environment = containerEnvironment(pipeline, template, scope);
  for (const [index, step] of steps.entries())
    readStep(pipeline, step, { scope, job: name, step: index, environment: textsOf(environment) });
  pipeline.job({
    id: name,
    span: spec.span,
    environment,
    steps: steps.map((step) => {
      const id = textOf(valueAt(step, "name"));
      return { span: step.span, ...(id === undefined ? {} : { id }) };
    }),
  });
}

function readStep(
  pipeline: Pipeline,
  step: YamlNode | undefined,
  options: Parameters<typeof readContainerCommands>[3],
): void {
  pipeline.image(valueAt(step, "image"), "image", { scope: options.scope });
  readBundle(pipeline, valueAt(step, "ref"), options.scope);
  readContainerCommands(pipeline, step, "script", options);
}

/** A bundle is an image that holds tasks or pipelines: named directly, or for the resolver of bundles. */
function readBundle(pipeline: Pipeline, reference: YamlNode | undefined, scope: TemplateScope): void {
  pipeline.image(valueAt(reference, "bundle"), "bundle", { scope });
  if (textOf(valueAt(reference, "resolver")) !== "bundles") return;
  for (const parameter of itemsOf(valueAt(reference, "params")))
    if (textOf(valueAt(parameter, "name")) === "bundle")
      pipeline.image(valueAt(parameter, "value"), "bundle", { scope });
}
