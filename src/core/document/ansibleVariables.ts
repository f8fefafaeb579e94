import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import type { Definition, TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** A variable's value, and the file that it stands in, if in another one. */
interface FoundVariable {
  readonly node: YamlNode;
  readonly source?: TemplateSource;
  readonly label: string;
}

/** Gives the variable of that name. */
export type VariableLookup = (name: string) => FoundVariable | undefined;

/** Where roles keep their variables, and those that are easily overridden. */
const ofRole = ["vars/main.yml", "vars/main.yaml"];
const defaults = ["defaults/main.yml", "defaults/main.yaml"];
const maximumDependencies = 20;
/** Where projects keep the variables of all hosts, as seen from a playbook, or from a role's tasks. */
const ofAll = ["group_vars/all.yml", "group_vars/all.yaml", "group_vars/all/main.yml", "group_vars/all/vars.yml"];
const projects = ["", "inventory/", "inventories/", "../", "../../../", "../../../inventory/"];

/**
 * Looks variables up in the files that Ansible takes them from by itself (Ansible, "Variable precedence"): the role's
 * own, those of all hosts, the role's defaults, then those of the roles that it depends on. `named` are the `vars_files` of a play, which win.
 */
export function variablesBeside(path: string, siblings: Siblings, named: readonly string[] = []): VariableLookup {
  if (siblings === noSiblings) return () => undefined;
  // Tasks may lie deeper in their folder.
  const [, below] = /(?:^|\/)(?:tasks|handlers|templates)\/([^/]+(?:\/[^/]+)*)$/.exec(path) ?? [];
  const role = below === undefined ? undefined : "../".repeat(below.split("/").length);
  const inRole = (names: readonly string[]): readonly string[] =>
    role === undefined ? [] : names.map((name) => role + name);
  const places = [
    ...named.toReversed(),
    ...inRole(ofRole),
    ...projects.flatMap((folder) => ofAll.map((name) => folder + name)),
    ...inRole(defaults),
  ];
  /** The places of the roles that this one depends on, which lie beside it. */
  const dependencies = (): readonly string[] =>
    inRole(["meta/main.yml"]).flatMap((meta) =>
      itemsOf(valueAt(fileAt(meta)?.root, "dependencies"))
        .slice(0, maximumDependencies)
        .flatMap((item) => textOf(item) ?? textOf(valueAt(item, "role")) ?? textOf(valueAt(item, "name")) ?? [])
        .flatMap((name) => inRole([...ofRole, ...defaults].map((file) => `../${name}/${file}`))),
    );
  const files = new Map<string, { readonly root: YamlNode | undefined; readonly source: TemplateSource } | undefined>();
  const fileAt = (
    place: string,
  ): { readonly root: YamlNode | undefined; readonly source: TemplateSource } | undefined => {
    if (files.has(place)) return files.get(place);
    const file = siblingPath(path, place);
    const text = file === undefined ? undefined : siblings(file);
    const read =
      file === undefined || text === undefined
        ? undefined
        : { root: readYaml(text).documents[0]?.root, source: { text, file } };
    files.set(place, read);
    return read;
  };
  const lookIn = (some: readonly string[], name: string): FoundVariable | undefined => {
    for (const place of some) {
      const found = fileAt(place);
      const node = valueAt(found?.root, name);
      if (found !== undefined && node !== undefined)
        return { node, source: found.source, label: `variable ${name} of ${place.slice(place.lastIndexOf("/") + 1)}` };
    }
    return undefined;
  };
  return (name) => lookIn(places, name) ?? lookIn(dependencies(), name);
}

/** What a name with its fields (`web.image`) stands for. */
export function definitionOf(name: string, lookup: VariableLookup): Definition | undefined {
  const [first = "", ...fields] = name.split(".");
  const found = lookup(first);
  const node = found === undefined ? undefined : valueAt(found.node, ...fields);
  if (found === undefined || scalarOf(node) === undefined) return undefined;
  return { label: found.label, node, source: found.source };
}
