import { formatReference } from "../image/reference.ts";
import { inOneLine, isValidating, isWithoutShell } from "./ansibleCommand.ts";
import { factsOf, isBuild, modulesOf, placesOfPlay, repositoryOf, taskLists, type FileFacts } from "./ansibleFacts.ts";
import { inclusionsOf } from "./ansibleIncludes.ts";
import { scopeOf, scopesOfItems } from "./ansibleScope.ts";
import { variablesBeside, type VariableLookup } from "./ansibleVariables.ts";
import type { BuiltName, Document, ImageUse } from "./document.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { readInlineValues } from "./helmParameters.ts";
import { useOfValue } from "./imageUse.ts";
import { readResource } from "./kubernetesResource.ts";
import { addOciChart } from "./ociChart.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { expandTemplate, templateText, textOfValue, type TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Modules by the last part of their names, with the parameter that names an image. */
const imageModules = new Map([
  ["docker_container", "image"],
  ["docker_container_exec", ""],
  ["docker_swarm_service", "image"],
  ["docker_image_pull", "name"],
  ["podman_container", "image"],
  ["podman_image", "name"],
  ["docker_image", "name"],
  // The modules before those.
  ["docker", "image"],
  ["podman_pod", "infra_image"],
  ["podman_runlabel", "image"],
  // A function of AWS.
  ["lambda", "image_uri"],
  // What Kolla has of its own.
  ["kolla_container", "image"],
  ["kolla_docker", "image"],
]);
/** Modules that take a list of containers, with what is said of where their images stand. */
const containerModules = new Map([
  ["podman_containers", "podman_container"],
  ["ecs_taskdefinition", "ecs_taskdefinition"],
  ["azure_rm_containerinstance", "azure_rm_containerinstance"],
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
const definitionModules = new Set([
  "k8s",
  "helm",
  "docker_compose_v2",
  "docker_compose",
  "docker_service",
  "docker_stack",
]);
/** Modules whose command stands under a name of its own. */
const commandParameters = new Map([
  ["expect", "command"],
  ["at", "command"],
  ["cron", "job"],
]);
const scriptModules = new Set(["shell", "command", "raw", "win_shell", "win_command", ...commandParameters.keys()]);
const maximumDepth = 20;

/**
 * Reads Ansible playbooks and lists of tasks: the images of container modules and the commands of `shell` and its
 * kind, with variables followed to the `vars` around them. An image that a task of the file builds is an output.
 */
export function readAnsible(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "ansible");
  const { facts, built, included } = factsOf(pipeline.roots);
  const reading: AnsibleReading = { pipeline, path, siblings, built, uses: [], names: [] };
  const stated = variablesBeside(path, siblings, { included });
  const beside: VariableLookup = (name) => stated(name) ?? facts(name);
  const inclusions = source.includes("{{") ? inclusionsOf(path, siblings) : [];
  const lookups = inclusions.map(
    ({ given, around }): VariableLookup =>
      (name) =>
        given(name) ?? beside(name) ?? around(name),
  );
  for (const lookup of lookups.length > 0 ? lookups : [beside])
    for (const root of pipeline.roots) readTasks(root, lookup, reading, 0);
  return { ...pipeline.document(reading.uses), built: reading.names };
}

interface AnsibleReading {
  readonly pipeline: Pipeline;
  readonly path: string;
  readonly siblings: Siblings;
  readonly built: FileFacts["built"];
  /** Uses that are put together from several values, or stand in documents within. */
  readonly uses: ImageUse[];
  /** What images are called that modules make, for the commands that run them. */
  readonly names: BuiltName[];
}

/** The variables that a play or a task has: its own, then those of its files, then those around it. */
function variablesOf(task: YamlNode, around: VariableLookup, { path, siblings }: AnsibleReading): VariableLookup {
  const own = valueAt(task, "vars");
  const places = placesOfPlay(task);
  const named = places === undefined ? around : variablesBeside(path, siblings, places);
  return (name) => {
    const node = valueAt(own, name);
    return node === undefined ? (named(name) ?? around(name)) : { node, label: `variable ${name} of vars` };
  };
}

function readTasks(node: YamlNode | undefined, around: VariableLookup, reading: AnsibleReading, depth: number): void {
  if (depth > maximumDepth) return;
  const { text } = reading.pipeline;
  for (const task of itemsOf(node)) {
    const variables = variablesOf(task, around, reading);
    const scopes = scopesOfItems(text, task, variables);
    for (const list of taskLists) readTasks(valueAt(task, list), variables, reading, depth + 1);
    for (const { module, parameters } of modulesOf(task)) {
      if (isBuild(module, parameters)) addNames(parameters, scopes, reading);
      if (isValidating(module)) addLine(valueAt(parameters, "validate"), scopes, reading);
      if (definitionModules.has(module) || definesServices(parameters))
        readDefinition(module, parameters, scopeOf(text, task, variables), reading);
      else if (scriptModules.has(module)) readScript(module, parameters, { variables, scopes }, reading);
      else for (const scope of scopes) readImages(module, parameters, scope, reading);
    }
  }
}

/** What `command` and its kind run: a line, or words, or the words that a variable of the file holds. */
function readScript(
  module: string,
  parameters: YamlNode,
  { variables, scopes }: { readonly variables: VariableLookup; readonly scopes: readonly TemplateScope[] },
  reading: AnsibleReading,
): void {
  const { pipeline } = reading;
  const windowsShell = module === "win_shell" ? "powershell" : undefined;
  const isLine = scalarOf(parameters) !== undefined;
  const command = isLine
    ? parameters
    : (valueAt(parameters, commandParameters.get(module) ?? "cmd") ?? valueAt(parameters, "_raw_params"));
  const given = valueAt(parameters, "argv");
  const [, name = ""] = /^\s*\{\{\s*(\w+)\s*\}\}\s*$/.exec(textOf(given) ?? "") ?? [];
  const named = variables(name);
  const words = itemsOf(named !== undefined && named.source === undefined ? named.node : given);
  if (isWithoutShell(module)) addLine(command, scopes, reading);
  for (const scope of scopes) {
    if (!isWithoutShell(module) && scalarOf(command) !== undefined) pipeline.script([command], { scope, windowsShell });
    if (words.length > 0) pipeline.words(words, { scope });
  }
}

/** A command that no shell reads. */
function addLine(command: YamlNode | undefined, scopes: readonly TemplateScope[], { pipeline }: AnsibleReading): void {
  if (scalarOf(command) === undefined) return;
  for (const scope of scopes) pipeline.script([command], { scope: inOneLine(scope) });
}

/** The images that a module of containers or images names. */
function readImages(module: string, parameters: YamlNode, scope: TemplateScope, reading: AnsibleReading): void {
  const { pipeline } = reading;
  const add = (image: YamlNode | undefined, site = module): void => {
    if (!isBuilt(scalarOf(image), scope, reading)) pipeline.image(image, site, { scope });
  };
  if (imageModules.has(module)) readModule(module, parameters, scope, reading);
  else if (containerModules.has(module))
    for (const container of itemsOf(valueAt(parameters, "containers")))
      add(valueAt(container, "image"), containerModules.get(module));
  else if (listModules.has(module)) {
    const named = valueAt(parameters, listModules.get(module) ?? "");
    for (const image of itemsOf(named).length > 0 ? itemsOf(named) : [named]) add(image);
  }
}

/** Whether a task of the file builds what a text names. */
function isBuilt(image: YamlScalar | undefined, scope: TemplateScope, { built, pipeline }: AnsibleReading): boolean {
  if (image === undefined || built.size === 0) return false;
  if (built.has(repositoryOf(image.text))) return true;
  return expandTemplate(pipeline.text, image, scope).some((value) => built.has(repositoryOf(textOfValue(value) ?? "")));
}

/** The names that a module gives to the image that it makes. */
function addNames(parameters: YamlNode, scopes: readonly TemplateScope[], { pipeline, names }: AnsibleReading): void {
  const name = scalarOf(valueAt(parameters, "name"));
  const tag = scalarOf(valueAt(parameters, "tag"));
  if (name === undefined) return;
  const textIn = (scalar: YamlScalar, scope: TemplateScope): string =>
    templateText(pipeline.text, scalar, scope) ?? scalar.text;
  for (const scope of scopes) {
    const suffix = tag === undefined ? "" : `:${textIn(tag, scope)}`;
    names.push({ name: `${textIn(name, scope)}${suffix}`, at: name.span.start });
  }
}

/** Whether a module of whatever name is given a compose file as its `definition`, as those of further collections are. */
function definesServices(parameters: YamlNode): boolean {
  return entriesOf(valueAt(parameters, "definition", "services")).length > 0;
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
    const written = scalarOf(definition);
    if (written?.style === "literal" || written?.style === "folded") {
      const read = (root: YamlNode | undefined, inner: string) => {
        const embedded = createResourceReading(inner, reading.path);
        readResource(root, embedded);
        return usesOf(embedded);
      };
      resources.inner.push(readEmbeddedYaml(written, text, reading.path, read));
    }
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
    readOlderForm(module, { parameters, inline }, scope, reading);
    return;
  }
  const image = valueAt(parameters, imageModules.get(module) ?? "");
  const isOutput = isBuild(module, parameters) || isBuilt(scalarOf(image), scope, reading);
  const isRemoval = textOf(valueAt(parameters, "state")) === "absent";
  const tag = scalarOf(valueAt(parameters, "tag"));
  const name = scalarOf(image);
  if (name === undefined || isOutput || (module.includes("image") && isRemoval)) return;
  if (tag === undefined || !module.includes("image")) {
    pipeline.image(image, module, { scope });
    return;
  }
  const [repository] = expandTemplate(pipeline.text, name, scope);
  const [suffix] = expandTemplate(pipeline.text, tag, scope);
  if (repository === undefined || suffix === undefined) return;
  if (textOfValue(suffix) === "") {
    pipeline.image(image, module, { scope });
    return;
  }
  const chain = [...repository.chain, ...suffix.chain];
  const use = useOfValue(pipeline.text, {
    span: name.span,
    site: module,
    parts: [...repository.parts, { text: ":" }, ...suffix.parts],
    chain,
    hasVariables: true,
    pin: "none",
  });
  if (!("code" in use) && !uses.some((one) => isSameUse(one, use))) uses.push(use);
}

/** `docker_container: name=a image=b`: the parameters of a module in one text. */
function readOlderForm(
  module: string,
  { parameters, inline }: { readonly parameters: YamlNode; readonly inline: YamlScalar },
  scope: TemplateScope,
  { pipeline }: AnsibleReading,
): void {
  const given = new Map(
    [...inline.text.matchAll(older)].map((match): [string, { readonly text: string; readonly from: number }] => {
      const text = match[2] ?? match[3] ?? match[4] ?? "";
      return [match[1] ?? "", { text, from: match.index + match[0].lastIndexOf(text) }];
    }),
  );
  const image = given.get(imageModules.get(module) ?? "");
  // What is built, removed or put together has parameters of its own.
  const isOther = ["build", "path", "load_path", "tag"].some((key) => given.has(key));
  const isPulled =
    (given.get("source")?.text ?? "pull") === "pull" && !/absent|build/.test(given.get("state")?.text ?? "");
  if (image === undefined || image.text === "" || (module.includes("image") && (isOther || !isPulled))) return;
  pipeline.image(parameters, module, { scope, from: image.from, to: image.from + image.text.length });
}

const older = /(?<=^|\s)(\w+)=(?:"([^"]*)"|'([^']*)'|((?:\{\{[^{}]*\}\}|[^\s{]|\{(?!\{))*))/g;

function isSameUse(one: ImageUse, other: ImageUse): boolean {
  const [reference, same] = [one.reference, other.reference];
  return (
    one.span.start === other.span.start &&
    (reference === undefined || same === undefined
      ? reference === same
      : formatReference(reference) === formatReference(same))
  );
}
