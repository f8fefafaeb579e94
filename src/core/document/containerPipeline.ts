import type { Dialect, Document, JobStep } from "./document.ts";
import { readDroneProgram } from "./droneProgram.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { assignmentsOf, lazyLookup, placedVariables, textsOf } from "./pipelineVariables.ts";
import { combine } from "./pipelineMatrix.ts";
import { readPluginSettings, settingsOf } from "./pluginSettings.ts";
import type { TemplateScope, TemplateSyntax } from "./template.ts";
import { anyOf, dollar } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** `${NAME}`, replaced before the file is read; `$NAME` is left to the shell. */
const syntax = dollar({ escape: true, bare: false });
/** `$$NAME` and `$${NAME}`, as Drone's first format has its matrix. */
const doubled: TemplateSyntax = (source) =>
  [...source.matchAll(/\$\$(?:\{(\w+)\}|(\w+))/g)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    name: found[1] ?? found[2] ?? "",
  }));
const firstSyntax = anyOf(doubled, syntax);
const maximumCombinations = 256;

/**
 * Reads Drone and Vela pipelines, also those of Drone's first format: images of steps, services and clones, and of what
 * plug-ins build on; commands. A program may stand for them.
 */
export function readDrone(text: string, path: string): Document {
  return /\.(?:jsonnet|libsonnet|star)$/i.test(path)
    ? readDroneProgram(text, path)
    : readContainerPipeline(text, path, "drone");
}

/** Reads Woodpecker workflows, which Crow shares: images of steps, services and clones, with the matrix; commands. */
export function readWoodpecker(text: string, path: string): Document {
  return readContainerPipeline(text, path, "woodpecker");
}

/** Where these pipelines have containers: lists or mappings by name. */
const sections = new Map([
  ["steps", "image"],
  ["pipeline", "image"],
  ["build", "image"],
  ["publish", "image"],
  ["deploy", "image"],
  ["notify", "image"],
  ["services", "services"],
  ["compose", "services"],
  ["clone", "clone"],
]);

function readContainerPipeline(text: string, path: string, dialect: Dialect): Document {
  const pipeline = createPipeline(text, path, dialect);
  for (const root of pipeline.roots) {
    const kind = textOf(valueAt(root, "kind"));
    if (kind !== undefined && kind !== "pipeline") continue;
    const combinations = matrixOf(valueAt(root, "matrix"));
    const environment = placedVariables(pipeline.text, assignmentsOf(valueAt(root, "environment")));
    const name = textOf(valueAt(root, "name"));
    const isFirst = valueAt(root, "build") !== undefined && valueAt(root, "steps") === undefined;
    const reading = { pipeline, combinations, environment: textsOf(environment), isFirst, isLocal: isOfHost(root) };
    for (const [section, site] of sections) readSection(reading, root, section, site, name);
    for (const stage of entriesOf(valueAt(root, "stages")))
      readSection(reading, stage.value, "steps", "image", stage.key.text);
    for (const secret of itemsOf(valueAt(root, "secrets")))
      readContainer(reading, valueAt(secret, "origin"), "image", {});
  }
  return pipeline.document();
}

interface Reading {
  readonly pipeline: Pipeline;
  readonly combinations: readonly ReadonlyMap<string, YamlNode>[];
  readonly environment: Readonly<Record<string, string>>;
  /** Whether it has Drone's first format. */
  readonly isFirst: boolean;
  /** Whether no containers run: what stands for an image is the shell. */
  readonly isLocal: boolean;
}

/** Drone's runners of machines, whose steps have no images; Docker's and Kubernetes' have. */
const machines = /^(?:exec|ssh|digitalocean|macstadium)$/;

/** Woodpecker's agents with the backend `local` run on their host (Woodpecker documentation, "Local backend"). */
function isOfHost(root: YamlNode): boolean {
  if (textOf(valueAt(root, "kind")) === "pipeline") return machines.test(textOf(valueAt(root, "type")) ?? "");
  return textOf(valueAt(root, "labels", "backend")) === "local";
}

function readSection(
  reading: Reading,
  holder: YamlNode,
  section: string,
  site: string,
  name: string | undefined,
): void {
  const node = valueAt(holder, section);
  const steps: JobStep[] = [];
  const job = name ?? section;
  // The first format also had one container where later ones have several.
  const containers = containersIn(node);
  for (const { id, container } of containers) {
    readContainer(reading, container, site, { job, step: steps.length });
    steps.push({ span: container.span, ...(id === undefined ? {} : { id }) });
  }
  if (steps.length > 0 && node !== undefined && site === "image")
    reading.pipeline.job({ id: job, span: node.span, steps, environment: {} });
}

function containersIn(node: YamlNode | undefined): readonly { readonly id?: string; readonly container: YamlNode }[] {
  if (node === undefined) return [];
  const named = itemsOf(node).map((container) => ({ id: textOf(valueAt(container, "name")), container }));
  const keyed = scalarOf(valueAt(node, "image")) === undefined ? entriesOf(node) : [];
  const all =
    named.length > 0
      ? named
      : keyed.length > 0
        ? keyed.map((entry) => ({ id: entry.key.text, container: entry.value }))
        : [{ id: undefined, container: node }];
  return all
    .filter(({ container }) => mappingOf(container) !== undefined)
    .map(({ id, container }) => (id === undefined ? { container } : { id, container }));
}

function readContainer(
  { pipeline, combinations, environment, isFirst, isLocal }: Reading,
  container: YamlNode | undefined,
  site: string,
  place: { readonly job?: string; readonly step?: number },
): void {
  const image = valueAt(container, "image");
  for (const combination of isLocal ? [] : combinations)
    pipeline.image(image, site, {
      scope: isFirst ? { ...scopeOf(combination), syntax: firstSyntax } : scopeOf(combination),
    });
  const [only] = combinations.length === 1 ? combinations : [];
  const scope = scopeOf(only ?? new Map());
  readPluginSettings(pipeline, container, scope);
  const own = textsOf(placedVariables(pipeline.text, assignmentsOf(valueAt(container, "environment")), scope));
  const isMatrix = combinations.length > 1;
  const options = {
    ...place,
    scope: knownOnly(scope, new Set(combinations.flatMap((one) => [...one.keys()]))),
    environment: { ...(only === undefined ? {} : axesOf(only)), ...environment, ...own },
    // Steps see the matrix as their environment, too.
    combinations: isMatrix
      ? combinations.map((one) => ({
          scope: scopeOf(one),
          variable: lazyLookup(() => {
            const inStep = placedVariables(
              pipeline.text,
              assignmentsOf(valueAt(container, "environment")),
              scopeOf(one),
            );
            return { ...axesOf(one), ...textsOf(inStep) };
          }),
        }))
      : undefined,
  };
  const commands = valueAt(container, "commands");
  pipeline.script([commands], options);
  // A plug-in without commands of its own may be told some, which it runs on another machine (drone-ssh, drone-rsync).
  if (commands === undefined && site === "image") pipeline.script([valueAt(settingsOf(container), "script")], options);
}

function axesOf(combination: ReadonlyMap<string, YamlNode>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...combination].flatMap(([name, node]) => {
      const text = textOf(node);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function scopeOf(combination: ReadonlyMap<string, YamlNode>): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const node = combination.get(name);
      return node === undefined ? [] : [{ label: `matrix ${name}`, node }];
    },
  };
}

/** In a script, what nothing replaces is left to the shell, which writes its variables the same way. */
function knownOnly(scope: TemplateScope, names: ReadonlySet<string>): TemplateScope {
  return {
    ...scope,
    syntax: (source) =>
      syntax(source).filter(({ name, text }) => text !== undefined || (name !== undefined && names.has(name))),
  };
}

/** The combinations of a matrix: lists by variable, or combinations that are written out. */
function matrixOf(node: YamlNode | undefined): readonly ReadonlyMap<string, YamlNode>[] {
  const written = itemsOf(valueAt(node, "include"));
  if (written.length > 0)
    return written
      .slice(0, maximumCombinations)
      .map((row) => new Map(entriesOf(row).map(({ key, value }) => [key.text, value])));
  const axes = entriesOf(node).flatMap(({ key, value }): (readonly [string, readonly YamlNode[]])[] =>
    key.text === "include" ? [] : [[key.text, itemsOf(value).length === 0 ? [value] : itemsOf(value)]],
  );
  return combine(axes, maximumCombinations);
}
