import { taskImage } from "./azureTasks.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import type { TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const maximumText = 300_000;
const maximumNodes = 20_000;
/** Templates in templates that are followed. */
const maximumDepth = 6;
/** The whole of a value: what is put together in the template is said there. */
const whole = /^\$\{\{\s*(\w+)((?:\.[\w-]+)*)\s*\}\}$/;
const each = /^\$\{\{\s*each\s+(\w+)\s+in\s+(\w+)((?:\.[\w-]+)*)\s*\}\}$/;

/** The text of a template of the repository itself, by its path from the file that names it or from the root. */
export function templateFile(node: YamlNode | undefined, path: string, siblings: Siblings): TemplateSource | undefined {
  const template = textOf(node)?.replace(/@self$/, "");
  if (template === undefined || /[@$]/.test(template)) return undefined;
  const file = template.startsWith("/") ? siblingPath("x", template.slice(1)) : siblingPath(path, template);
  const text = file === undefined ? undefined : siblings(file);
  return file === undefined || text === undefined || text.length > maximumText ? undefined : { text, file };
}

/** A way into the parameters of a template: keys, and `*` for each item of a list or value of a mapping. */
export type ParameterPath = readonly string[];

/**
 * The parameters that a template's jobs take their containers from, and its tasks the images that they run or deploy,
 * also where it goes over a list of them or hands them on to another template.
 */
export function containerParameters(source: TemplateSource, siblings: Siblings, depth = 0): readonly ParameterPath[] {
  const found = new Map<string, ParameterPath>();
  let left = maximumNodes;
  const add = (node: YamlNode | undefined, loops: Loops): void => {
    const image = mappingOf(node) === undefined ? node : valueAt(node, "image");
    const path = pathOf(textOf(image), loops);
    if (path !== undefined) found.set(path.join("."), path);
  };
  const walk = (node: YamlNode | undefined, loops: Loops): void => {
    if (left-- <= 0) return;
    for (const item of itemsOf(node)) walk(item, loops);
    for (const { key, value } of entriesOf(node)) {
      if (key.text === "container") add(value, loops);
      if (key.text === "inputs") add(taskImage(textOf(valueAt(node, "task")) ?? "", entriesOf(value)), loops);
      if (key.text === "services") for (const service of entriesOf(value)) add(service.value, loops);
      if (key.text === "containers") for (const container of itemsOf(value)) add(container, loops);
      if (key.text === "template" && depth < maximumDepth) {
        const file = templateFile(value, source.file, siblings);
        const given = valueAt(node, "parameters");
        for (const path of file === undefined ? [] : containerParameters(file, siblings, depth + 1))
          for (const handed of handedOn(given, path, loops)) found.set(handed.join("."), handed);
      }
      walk(value, loopsWithin(key.text, loops));
    }
  };
  walk(readYaml(source.text).documents[0]?.root, new Map());
  return [...found.values()];
}

/** What the variables of `each` stand for, as ways into the parameters. */
type Loops = ReadonlyMap<string, ParameterPath>;

function loopsWithin(key: string, loops: Loops): Loops {
  const [, name, root = "", rest = ""] = each.exec(key) ?? [];
  const path = name === undefined ? undefined : pathFrom(root, rest, loops);
  return name === undefined || path === undefined ? loops : new Map([...loops, [name, [...path, "*"]]]);
}

function pathOf(text: string | undefined, loops: Loops): ParameterPath | undefined {
  const [, root, rest = ""] = whole.exec(text?.trim() ?? "") ?? [];
  return root === undefined ? undefined : pathFrom(root, rest, loops);
}

function pathFrom(root: string, rest: string, loops: Loops): ParameterPath | undefined {
  const keys = rest.split(".").slice(1);
  if (root === "parameters") return keys.length === 0 ? undefined : keys;
  const around = loops.get(root);
  return around === undefined ? undefined : [...around, ...keys];
}

/** Where what stands at a way into the parameters that are given comes from: ways into the giver's own. */
function handedOn(given: YamlNode | undefined, path: ParameterPath, loops: Loops): readonly ParameterPath[] {
  const whence = pathOf(textOf(given), loops);
  if (whence !== undefined) return [[...whence, ...path]];
  const [key, ...rest] = path;
  return key === undefined ? [] : stepsOf(given, key).flatMap((node) => handedOn(node, rest, loops));
}

/** The nodes at a way into parameters; what `each` gives for a mapping's entry has its value under `value`. */
export function nodesAlong(node: YamlNode | undefined, path: ParameterPath): readonly (YamlNode | undefined)[] {
  const [key, ...rest] = path;
  if (key === undefined) return [node];
  const isEntry = key === "*" && rest[0] === "value" && mappingOf(node) !== undefined;
  return stepsOf(node, key).flatMap((inner) => nodesAlong(inner, isEntry ? rest.slice(1) : rest));
}

function stepsOf(node: YamlNode | undefined, key: string): readonly YamlNode[] {
  if (key === "*") return [...itemsOf(node), ...entriesOf(node).map(({ value }) => value)];
  const value = valueAt(node, key);
  return value === undefined ? [] : [value];
}
