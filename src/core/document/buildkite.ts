import type { Document, JobStep } from "./document.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { lazyLookup, placedVariables, textsOf, variableLookup } from "./pipelineVariables.ts";
import { combine } from "./pipelineMatrix.ts";
import { readImageVolumes } from "./pipelinePod.ts";
import type { TemplateScope } from "./template.ts";
import { anyOf, delimited, dollar } from "./templateSyntax.ts";
import { readYaml, type YamlStream } from "./yaml.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const matrixSyntax = delimited("{{", "}}", /^matrix(?:\.[\w-]+)?$/);
const variableSyntax = dollar({ escape: true, backslash: true });
const syntax = anyOf(matrixSyntax, variableSyntax);
/** Scripts: a shell expands what Buildkite does not, and what it does the same way. */
const scriptSyntax = anyOf(matrixSyntax, (source) => variableSyntax(source).filter(({ text }) => text !== undefined));
const maximumCombinations = 256;
const maximumDepth = 5;

interface Reading {
  readonly pipeline: Pipeline;
  /** The pipeline's own `env`, which Buildkite puts into the rest of the file. */
  readonly variables: TemplateScope["lookup"];
  readonly environment: Readonly<Record<string, string>>;
  readonly steps: JobStep[];
}

/**
 * Reads Buildkite pipelines: images of steps, of the plugins that run containers, and of Kubernetes pods, with
 * variables and matrices followed; commands.
 */
export function readBuildkite(text: string, path: string): Document {
  const pipeline = createPipeline(text, path, "buildkite", readTemplated);
  const [root] = pipeline.roots;
  const env = valueAt(root, "env");
  const variables = variableLookup((name) => `env ${name}`, env);
  const environment = placedVariables(pipeline.text, entriesOf(env));
  const reading = { pipeline, variables, environment: textsOf(environment), steps: [] };
  const scope = { syntax, lookup: variables };
  pipeline.image(valueAt(root, "image"), "image", { scope });
  readAgents(pipeline, root, scope);
  // Older pipelines are only the list of their steps.
  const steps = itemsOf(root).length > 0 ? root : valueAt(root, "steps");
  readSteps(reading, steps, 0);
  if (steps !== undefined && reading.steps.length > 0)
    pipeline.job({ id: "steps", span: steps.span, steps: reading.steps, environment });
  return pipeline.document();
}

/** Programs write pipelines from templates, whose own lines are none of the pipeline's. */
function readTemplated(text: string): YamlStream {
  return readYaml(text.replaceAll(/^[ \t]*\{\{[^\n]*\}\}[ \t]*$/gm, (line) => " ".repeat(line.length)));
}

function readSteps(reading: Reading, node: YamlNode | undefined, depth: number): void {
  if (depth > maximumDepth) return;
  for (const item of itemsOf(node)) {
    if (mappingOf(item) === undefined) continue;
    if (itemsOf(valueAt(item, "steps")).length > 0) readSteps(reading, valueAt(item, "steps"), depth + 1);
    else readStep(reading, item);
  }
}

function readStep({ pipeline, variables, environment, steps }: Reading, item: YamlNode): void {
  const combinations = combinationsOf(valueAt(item, "matrix"));
  const scopes = combinations.map((combination): TemplateScope => ({
    syntax,
    lookup(name) {
      if (!name.startsWith("matrix")) return variables(name);
      const node = combination.get(name);
      return node === undefined ? [] : [{ label: name, node }];
    },
  }));
  for (const scope of scopes) {
    pipeline.image(scalarOf(valueAt(item, "image")), "image", { scope });
    readAgents(pipeline, item, scope);
    for (const { name, settings } of pluginsOf(valueAt(item, "plugins"))) readPlugin(pipeline, name, settings, scope);
  }
  const [only] = scopes.length === 1 ? scopes : [];
  const scope: TemplateScope = { syntax: scriptSyntax, lookup: (name) => only?.lookup(name) ?? [] };
  const own = placedVariables(pipeline.text, entriesOf(valueAt(item, "env")), { syntax, lookup: scope.lookup });
  const combined = scopes.map((one) => ({
    scope: { syntax: scriptSyntax, lookup: one.lookup },
    variable: lazyLookup(() => textsOf(placedVariables(pipeline.text, entriesOf(valueAt(item, "env")), one))),
  }));
  const options = {
    scope,
    environment: { ...environment, ...textsOf(own) },
    combinations: combined.length < 2 ? undefined : combined,
    job: "steps",
    step: steps.length,
  };
  pipeline.script([valueAt(item, "command") ?? valueAt(item, "commands")], options);
  const id = textOf(valueAt(item, "key")) ?? textOf(valueAt(item, "id"));
  const name = textOf(valueAt(item, "label")) ?? textOf(valueAt(item, "name"));
  steps.push({ span: item.span, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) });
}

/** Agents that run in a container name its image beside their tags; agents of clouds name a machine's there. */
function readAgents(pipeline: Pipeline, holder: YamlNode | undefined, scope: TemplateScope): void {
  // Each branch of a template may have agents of its own, or an image of its own in them.
  const lists = (mappingOf(holder)?.entries ?? []).filter(({ key }) => key.text === "agents");
  for (const agents of lists.length > 1 ? lists.map(({ value }) => value) : [valueAt(holder, "agents")]) {
    const images = (mappingOf(agents)?.entries ?? []).filter(({ key }) => key.text === "image");
    const found = images.length > 1 ? images.map(({ value }) => value) : [valueAt(agents, "image")];
    // The last provider says nothing of the other branches.
    const provider = images.length > 1 ? "" : (textOf(valueAt(agents, "provider")) ?? "");
    if (!/^(?:k8s|kubernetes)?$/.test(provider)) continue;
    for (const node of found) {
      const image = scalarOf(node);
      if (image !== undefined && /^[\w-]+(?:\.[\w-]+)+(?::\d+)?\//.test(image.text))
        pipeline.image(node, "agents", { scope });
    }
  }
}

interface Plugin {
  /** Without owner, version and the suffix that plugins' repositories have. */
  readonly name: string;
  readonly settings: YamlNode;
}

/** Plugins are a list of mappings, or a mapping, from a name with its version to its settings. */
function pluginsOf(node: YamlNode | undefined): readonly Plugin[] {
  return [node, ...itemsOf(node)].flatMap(entriesOf).map(({ key, value }) => ({
    name: key.text
      .replace(/#.*$/s, "")
      .replace(/^.*\//s, "")
      .replace(/(?:-buildkite-plugin)?(?:\.git)?$/, ""),
    settings: value,
  }));
}

/** Settings that name what plugins run, in Docker or as a job of a cluster (EmbarkStudios/k8s). */
const pluginImages = new Map([
  ["docker", ["image"]],
  ["k8s", ["image", "init-image"]],
]);

function readPlugin(pipeline: Pipeline, name: string, settings: YamlNode, scope: TemplateScope): void {
  // A plugin that tests itself is named by where it comes from.
  for (const key of pluginImages.get(name.startsWith("$") ? "docker" : name) ?? [])
    pipeline.image(scalarOf(valueAt(settings, key)), "plugins", { scope });
  if (name === "docker-compose") {
    const sources = valueAt(settings, "cache-from");
    for (const source of scalarOf(sources) === undefined ? itemsOf(sources) : [sources]) {
      // `service:image`
      const from = (scalarOf(source)?.text.indexOf(":") ?? -1) + 1;
      if (from > 0) pipeline.image(source, "cache-from", { scope, from });
    }
  }
  if (name !== "kubernetes") return;
  for (const key of ["podSpec", "podSpecPatch"]) {
    const pod = valueAt(settings, key);
    for (const list of ["initContainers", "containers"])
      for (const container of itemsOf(valueAt(pod, list)))
        pipeline.image(valueAt(container, "image"), "image", { scope });
    readImageVolumes(pipeline, pod, scope);
  }
  for (const sidecar of itemsOf(valueAt(settings, "sidecars")))
    pipeline.image(valueAt(sidecar, "image"), "image", { scope });
}

/** A matrix is a list of values, or lists by name under `setup`, with additions under `adjustments`. */
function combinationsOf(matrix: YamlNode | undefined): readonly ReadonlyMap<string, YamlNode>[] {
  const setup = itemsOf(matrix).length > 0 ? matrix : valueAt(matrix, "setup");
  if (setup === undefined) return [new Map()];
  const plain = itemsOf(setup);
  const axes =
    plain.length > 0
      ? [["matrix", plain] as const]
      : entriesOf(setup).map(({ key, value }) => [`matrix.${key.text}`, itemsOf(value)] as const);
  const adjusted = itemsOf(valueAt(matrix, "adjustments"));
  const isSkipped = (row: YamlNode): boolean => !["false", undefined].includes(textOf(valueAt(row, "skip")));
  const rows = adjusted.map((row) => ({ skip: isSkipped(row), values: adjustment(valueAt(row, "with")) }));
  const skipped = rows.filter(({ skip }) => skip).map(({ values }) => values);
  const added = rows.filter(({ skip }) => !skip).map(({ values }) => values);
  const kept = combine(axes, maximumCombinations).filter((one) => !skipped.some((other) => isSame(one, other)));
  return [...kept, ...added.filter((one) => one.size > 0 && !kept.some((other) => isSame(one, other)))];
}

function adjustment(node: YamlNode | undefined): ReadonlyMap<string, YamlNode> {
  const scalar = scalarOf(node);
  if (scalar !== undefined) return new Map([["matrix", scalar]]);
  return new Map(entriesOf(node).map(({ key, value }) => [`matrix.${key.text}`, value]));
}

function isSame(one: ReadonlyMap<string, YamlNode>, other: ReadonlyMap<string, YamlNode>): boolean {
  return one.size === other.size && [...one].every(([name, node]) => textOf(node) === textOf(other.get(name)));
}
