import { windowsShellOf } from "../shell/windowsShell.ts";
import type { Document } from "./document.ts";
import { readCirrusProgram } from "./droneProgram.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { ScriptCombination } from "./pipelineScript.ts";
import { lazyLookup, placedVariables, textsOf } from "./pipelineVariables.ts";
import type { TemplateScope } from "./template.ts";
import { dollar } from "./templateSyntax.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, type YamlEntry, type YamlNode } from "./yamlNode.ts";
import { placesOf, type PlaceStep } from "./yamlPlaces.ts";

const container = /^(?:\w+_)?container$/;
const work = /^(?:\w+_)?(?:task|pipe|docker_builder)$/;
const environment = /^env(?:ironment)?$/;
const syntax = dollar();
const maximumRows = 64;

/** Where a task names images; a matrix may stand anywhere (Cirrus CI documentation, "Writing Tasks"). */
const places: readonly (readonly [site: string, ...path: readonly PlaceStep[]])[] = [
  ["container", "**", container, "image"],
  ["container", "**", container, "matrix", "image"],
  ["container", "**", container, "matrix", "*", "image"],
  ["services", "**", container, "additional_containers", "*", "image"],
];

const machines: readonly (readonly PlaceStep[])[] = [
  ["**", "macos_instance", "image"],
  ["**", "macos_instance", "matrix", "image"],
  ["**", "macos_instance", "matrix", "*", "image"],
  ["**", "isolation", "tart", "image"],
];

/**
 * Reads Cirrus CI's configuration: images of the containers and machines of tasks and of the steps of pipes, with the variables of
 * the task and of each row of its matrix over those of the file; commands.
 */
export function readCirrus(text: string, path: string): Document {
  if (/\.star$/i.test(path)) return readCirrusProgram(text, path);
  const pipeline = createPipeline(text, path, "cirrus");
  for (const root of pipeline.roots) {
    const global = environmentIn(root);
    const entries = mappingOf(root)?.entries ?? [];
    const known = new Set<YamlNode>();
    // A file may have the key `task` as often as it likes.
    for (const { key, value } of entries)
      if (work.test(key.text))
        for (const task of itemsOf(value).length > 0 ? itemsOf(value) : [value]) {
          known.add(value);
          readTask(pipeline, task, global);
        }
    const scope = scopeOf([global]);
    for (const { key, value } of entries) {
      const rest: YamlNode = { kind: "mapping", span: value.span, entries: [{ key, value }] };
      if (known.has(value)) continue;
      readImages(pipeline, rest, scope);
      readScripts(pipeline, rest, [global]);
    }
  }
  const document = pipeline.document();
  return { ...document, problems: document.problems.filter(({ code }) => code !== "yaml-duplicate-key") };
}

function readTask(pipeline: Pipeline, task: YamlNode, global: readonly YamlEntry[]): void {
  const own = environmentIn(task);
  const rows = placesOf(task, ["matrix", "*"]).slice(0, maximumRows);
  const varying = rows.map(environmentIn).filter((entries) => entries.length > 0);
  const alternatives = placesOf(task, [environment, "matrix"]).flatMap(alternativesOf).slice(0, maximumRows);
  const combined = (varying.length === 0 ? [[]] : varying)
    .flatMap((row) => (alternatives.length === 0 ? [row] : alternatives.map((one) => [...one, ...row])))
    .slice(0, maximumRows);
  for (const entries of combined) readImages(pipeline, task, scopeOf([entries, own, global]));
  // What differs between the rows of a matrix is not known to all of them.
  const differing = new Set([...varying, ...alternatives].flat().map(({ key }) => key.text));
  const layers = [own, global].map((layer) => layer.filter(({ key }) => !differing.has(key.text)));
  const rowsKnown = combined.map((entries) => ({
    variable: lazyLookup(() => {
      const all = [entries, own, global];
      return textsOf(placedVariables(pipeline.text, all.toReversed().flat(), scopeOf(all)));
    }),
  }));
  readScripts(pipeline, task, layers, differing.size === 0 ? undefined : rowsKnown);
}

/** The alternatives of a matrix within an environment: a list of them, or one for each key, which may be repeated. */
function alternativesOf(matrix: YamlNode): readonly (readonly YamlEntry[])[] {
  const items = itemsOf(matrix);
  return items.length > 0 ? items.map(entriesOf) : (mappingOf(matrix)?.entries ?? []).map((entry) => [entry]);
}

function readScripts(
  pipeline: Pipeline,
  holder: YamlNode,
  layers: readonly (readonly YamlEntry[])[],
  combinations?: readonly ScriptCombination[],
): void {
  const variables = placedVariables(pipeline.text, layers.toReversed().flat(), scopeOf(layers));
  const isWindows =
    placesOf(holder, ["**", "windows_container"]).length > 0 ||
    placesOf(holder, ["**", "platform"]).some((node) => textOf(node)?.toLowerCase() === "windows");
  const shell = Object.hasOwn(variables, "CIRRUS_SHELL") ? variables["CIRRUS_SHELL"]?.text : undefined;
  const windowsShell = isWindows
    ? (windowsShellOf(shell ?? "cmd") ?? (shell === "bash" ? undefined : "cmd"))
    : undefined;
  for (const script of placesOf(holder, ["**", /^(?:\w+_)?script$/]))
    pipeline.script([script], { environment: textsOf(variables), windowsShell, combinations });
}

function readImages(pipeline: Pipeline, holder: YamlNode, scope: TemplateScope): void {
  for (const [site, ...place] of places)
    for (const node of placesOf(holder, place)) if (scalarOf(node) !== undefined) pipeline.image(node, site, { scope });
  for (const node of placesOf(holder, ["steps", "*", "image"])) pipeline.image(scalarOf(node), "container", { scope });
  // Machines of macOS come from a registry where a host stands before them; other names are the service's own.
  for (const place of machines)
    for (const node of placesOf(holder, place))
      pipeline.image(scalarOf(node), "machine", { scope, skip: (value) => !/^[\w-]+(?:\.[\w-]+)+\//.test(value) });
}

function environmentIn(holder: YamlNode): readonly YamlEntry[] {
  return entriesOf(holder)
    .filter(({ key }) => environment.test(key.text))
    .flatMap(({ value }) => entriesOf(value))
    .filter(({ key }) => key.text !== "matrix");
}

/** Variables, those that win first. */
function scopeOf(layers: readonly (readonly YamlEntry[])[]): TemplateScope {
  const known = new Map<string, YamlNode>();
  for (const { key, value } of layers.flat()) if (!known.has(key.text)) known.set(key.text, value);
  return {
    syntax,
    lookup(name) {
      const node = known.get(name);
      return scalarOf(node) === undefined ? [] : [{ label: `variable ${name}`, node }];
    },
  };
}
