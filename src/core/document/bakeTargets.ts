import { readHcl, type HclBody } from "./hcl.ts";
import { attributeOf, boundedLookup } from "./hclScope.ts";
import type { HclLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
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
  readonly targets: readonly BakeTarget[];
  /** Variables by their defaults. */
  readonly variable: HclLookup;
}

const maximumInheritance = 20;

/** Reads the targets and variables of a bake file; `isJson` tells its form. */
export function readBakeTargets(text: string, isJson: boolean): BakeFile {
  const { targets, defaults } = isJson ? jsonTargets(readJsonc(text).documents[0]?.root) : hclTargets(readHcl(text));
  const variable = boundedLookup((name) => {
    const value = defaults.get(name);
    return value === undefined ? undefined : { label: `default of variable ${name}`, nodes: [value] };
  });
  return { targets, variable };
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

/** The variables as a target sees them: those of the file, and its matrix. */
export function targetLookup({ variable }: BakeFile, target: BakeTarget): HclLookup {
  const matrix = entriesOf(targetAttribute(target, "matrix"));
  return (name) => {
    const axis = matrix.find(({ key }) => key.text === name);
    return axis === undefined ? variable(name) : { label: `matrix ${name}`, nodes: itemsOf(axis.value) };
  };
}

/** A target and those that it inherits from, the ones that win first: itself, then the last named. */
export function withInherited(file: BakeFile, target: BakeTarget, depth = 0): readonly BakeTarget[] {
  if (depth > maximumInheritance) return [];
  const names = itemsOf(targetAttribute(target, "inherits")).map((item) => textOf(item));
  const parents = names.toReversed().flatMap((name) => file.targets.findLast((one) => one.name === name) ?? []);
  const found = new Set([target, ...parents.flatMap((parent) => withInherited(file, parent, depth + 1))]);
  return [...found].slice(0, 100);
}

/** The names of a target's additional contexts, inherited ones too. */
export function contextNames(file: BakeFile, target: BakeTarget): readonly string[] {
  return withInherited(file, target).flatMap((one) => targetObject(one, "contexts").map(({ key }) => key.text));
}

/** The text of the nearest attribute of that name, of a target or what it inherits from. */
export function inheritedText(targets: readonly BakeTarget[], name: string): string | undefined {
  for (const target of targets) {
    const found = scalarOf(targetAttribute(target, name));
    if (found !== undefined) return found.text;
  }
  return undefined;
}

function jsonTargets(root: YamlNode | undefined): {
  targets: readonly BakeTarget[];
  defaults: ReadonlyMap<string, YamlNode>;
} {
  const targets = labelled(valueAt(root, "target")).map(({ key, value }) => ({
    name: key.text,
    attributes: entriesOf(value),
  }));
  const defaults = labelled(valueAt(root, "variable")).flatMap(({ key, value }): [string, YamlNode][] => {
    const fallback = valueAt(value, "default");
    return fallback === undefined ? [] : [[key.text, fallback]];
  });
  return { targets, defaults: new Map(defaults) };
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

function hclTargets(root: HclBody): { targets: readonly BakeTarget[]; defaults: ReadonlyMap<string, YamlNode> } {
  const defaults = new Map<string, YamlNode>(root.attributes.map(({ key, value }) => [key.text, value]));
  for (const { type, labels, body } of root.blocks) {
    const fallback = attributeOf(body, "default");
    if (type === "variable" && labels[0] !== undefined && fallback !== undefined) defaults.set(labels[0], fallback);
  }
  const targets = root.blocks
    .filter(({ type }) => type === "target")
    .map(({ labels, body }) => ({ name: labels[0] ?? "", attributes: body.attributes, body }));
  return { targets, defaults };
}
