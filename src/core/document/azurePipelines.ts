import { azureScriptTemplate, azureTemplate } from "./azureNames.ts";
import {
  azureEntries,
  azureItems,
  azureParameters,
  azureValues,
  matrixScopes,
  withVariables,
  type AzureScope,
} from "./azureScope.ts";
import { readAzureTask, type TaskBuilds } from "./azureTasks.ts";
import { containerParameters, nodesAlong, templateFile } from "./azureTemplates.ts";
import { variablesTemplates } from "./azureVariables.ts";
import { writtenEntries, writtenVariables } from "./azureWritten.ts";
import type { Document, JobStep } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { lazyLookup, placedVariables, textsOf } from "./pipelineVariables.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { definitionText, templateText, type TemplateScope, type TemplateSource } from "./template.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

interface Reading {
  readonly pipeline: Pipeline;
  /** Names that `resources.containers` gives to images. */
  readonly aliases: ReadonlySet<string>;
  /** What steps set for other jobs, by the names of job, step and variable in upper case. */
  readonly outputs: Map<string, YamlEntry>;
  /** The template of the repository that is included at a node. */
  readonly templateAt: (node: YamlNode | undefined) => TemplateSource | undefined;
  readonly siblings: Siblings;
  /** What tasks build. */
  readonly built: TaskBuilds;
  /** Whether the file is included by others, which may define what it does not. */
  readonly isTemplate: boolean;
}

/**
 * Reads Azure Pipelines: images of `resources.containers`, of jobs and their services, and of tasks that deploy one;
 * variables, those of templates too, parameters at their defaults and matrices followed; commands of steps.
 * `siblings` are the files of the repository.
 */
export function readAzurePipelines(text: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(text, path, "azure-pipelines");
  const [root] = pipeline.roots;
  const outputs = new Map<string, YamlEntry>();
  const outer: AzureScope = {
    text: pipeline.text,
    outputs,
    variables: new Map(),
    parameters: azureParameters(root),
    loop: new Map(),
    templates: (node) => variablesTemplates(node, path, siblings),
  };
  const scope = withVariables(outer, valueAt(root, "variables"));
  const containers = azureItems(valueAt(root, "resources", "containers"), scope);
  const aliases = new Set(containers.flatMap(({ value }) => textOf(valueAt(value, "container")) ?? []));
  const isTemplate = !["trigger", "pr", "pool", "resources", "schedules"].some((key) => valueAt(root, key));
  const templateAt = (node: YamlNode | undefined): TemplateSource | undefined => templateFile(node, path, siblings);
  const built: TaskBuilds = { names: [], elsewhere: [], isLoggedIn: false };
  const reading = { pipeline, aliases, outputs, isTemplate, templateAt, siblings, built };
  for (const { value, scope: around } of containers) {
    for (const image of azureValues(value, "image", around))
      pipeline.image(image.value, "resources", { scope: azureTemplate(image.scope) });
    readRegistryContainer(pipeline, value, azureTemplate(around));
  }
  for (const { value, scope: around } of azureEntries(valueAt(root, "extends", "parameters", "containers"), scope))
    pipeline.image(value.value, "resources", { scope: azureTemplate(around) });
  if (root !== undefined) readHolder(reading, root, scope, undefined, 0);
  readHolder(reading, valueAt(root, "extends", "parameters"), scope, undefined, 0);
  for (const { key, value } of ownVariables(scope))
    if (governedImage.test(key.text)) pipeline.image(value, "variables", { scope: azureTemplate(scope) });
  readGiven(reading, valueAt(root, "parameters"), scope, 0);
  readGiven(reading, valueAt(root, "extends", "parameters"), scope, 0);
  readTemplate(reading, valueAt(root, "extends"), scope);
  const elsewhere = built.isLoggedIn || isTemplate ? built.elsewhere : [];
  return { ...pipeline.document(), built: [...built.names, ...elsewhere] };
}

/** A container that names a registry of Azure and a repository in it. */
function readRegistryContainer(pipeline: Pipeline, node: YamlNode, scope: TemplateScope): void {
  const registry = scalarOf(valueAt(node, "registry"));
  if (registry === undefined || !/^acr$/i.test(textOf(valueAt(node, "type")) ?? "")) return;
  const name = templateText(pipeline.text, registry, scope)?.toLowerCase();
  const host = name === undefined ? {} : { text: name.includes(".") ? name : `${name}.azurecr.io` };
  pipeline.image(valueAt(node, "repository"), "resources", { scope, before: [host, { text: "/" }], pin: "none" });
}

/** The variables that OneBranch's governed templates take the containers of their jobs from. */
const governedImage = /^(?:windows|linux)containerimage$/i;
const maximumDepth = 10;

/** Reads what holds stages, jobs or steps: the pipeline, a stage, the parameters of a template. */
function readHolder(
  reading: Reading,
  node: YamlNode | undefined,
  around: AzureScope,
  pool: YamlNode | undefined,
  depth: number,
): void {
  if (depth > maximumDepth || mappingOf(node) === undefined) return;
  const scope = depth === 0 ? around : withVariables(around, valueAt(node, "variables"));
  const ownPool = valueAt(node, "pool") ?? pool;
  // `phases` is what jobs were called first.
  for (const list of ["stages", "jobs", "phases"])
    for (const { value: item, scope: inner } of azureItems(valueAt(node, list), scope)) {
      if (list !== "stages") readJob(reading, item, inner, ownPool, depth);
      else readHolder(reading, item, inner, ownPool, depth + 1);
      readHolder(reading, valueAt(item, "parameters"), inner, ownPool, depth + 1);
      readGiven(reading, valueAt(item, "parameters"), inner, 0);
      readTemplate(reading, item, inner);
    }
  // A pipeline may hold its only job's keys itself.
  if (valueAt(node, "steps") !== undefined || (depth === 0 && valueAt(node, "container") !== undefined))
    readJob(reading, node ?? undefined, scope, ownPool, depth);
}

/** No alias has a slash: a host with a path, or a path with a tag or digest. */
const imageForm = /^(?:[\w-]+(?:\.[\w-]+)+(?::\d+)?\/\S+|[\w./-]*\/[\w.-]+[:@]\S+)$/;

/**
 * Images among the parameters of a template: a `container` that can be no alias is what the template's jobs run in.
 */
function readGiven(reading: Reading, node: YamlNode | undefined, scope: AzureScope, depth: number): void {
  if (depth > maximumDepth) return;
  for (const item of itemsOf(node)) readGiven(reading, item, scope, depth + 1);
  for (const { key, value } of entriesOf(node)) {
    if (["jobs", "phases", "stages", "steps", "containers"].includes(key.text)) continue;
    if (key.text === "container" && imageForm.test(knownText(reading.pipeline.text, value, scope) ?? ""))
      reading.pipeline.image(value, "container", { scope: azureTemplate(scope) });
    else readGiven(reading, value, scope, depth + 1);
  }
}

/** A scalar's text with its variables; as it is written where they are not all known. */
function knownText(text: string, node: YamlNode | undefined, scope: AzureScope): string | undefined {
  const scalar = scalarOf(node);
  return scalar?.text.includes("$") === true ? templateText(text, scalar, azureTemplate(scope)) : scalar?.text;
}

/** Whether what steps of a template are given may be an image: most are given none. */
function namesImage(parameters: YamlNode | undefined): boolean {
  return entriesOf(parameters).some(({ key }) => /image|container/i.test(key.text));
}

/** What an included template takes its containers from, and the images of its tasks. */
function readTemplate(reading: Reading, item: YamlNode | undefined, around: AzureScope): void {
  const file = reading.templateAt(valueAt(item, "template"));
  if (file === undefined) return;
  const paths = containerParameters(file, reading.siblings);
  const given = azureEntries(valueAt(item, "parameters"), around);
  for (const [first, ...path] of paths)
    for (const { value, scope } of given)
      if (value.key.text === first)
        for (const node of nodesAlong(value.value, path)) addContainer(reading, node, "container", scope);
}

const strategies = ["runOnce", "rolling", "canary"];
const phases = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic"];

function readJob(
  reading: Reading,
  job: YamlNode | undefined,
  around: AzureScope,
  pool: YamlNode | undefined,
  depth: number,
): void {
  if (job === undefined) return;
  const { pipeline } = reading;
  const scope = withVariables(around, valueAt(job, "variables"));
  const combinations = matrixScopes(scope, job);
  for (const combination of combinations) {
    for (const { value, scope: inner } of azureValues(job, "container", combination))
      addContainer(reading, value, "container", inner);
    for (const services of azureValues(job, "services", combination))
      for (const { value, scope: inner } of azureEntries(services.value, services.scope))
        addContainer(reading, value.value, "services", inner);
  }
  const [id] = ["job", "deployment", "phase"].flatMap((key) => textOf(valueAt(job, key)) ?? []);
  const stepScope = combinations.length === 1 ? (combinations[0] ?? scope) : scope;
  const isWindows = /^windows/i.test(textOf(valueAt(valueAt(job, "pool") ?? pool, "vmImage")) ?? "");
  const lifecycles = strategies.flatMap((name) => {
    const strategy = valueAt(job, "strategy", name);
    return [
      ...phases.map((phase) => valueAt(strategy, phase, "steps")),
      valueAt(strategy, "on", "success", "steps"),
      valueAt(strategy, "on", "failure", "steps"),
    ];
  });
  const steps: JobStep[] = [];
  const environment = placedVariables(pipeline.text, ownVariables(stepScope), azureTemplate(stepScope));
  const texts = { ...textsOf(environment), ...otherTexts(pipeline.text, stepScope) };
  /** What earlier steps have set. */
  const written = new Map<string, YamlEntry>();
  const later = (one: AzureScope): AzureScope => ({ ...one, variables: new Map([...one.variables, ...written]) });
  for (const list of [valueAt(job, "steps"), ...lifecycles])
    for (const { value: step, scope: around } of azureItems(list, stepScope)) {
      const place = { ...(id === undefined ? {} : { job: id }), step: steps.length };
      const inner = later(around);
      const combined =
        combinations.length < 2 ? undefined : combinations.map(({ variables }) => later({ ...around, variables }));
      const given = placedVariables(pipeline.text, [...written.values()], azureTemplate(inner));
      const own = { ...texts, ...textsOf(given) };
      for (const { key } of written.values()) if (!Object.hasOwn(given, key.text)) delete own[key.text];
      if (namesImage(valueAt(step, "parameters"))) readTemplate(reading, step, inner);
      steps.push(readStep(reading, step, inner, { place, isWindows, environment: own, combined }));
      readHolder(reading, valueAt(step, "parameters"), inner, pool, depth + 1);
      for (const [name, entry] of writtenEntries(step, writtenVariables(pipeline.text, step))) {
        written.set(name, entry);
        if (id !== undefined) reading.outputs.set(`${id}.${name}`.toUpperCase(), entry);
      }
    }
  if (steps.length > 0) pipeline.job({ id: id ?? "steps", span: job.span, steps, environment });
}

/** A container is an image, the name of one in `resources`, or a mapping with one. */
function addContainer(reading: Reading, node: YamlNode | undefined, site: string, scope: AzureScope): void {
  const { pipeline, aliases, isTemplate } = reading;
  if (mappingOf(node) !== undefined) {
    for (const { value, scope: inner } of azureValues(node, "image", scope)) addContainer(reading, value, site, inner);
    return;
  }
  const text = textOf(node);
  // Who includes a template may define what it names.
  const isAlias = (value: string): boolean => aliases.has(value) || (isTemplate && /^[\w-]+$/.test(value));
  if (text !== undefined && isAlias(text)) return;
  pipeline.image(node, site, { scope: azureTemplate(scope), skip: isAlias });
}

interface Around {
  readonly place: { readonly job?: string; readonly step: number };
  readonly isWindows: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** What the step sees in each job of a matrix. */
  readonly combined: readonly AzureScope[] | undefined;
}

function readStep(
  { pipeline, built }: Reading,
  step: YamlNode,
  scope: AzureScope,
  { place, isWindows, environment, combined }: Around,
): JobStep {
  const own = placedVariables(
    pipeline.text,
    azureEntries(valueAt(step, "env"), scope).map(({ value }) => value),
    azureTemplate(scope),
  );
  const options = {
    ...place,
    scope: azureScriptTemplate(scope, combined),
    environment: { ...asEnvironment(environment), ...textsOf(own) },
    combinations: combined?.map((one) => ({
      scope: azureScriptTemplate(one),
      variable: lazyLookup(() =>
        asEnvironment({
          ...textsOf(placedVariables(pipeline.text, ownVariables(one), azureTemplate(one))),
          ...otherTexts(pipeline.text, one),
        }),
      ),
    })),
  };
  const script = valueAt(step, "script");
  if (script !== undefined) pipeline.script([script], { ...options, windowsShell: isWindows ? "cmd" : undefined });
  pipeline.script([valueAt(step, "bash")], options);
  for (const keyword of ["pwsh", "powershell"])
    pipeline.script([valueAt(step, keyword)], { ...options, windowsShell: "powershell" });
  const task = textOf(valueAt(step, "task"));
  const inputs = azureEntries(valueAt(step, "inputs"), scope).map(({ value }) => value);
  if (task !== undefined)
    readAzureTask(pipeline, { task, inputs, template: azureTemplate(scope), script: options, isWindows, built });
  const name = textOf(valueAt(step, "displayName"));
  const id = textOf(valueAt(step, "name"));
  const written = inputs.flatMap(({ key, value }) =>
    mappingOf(value) === undefined && itemsOf(value).length === 0 ? [{ key, value }] : [],
  );
  return {
    span: step.span,
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(task === undefined ? {} : { uses: task }),
    ...(written.length === 0 ? {} : { with: placedVariables(pipeline.text, written) }),
  };
}

/** Variables as scripts see them. */
function asEnvironment(variables: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name.replaceAll(/[. ]/g, "_").toUpperCase(), value]),
  );
}

/** The variables that this file says itself. */
function ownVariables({ variables, sources }: AzureScope): readonly YamlEntry[] {
  return [...variables.values()].filter(({ value }) => sources?.has(value) !== true);
}

/** The values of those that other files say. */
function otherTexts(text: string, scope: AzureScope): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...scope.variables.values()].flatMap(({ key, value }) => {
      const source = scope.sources?.get(value);
      if (source === undefined) return [];
      const known = definitionText(text, { label: key.text, node: value, source }, azureTemplate(scope));
      return known === undefined ? [] : [[key.text, known] as const];
    }),
  );
}
