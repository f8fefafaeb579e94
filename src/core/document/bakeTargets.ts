import { readHcl, type HclBody } from "./hcl.ts";
import { attributeOf, boundedLookup } from "./hclScope.ts";
import type { HclDefinition, HclLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** A target of a bake file, in either of its two forms. */
export interface BakeTarget {
  readonly name: string;
  readonly attributes: readonly YamlEntry[];
  /** Objects that HCL may also write as blocks. */
  readonly body?: HclBody;
}

/** What a bake file holds. */
export interface BakeFile {
  readonly text: string;
  readonly targets: readonly BakeTarget[];
  /** Variables by their defaults, and functions. */
  readonly variable: HclLookup;
}

const maximumInheritance = 20;

/** Reads the targets and variables of a bake file; `isJson` tells its form. */
export function readBakeTargets(text: string, isJson: boolean): BakeFile {
  const { targets, defaults, functions } = isJson
    ? jsonTargets(readJsonc(text).documents[0]?.root)
    : hclTargets(readHcl(text));
  const variable = boundedLookup((name) => {
    if (name.endsWith("(")) return functions.get(name.slice(0, -1));
    // What another target says, as it stands there (Bake, "Expressions").
    if (name.startsWith("target.")) return targetDefinition(name, targets);
    const value = defaults.get(name);
    return value === undefined ? undefined : { label: `default of variable ${name}`, nodes: [value] };
  });
  return { text, targets, variable };
}

function targetDefinition(name: string, targets: readonly BakeTarget[]): HclDefinition | undefined {
  const target = targets.findLast((one) => `target.${one.name}` === name);
  const span = target?.attributes[0]?.key.span;
  if (target === undefined || span === undefined) return undefined;
  return { label: name, nodes: [{ kind: "mapping", span, entries: target.attributes }] };
}

/** What bake reads by itself (Bake, "File lookup"); files beside are read on top of it. */
const mainFiles = ["docker-bake.hcl", "docker-bake.json"];

/** Reads the bake file at `path`; what it does not define itself stands in the main file beside it. */
export function readBakeAmong(text: string, path: string, siblings: Siblings): BakeFile {
  const file = readBakeTargets(text, isJsonPath(path));
  if (mainFiles.includes(path.slice(path.lastIndexOf("/") + 1))) return file;
  let beside: readonly HclLookup[] | undefined;
  const variable: HclLookup = (name) => {
    const own = file.variable(name);
    if (own !== undefined) return own;
    beside ??= mainFiles.flatMap((main) => definitionsOf(siblingPath(path, main), siblings));
    for (const other of beside) {
      const found = other(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return { ...file, variable };
}

function definitionsOf(file: string | undefined, siblings: Siblings): readonly HclLookup[] {
  const text = file === undefined ? undefined : siblings(file);
  if (file === undefined || text === undefined) return [];
  const { variable } = readBakeTargets(text, isJsonPath(file));
  return [
    (name) => {
      const found = variable(name);
      return found === undefined ? undefined : { ...found, source: { text, file } };
    },
  ];
}

function isJsonPath(path: string): boolean {
  return /\.json$/i.test(path);
}

/** The value of a target's own attribute. */
export function targetAttribute({ attributes }: BakeTarget, name: string): YamlNode | undefined {
  return attributes.findLast(({ key }) => key.text === name)?.value;
}

/** The entries of an object of a target, also where HCL writes it as a block. */
export function targetObject(target: BakeTarget, name: string): readonly YamlEntry[] {
  return [
    ...entriesOf(targetAttribute(target, name)),
    ...(target.body?.blocks.filter(({ type }) => type === name).flatMap(({ body }) => body.attributes) ?? []),
  ];
}

/** A target and those that it inherits from, the ones that win first: itself, then the last named. */
export function withInherited(file: BakeFile, target: BakeTarget, depth = 0): readonly BakeTarget[] {
  if (depth > maximumInheritance) return [];
  const names = itemsOf(targetAttribute(target, "inherits")).map((item) => textOf(item));
  const parents = names.toReversed().flatMap((name) => file.targets.findLast((one) => one.name === name) ?? []);
  const found = new Set([target, ...parents.flatMap((parent) => withInherited(file, parent, depth + 1))]);
  return [...found].slice(0, 100);
}

/** The text of the nearest attribute of that name, of a target or what it inherits from. */
export function inheritedText(targets: readonly BakeTarget[], name: string): string | undefined {
  for (const target of targets) {
    const found = scalarOf(targetAttribute(target, name));
    if (found !== undefined) return found.text;
  }
  return undefined;
}

interface Blocks {
  readonly targets: readonly BakeTarget[];
  readonly defaults: ReadonlyMap<string, YamlNode>;
  readonly functions: ReadonlyMap<string, HclDefinition>;
}

/** A function of the file (Bake, "User-defined functions"), by its attributes. */
function bakeFunction(
  name: string,
  attribute: (name: string) => YamlNode | undefined,
): readonly (readonly [string, HclDefinition])[] {
  const result = attribute("result");
  const rest = textOf(attribute("variadic_params"));
  const parameters = [...itemsOf(attribute("params")).map((item) => textOf(item) ?? ""), ...(rest ? [rest] : [])];
  if (result === undefined) return [];
  return [[name, { label: `function ${name}`, nodes: [result], parameters, isVariadic: rest !== undefined }]];
}

function jsonTargets(root: YamlNode | undefined): Blocks {
  const targets = labelled(valueAt(root, "target")).map(({ key, value }) => ({
    name: key.text,
    attributes: entriesOf(value),
  }));
  const defaults = labelled(valueAt(root, "variable")).flatMap(({ key, value }): [string, YamlNode][] => {
    const fallback = valueAt(value, "default");
    return fallback === undefined ? [] : [[key.text, fallback]];
  });
  const functions = labelled(valueAt(root, "function")).flatMap(({ key, value }) =>
    bakeFunction(key.text, (name) => valueAt(value, name)),
  );
  return { targets, defaults: new Map(defaults), functions: new Map(functions) };
}

/** The blocks of a type by their labels; JSON may write each of both as a list (HCL, "JSON Syntax"). */
function labelled(node: YamlNode | undefined): readonly YamlEntry[] {
  return oneOrMore(node)
    .flatMap((blocks) => entriesOf(blocks))
    .flatMap(({ key, value }) => oneOrMore(value).map((body) => ({ key, value: body })));
}

function oneOrMore(node: YamlNode | undefined): readonly YamlNode[] {
  const items = itemsOf(node);
  return node === undefined || items.length > 0 ? items : [node];
}

function hclTargets(root: HclBody): Blocks {
  const defaults = new Map<string, YamlNode>(root.attributes.map(({ key, value }) => [key.text, value]));
  for (const { type, labels, body } of root.blocks) {
    const fallback = attributeOf(body, "default");
    if (type === "variable" && labels[0] !== undefined && fallback !== undefined) defaults.set(labels[0], fallback);
  }
  const targets = root.blocks
    .filter(({ type }) => type === "target")
    .map(({ labels, body }) => ({ name: labels[0] ?? "", attributes: body.attributes, body }));
  const functions = root.blocks.flatMap(({ type, labels, body }) =>
    type === "function" && labels[0] !== undefined ? bakeFunction(labels[0], (name) => attributeOf(body, name)) : [],
  );
  return { targets, defaults, functions: new Map(functions) };
}
