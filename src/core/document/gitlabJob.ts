import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** A job with everything that it inherits, nearest first: itself, what it extends, `default`, the global keywords. */
export interface GitlabJob {
  readonly entry: YamlEntry;
  /** Whether its name starts with a dot, so that it only runs through those that extend it. */
  readonly isHidden: boolean;
  readonly layers: readonly YamlNode[];
}

/** Keywords at the top level that are no jobs. */
const keywords = new Set([
  "default",
  "include",
  "spec",
  "stages",
  "types",
  "variables",
  "workflow",
  "image",
  "services",
  "cache",
  "before_script",
  "after_script",
]);

/** GitLab follows `extends` eleven levels deep, and `!reference` ten. */
const maximumExtends = 11;
const maximumReferences = 10;
const maximumLayers = 100;

/** The jobs of a configuration, hidden ones too. */
export function gitlabJobs(root: YamlNode | undefined): readonly GitlabJob[] {
  const entries = entriesOf(root);
  return entries
    .filter(({ key, value }) => !keywords.has(key.text) && mappingOf(value) !== undefined)
    .map((entry) => {
      const layers: YamlNode[] = [];
      addLayers(root, entry.value, layers, 0);
      return { entry, isHidden: entry.key.text.startsWith("."), layers };
    });
}

function addLayers(root: YamlNode | undefined, job: YamlNode, layers: YamlNode[], depth: number): void {
  if (layers.length >= maximumLayers) return;
  layers.push(job);
  if (depth >= maximumExtends) return;
  const parents = valueAt(job, "extends");
  const names = [textOf(parents), ...itemsOf(parents).map(textOf)].filter((name) => name !== undefined);
  // Of several, the last one wins.
  for (const name of names.toReversed()) {
    const parent = valueAt(root, name);
    if (parent !== undefined) addLayers(root, parent, layers, depth + 1);
  }
}

/** What a job uses of `default` and of the global keywords; `inherit` may shut some of it out. */
export function inheritedLayers(root: YamlNode | undefined, job: GitlabJob, keyword: string): readonly YamlNode[] {
  const inherit = job.layers.map((layer) => valueAt(layer, "inherit", "default")).find((node) => node !== undefined);
  const named = itemsOf(inherit);
  if (textOf(inherit) === "false" || (named.length > 0 && !named.some((name) => textOf(name) === keyword)))
    return job.layers;
  const defaults = valueAt(root, "default");
  return [...job.layers, ...(defaults === undefined ? [] : [defaults]), ...(root === undefined ? [] : [root])];
}

/** The value that a keyword has for a job: the nearest one; of mappings, the nearest that has something at `path`. */
export function nearest(
  root: YamlNode | undefined,
  layers: readonly YamlNode[],
  keyword: string,
  ...path: readonly string[]
): YamlNode | undefined {
  for (const layer of layers) {
    const value = referenced(root, valueAt(layer, keyword));
    if (value === undefined) continue;
    if (mappingOf(value) === undefined) return path.length > 1 ? undefined : value;
    const inner = path.length === 0 ? undefined : referenced(root, valueAt(value, ...path));
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** What `!reference [job, keyword]` stands for; every other node stands for itself. */
export function referenced(root: YamlNode | undefined, node: YamlNode | undefined, depth = 0): YamlNode | undefined {
  if (node?.kind !== "sequence" || node.tag !== "!reference") return node;
  const path = node.items.map((item) => scalarOf(item)?.text ?? "");
  if (depth >= maximumReferences || path.length === 0) return undefined;
  return referenced(root, valueAt(root, ...path), depth + 1);
}

/** A list with the lists that it refers to in their place. */
export function referencedItems(root: YamlNode | undefined, node: YamlNode | undefined): readonly YamlNode[] {
  let left = 1000;
  const flatten = (item: YamlNode | undefined, depth: number): readonly YamlNode[] => {
    const found = referenced(root, item);
    if (found === undefined || depth > maximumReferences || left-- <= 0) return [];
    const items = itemsOf(found);
    return items.length === 0 ? [found] : items.flatMap((inner) => flatten(inner, depth + 1));
  };
  return flatten(node, 0);
}
