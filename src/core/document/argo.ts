import { argoOutside, createArgoScopes, stepsOf } from "./argoScope.ts";
import type { Pipeline } from "./pipeline.ts";
import { readContainerCommands, readImageVolumes } from "./pipelinePod.ts";
import type { TemplateScope } from "./template.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** What reads the resources that Argo creates: written as a part of the document, or as a text of their own. */
export interface ArgoNested {
  resource(node: YamlNode): void;
  /** `scope` says what stands for the parameters in the text. */
  manifest(scalar: YamlScalar, scope?: TemplateScope): void;
  /** What is put over the specification of a pod. */
  podPatch(scalar: YamlScalar, scope?: TemplateScope): void;
}

/**
 * Reads an Argo Workflows or Argo Events resource: images of templates' containers, scripts, sidecars and image
 * volumes, with parameters followed through steps, tasks and loops; commands. `nested` reads the resources that
 * templates and sensors create. False where the kind is none of theirs.
 */
export function readArgoResource(pipeline: Pipeline, node: YamlNode, kind: string, nested: ArgoNested): boolean {
  const spec = valueAt(node, "spec");
  switch (kind) {
    case "Workflow":
    case "WorkflowTemplate":
    case "ClusterWorkflowTemplate":
      readWorkflow(pipeline, spec, nested);
      return true;
    case "CronWorkflow":
      readWorkflow(pipeline, valueAt(spec, "workflowSpec"), nested);
      return true;
    // Triggers of the first versions say what they create without naming what does so.
    case "Sensor":
    case "EventSource":
      pipeline.image(valueAt(spec, "template", "container", "image"), "image", { scope: argoOutside });
      for (const trigger of itemsOf(valueAt(spec, "triggers")))
        for (const action of [
          ["template", "k8s"],
          ["template", "argoWorkflow"],
          ["template", "resource"],
          ["resource"],
        ]) {
          const source = valueAt(trigger, ...action, "source");
          const resource = valueAt(source, "resource");
          if (resource !== undefined) nested.resource(resource);
          const manifest = scalarOf(valueAt(source, "inline"));
          if (manifest !== undefined) nested.manifest(manifest);
        }
      return false;
    default:
      return false;
  }
}

function readWorkflow(pipeline: Pipeline, spec: YamlNode | undefined, nested: ArgoNested): void {
  const scopes = createArgoScopes(spec, pipeline.text);
  const [outside = argoOutside] = scopes.scopesOf({ kind: "sequence", span: { start: 0, end: 0 }, items: [] });
  readImageVolumes(pipeline, spec, outside);
  for (const plugin of itemsOf(valueAt(spec, "executorPlugins")))
    pipeline.image(valueAt(plugin, "spec", "sidecar", "container", "image"), "image", { scope: outside });
  readPodPatch(spec, outside, nested);
  const defaults = valueAt(spec, "templateDefaults");
  if (defaults !== undefined) readTemplate(pipeline, defaults, [outside], 0);
  for (const template of itemsOf(valueAt(spec, "templates"))) {
    const known = scopes.scopesOf(template);
    const scope = known.length === 1 ? known[0] : undefined;
    readTemplate(pipeline, template, known, 0);
    readPodPatch(template, scope, nested);
    const manifest = scalarOf(valueAt(template, "resource", "manifest"));
    const onlyNames = /^(?:get|delete)$/.test(textOf(valueAt(template, "resource", "action")) ?? "");
    if (manifest !== undefined && !onlyNames) nested.manifest(manifest, scope);
    for (const applied of appliedManifests(template)) nested.manifest(applied, scope);
  }
}

function readPodPatch(holder: YamlNode | undefined, scope: TemplateScope | undefined, nested: ArgoNested): void {
  const patch = scalarOf(valueAt(holder, "podSpecPatch"));
  if (patch !== undefined && /\bimage\b/.test(patch.text)) nested.podPatch(patch, scope);
}

/** The manifests among a template's artifacts that its container has `kubectl` apply. */
function appliedManifests(template: YamlNode): readonly YamlScalar[] {
  const artifacts = itemsOf(valueAt(template, "inputs", "artifacts")).filter(
    (one) => valueAt(one, "raw") !== undefined,
  );
  if (artifacts.length === 0) return [];
  const container = valueAt(template, "container") ?? valueAt(template, "script");
  const texts = ["command", "args"].flatMap((key) => itemsOf(valueAt(container, key)));
  const words = [...texts, valueAt(container, "source")].flatMap((one) => (textOf(one) ?? "").split(/[\s"';&|]+/));
  if (!words.includes("kubectl") || !["apply", "create", "replace"].some((verb) => words.includes(verb))) return [];
  return artifacts.flatMap((artifact) => {
    const path = textOf(valueAt(artifact, "path")) ?? "";
    // A folder is applied with all that is in it.
    const places = [path, path.replace(/[^/]*$/, ""), path.replace(/\/[^/]*$/, "")].filter((place) => place.length > 1);
    return places.some((place) => words.includes(place)) ? (scalarOf(valueAt(artifact, "raw", "data")) ?? []) : [];
  });
}

const maximumDepth = 5;

function readTemplate(pipeline: Pipeline, template: YamlNode, scopes: readonly TemplateScope[], depth: number): void {
  if (depth > maximumDepth) return;
  const containers = [
    ...["container", "script"].flatMap((key) => valueAt(template, key) ?? []),
    ...["initContainers", "sidecars"].flatMap((key) => itemsOf(valueAt(template, key))),
    ...itemsOf(valueAt(template, "containerSet", "containers")),
  ];
  for (const scope of scopes) {
    for (const container of containers) pipeline.image(valueAt(container, "image"), "image", { scope });
    readImageVolumes(pipeline, template, scope);
  }
  const name = textOf(valueAt(template, "name"));
  // With several ways to run it, what its inputs are cannot be said.
  const scope = scopes.length === 1 && scopes[0] !== undefined ? scopes[0] : argoOutside;
  for (const [step, container] of containers.entries())
    readContainerCommands(pipeline, container, "source", { scope, ...(name === undefined ? {} : { job: name, step }) });
  if (name !== undefined && containers.length > 0)
    pipeline.job({
      id: name,
      span: template.span,
      environment: {},
      steps: containers.map((container) => ({ span: container.span })),
    });
  for (const step of stepsOf(template)) {
    const inline = valueAt(step, "inline");
    if (inline !== undefined) readTemplate(pipeline, inline, scopes, depth + 1);
  }
}
