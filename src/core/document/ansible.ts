import { scopeOf, scopesOfItems } from "./ansibleScope.ts";
import { variablesBeside, type VariableLookup } from "./ansibleVariables.ts";
import type { Document, ImageUse } from "./document.ts";
import { readInlineValues } from "./helmParameters.ts";
import { useOfValue } from "./imageUse.ts";
import { readResource } from "./kubernetesResource.ts";
import { addOciChart } from "./ociChart.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { expandTemplate, type TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Modules by the last part of their names, with the parameter that names an image. */
const imageModules = new Map([
  ["docker_container", "image"],
  ["docker_container_exec", ""],
  ["docker_swarm_service", "image"],
  ["docker_image_pull", "name"],
  ["podman_container", "image"],
  ["podman_image", "name"],
  ["docker_image", "name"],
  ["podman_pod", "infra_image"],
  ["podman_runlabel", "image"],
]);
/** Modules whose parameter names one image or several, which others have made or pulled before. */
const listModules = new Map([
  ["docker_image_info", "name"],
  ["docker_image_export", "names"],
  ["docker_image_tag", "name"],
  ["podman_image_info", "name"],
  ["podman_save", "image"],
  ["podman_tag", "image"],
]);
const definitionModules = new Set(["k8s", "helm", "docker_compose_v2", "docker_compose", "docker_stack"]);
const scriptModules = new Set(["shell", "command", "raw"]);
/** Lists of tasks within plays and blocks. */
const nested = ["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"];
const maximumDepth = 20;

/**
 * Reads Ansible playbooks and lists of tasks: the images of container modules and the commands of `shell` and its
 * kind, with variables followed to the `vars` around them. An image that `docker_image` builds is an output.
 */
export function readAnsible(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "ansible");
  const reading: AnsibleReading = { pipeline, path, siblings, uses: [] };
  const beside = variablesBeside(path, siblings);
  for (const root of pipeline.roots) readTasks(root, beside, reading, 0);
  return pipeline.document(reading.uses);
}

interface AnsibleReading {
  readonly pipeline: Pipeline;
  readonly path: string;
  readonly siblings: Siblings;
  /** Uses that are put together from several values, or stand in documents within. */
  readonly uses: ImageUse[];
}

/** The variables that a play or a task has: its own, then those of its files, then those around it. */
function variablesOf(task: YamlNode, around: VariableLookup, { path, siblings }: AnsibleReading): VariableLookup {
  const own = valueAt(task, "vars");
  const files = itemsOf(valueAt(task, "vars_files")).flatMap((file) => textOf(file) ?? []);
  const named = files.length === 0 ? around : variablesBeside(path, siblings, files);
  return (name) => {
    const node = valueAt(own, name);
    return node === undefined ? (named(name) ?? around(name)) : { node, label: `variable ${name} of vars` };
  };
}

function readTasks(node: YamlNode | undefined, around: VariableLookup, reading: AnsibleReading, depth: number): void {
  if (depth > maximumDepth) return;
  const { pipeline } = reading;
  for (const task of itemsOf(node)) {
    const variables = variablesOf(task, around, reading);
    const scope = scopeOf(task, variables);
    for (const { key, value } of entriesOf(task)) {
      const module = key.text.slice(key.text.lastIndexOf(".") + 1);
      if (nested.includes(key.text)) readTasks(value, variables, reading, depth + 1);
      else if (scriptModules.has(module)) {
        const command =
          scalarOf(value) === undefined ? (valueAt(value, "cmd") ?? valueAt(value, "_raw_params")) : value;
        const words = itemsOf(valueAt(value, "argv"));
        for (const each of scopesOfItems(task, variables)) {
          if (scalarOf(command) !== undefined) pipeline.script([command], { scope: each });
          if (words.length > 0) pipeline.words(words, { scope: each });
        }
      } else if (imageModules.has(module)) readModule(module, value, scope, reading);
      else if (module === "podman_containers")
        for (const container of itemsOf(valueAt(value, "containers")))
          pipeline.image(valueAt(container, "image"), "podman_container", { scope });
      else if (listModules.has(module)) {
        const named = valueAt(value, listModules.get(module) ?? "");
        for (const image of itemsOf(named).length > 0 ? itemsOf(named) : [named])
          pipeline.image(image, module, { scope });
      } else if (definitionModules.has(module)) readDefinition(module, value, scope, reading);
    }
  }
}

/** Modules that take resources, a chart with its values, or a compose file as their parameters. */
function readDefinition(module: string, value: YamlNode, scope: TemplateScope, reading: AnsibleReading): void {
  const { text } = reading.pipeline;
  const resources = createResourceReading(text, reading.path);
  const within = resources.within(scope);
  if (module === "k8s") {
    const definition = valueAt(value, "definition") ?? valueAt(value, "resource_definition");
    const given = itemsOf(definition).length > 0 ? itemsOf(definition) : [definition];
    for (const resource of given) readResource(resource, within);
  } else if (module === "helm") {
    const chart = { url: valueAt(value, "chart_ref"), version: valueAt(value, "chart_version") };
    addOciChart(text, resources.images, chart, "chart");
    readInlineValues(valueAt(value, "values") ?? valueAt(value, "release_values"), resources);
  } else {
    const definitions = [valueAt(value, "definition"), ...itemsOf(valueAt(value, "compose"))];
    for (const definition of definitions)
      for (const { value: service } of entriesOf(valueAt(definition, "services")))
        if (valueAt(service, "build") === undefined) within.add(valueAt(service, "image"), "image");
  }
  reading.uses.push(...usesOf(resources));
}

function readModule(module: string, parameters: YamlNode, scope: TemplateScope, reading: AnsibleReading): void {
  const { pipeline, uses } = reading;
  const inline = scalarOf(parameters);
  if (inline !== undefined) {
    // `docker_container: name=a image=b`, the older form.
    const place = new RegExp(`(?:^|\\s)${imageModules.get(module)}=(?:"([^"]*)"|'([^']*)'|(\\S+))`).exec(inline.text);
    const text = place?.[1] ?? place?.[2] ?? place?.[3];
    if (place === null || text === undefined || module.includes("image")) return;
    const from = place.index + place[0].lastIndexOf(text);
    pipeline.image(parameters, module, { scope, from, to: from + text.length });
    return;
  }
  const image = valueAt(parameters, imageModules.get(module) ?? "");
  const from = textOf(valueAt(parameters, "source"));
  const isOutput = (from !== undefined && from !== "pull") || valueAt(parameters, "build") !== undefined;
  const isRemoval = textOf(valueAt(parameters, "state")) === "absent";
  const tag = scalarOf(valueAt(parameters, "tag"));
  const name = scalarOf(image);
  if (name === undefined || (module.includes("image") && (isOutput || isRemoval))) return;
  if (tag === undefined || !module.includes("image")) {
    pipeline.image(image, module, { scope });
    return;
  }
  const [repository] = expandTemplate(pipeline.text, name, scope);
  const [suffix] = expandTemplate(pipeline.text, tag, scope);
  if (repository === undefined || suffix === undefined) return;
  const chain = [...repository.chain, ...suffix.chain];
  const use = useOfValue(pipeline.text, {
    span: name.span,
    site: module,
    parts: [...repository.parts, { text: ":" }, ...suffix.parts],
    chain,
    hasVariables: true,
    pin: "none",
  });
  if (!("code" in use)) uses.push(use);
}

/** Whether a YAML text with this beginning is a list of plays or tasks. */
export function isAnsible(head: string): boolean {
  if (!/^(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n)*- /.test(head) || /^[A-Za-z_"'][^\n]*:/m.test(head)) return false;
  return /^[ -][ \t-]*(?:hosts|tasks|[\w.]*\b(?:docker_\w+|podman_\w+|shell|command|raw|k8s|helm))[ \t]*:/m.test(head);
}
