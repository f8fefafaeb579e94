import type { Document, ImageUse } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { expandTemplate, type Definition, type Placeholder, type TemplateScope } from "./template.ts";
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
]);
const scriptModules = new Set(["shell", "command", "raw"]);
/** Lists of tasks within plays and blocks. */
const nested = ["tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"];
const maximumDepth = 20;

/**
 * Reads Ansible playbooks and lists of tasks: the images of container modules and the commands of `shell` and its
 * kind, with variables followed to the `vars` around them. An image that `docker_image` builds is an output.
 */
export function readAnsible(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "ansible");
  const split: ImageUse[] = [];
  for (const root of pipeline.roots) readTasks(pipeline, root, new Map(), split, 0);
  return pipeline.document(split);
}

type Variables = ReadonlyMap<string, Definition>;

function readTasks(
  pipeline: Pipeline,
  node: YamlNode | undefined,
  around: Variables,
  split: ImageUse[],
  depth: number,
): void {
  if (depth > maximumDepth) return;
  for (const task of itemsOf(node)) {
    const variables = new Map(around);
    for (const { key, value } of entriesOf(valueAt(task, "vars")))
      if (scalarOf(value) !== undefined)
        variables.set(key.text, { label: `variable ${key.text} of vars`, node: value });
    const scope = scopeOf(task, variables);
    for (const { key, value } of entriesOf(task)) {
      const module = key.text.slice(key.text.lastIndexOf(".") + 1);
      if (nested.includes(key.text)) readTasks(pipeline, value, variables, split, depth + 1);
      else if (scriptModules.has(module)) {
        const command =
          scalarOf(value) === undefined ? (valueAt(value, "cmd") ?? valueAt(value, "_raw_params")) : value;
        if (scalarOf(command) !== undefined) pipeline.script([command], { scope });
        const words = itemsOf(valueAt(value, "argv"));
        if (words.length > 0) pipeline.words(words, { scope });
      } else if (imageModules.has(module)) readModule(pipeline, module, value, scope, split);
    }
  }
}

function readModule(
  pipeline: Pipeline,
  module: string,
  parameters: YamlNode,
  scope: TemplateScope,
  split: ImageUse[],
): void {
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
  if (!("code" in use)) split.push(use);
}

/** `{{ name }}` and `{{ name | default('...') }}`; a loop's `item` is each of its texts. */
function scopeOf(task: YamlNode, variables: Variables): TemplateScope {
  const items = itemsOf(valueAt(task, "loop") ?? valueAt(task, "with_items"));
  return {
    syntax: placeholders,
    lookup(name) {
      if (name === "item") return items.map((node) => ({ label: "item of the loop", node }));
      if (name.startsWith("item."))
        return items.map((node) => ({ label: "item of the loop", node: valueAt(node, ...name.split(".").slice(1)) }));
      const known = variables.get(name);
      return known === undefined ? [] : [known];
    },
  };
}

const expression =
  /\{\{-?\s*(?:([\w.]+)\s*(?:\|\s*default\(\s*(?:'([^']*)'|"([^"]*)")\s*(?:,\s*true\s*)?\)\s*)?-?\}\}|[^}]{0,1000}\}\})/gi;

function placeholders(source: string): readonly Placeholder[] {
  return [...source.matchAll(expression)].map((match): Placeholder => {
    const start = match.index;
    const end = start + match[0].length;
    const fallback = match[2] ?? match[3];
    const at = fallback === undefined ? -1 : start + match[0].lastIndexOf(fallback);
    return {
      start,
      end,
      ...(match[1] === undefined ? {} : { name: match[1] }),
      ...(fallback === undefined ? {} : { fallback: { start: at, end: at + fallback.length } }),
    };
  });
}

/** Whether a YAML text with this beginning is a list of plays or tasks. */
export function isAnsible(head: string): boolean {
  if (!/^(?:[ \t]*(?:#[^\n]*|---[^\n]*)?\r?\n)*- /.test(head) || /^[A-Za-z_"'][^\n]*:/m.test(head)) return false;
  return /^[ -][ \t-]*(?:hosts|tasks|[\w.]*\b(?:docker_\w+|podman_\w+|shell|command|raw))[ \t]*:/m.test(head);
}
