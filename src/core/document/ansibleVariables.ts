import { namesBeside, namesIn, noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import type { Definition, TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { printedNode } from "./yamlNumber.ts";

/** A variable's value, and the file that it stands in, if in another one. */
interface FoundVariable {
  readonly node: YamlNode;
  /** What it may be instead, where conditions tell which of several tasks sets it. */
  readonly others?: readonly YamlNode[];
  readonly source?: TemplateSource;
  readonly label: string;
}

/** Gives the variable of that name. */
export type VariableLookup = (name: string) => FoundVariable | undefined;

const maximumDependencies = 20;
/** Files of one folder, and groups and roles of one play, that are looked into. */
const maximumFiles = 20;
/** Where projects keep the variables of their hosts, as seen from a playbook. */
const projects = ["", "inventory/", "inventories/", "../"];
const yaml = /\.ya?ml$/;

/** What a file or a play says of where its variables stand. */
export interface VariablePlaces {
  /** Files that win over all others: the `vars_files` of a play, in their order. */
  readonly files?: readonly string[];
  /** Groups that the hosts of a play are in, or hosts. */
  readonly hosts?: readonly string[];
  /** Roles that a play runs. */
  readonly roles?: readonly string[];
  /** Files that a task reads (`include_vars`), beside the role's own or the playbook. */
  readonly included?: readonly string[];
}

/**
 * Looks variables up in the files that Ansible takes them from (Ansible, "Variable precedence"): those that a play or a
 * task names, the role's own, those of the hosts and of all hosts, the role's defaults, then those of the roles that it
 * depends on or that the play runs. A folder stands for all of its files.
 */
export function variablesBeside(
  path: string,
  siblings: Siblings,
  { files: named = [], hosts = [], roles = [], included = [] }: VariablePlaces = {},
): VariableLookup {
  if (siblings === noSiblings) return () => undefined;
  // Tasks may lie deeper in their folder.
  const [, below] = /(?:^|\/)(?:tasks|handlers|templates)\/([^/]+(?:\/[^/]+)*)$/.exec(path) ?? [];
  const role = below === undefined ? undefined : "../".repeat(below.split("/").length);
  const files = new Map<string, VariableFile | undefined>();
  const fileAt = (place: string): VariableFile | undefined => {
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
  const variableAt = (
    place: string,
    name: string,
    file = place.slice(place.lastIndexOf("/") + 1),
  ): FoundVariable | undefined => {
    const found = fileAt(place);
    return variableOf(valueAt(found?.root, name), `${name} of ${file}`, found);
  };
  const namesBelow = (folder: string): readonly string[] | undefined => {
    const below = siblingPath(path, folder);
    return below === undefined ? undefined : namesIn(`${below}/`, siblings);
  };
  /** The files that hold the variables under a name: a file of that name, or all of a folder. */
  const filesOf = (folder: string, name: string): readonly string[] => {
    const names = namesBelow(folder);
    if (names === undefined) return [".yml", ".yaml", "/main.yml", "/vars.yml"].map((end) => folder + name + end);
    const inFolder = names.includes(`${name}/`) ? (namesBelow(`${folder}${name}`) ?? []) : [];
    return [
      ...names.filter((file) => yaml.test(file) && file.replace(yaml, "") === name).map((file) => folder + file),
      ...inFolder.flatMap((file) => (yaml.test(file) ? `${folder}${name}/${file}` : [])).slice(0, maximumFiles),
    ];
  };
  const ofRole = (folder: string, kind: "vars/" | "defaults/"): readonly string[] => filesOf(folder + kind, "main");
  // A role's tasks lie two folders below those of its project.
  const folders =
    role === undefined ? projects : ["", "inventory/", "inventories/"].map((one) => `${role}../../${one}`);
  const stages: readonly (() => readonly string[])[] = [
    () => named.toReversed(),
    () => included.flatMap((file) => [`${role ?? ""}vars/${file}`, ...(role === undefined ? [file] : [])]),
    () => (role === undefined ? [] : ofRole(role, "vars/")),
    () => hosts.slice(0, maximumFiles).flatMap((host) => filesOfHost(host)),
    () => folders.flatMap((folder) => filesOf(`${folder}group_vars/`, "all")),
    () => (role === undefined ? [] : ofRole(role, "defaults/")),
    /** The places of the roles that this one depends on, which lie beside it. */
    () =>
      role === undefined
        ? []
        : itemsOf(valueAt(fileAt(`${role}meta/main.yml`)?.root, "dependencies"))
            .slice(0, maximumDependencies)
            .flatMap((item) => roleOf(item) ?? [])
            .flatMap((name) => [
              ...ofRole(`${role}../${name}/`, "vars/"),
              ...ofRole(`${role}../${name}/`, "defaults/"),
            ]),
    () =>
      roles
        .slice(0, maximumFiles)
        .flatMap((name) =>
          ["roles/", "../roles/"].flatMap((folder) => [
            ...ofRole(`${folder}${name}/`, "vars/"),
            ...ofRole(`${folder}${name}/`, "defaults/"),
          ]),
        ),
  ];
  const [, own = ""] = /(?:^|\/)roles\/([^/]+)\/(?:tasks|handlers|templates)\//.exec(path) ?? [];
  const placesOfHosts = new Map<string, readonly string[]>();
  /** The files that hold the variables of a host or a group. */
  const filesOfHost = (host: string): readonly string[] => {
    const known = placesOfHosts.get(host);
    if (known !== undefined) return known;
    const found = folders.flatMap((folder) => [
      ...filesOf(`${folder}host_vars/`, host),
      ...filesOf(`${folder}group_vars/`, host),
    ]);
    placesOfHosts.set(host, found);
    return found;
  };
  /** What a play says for all of its roles, or for this one, then its files of variables, then those of its hosts. */
  const ofPlay = (play: YamlNode, name: string, folder: string, file: string): FoundVariable | undefined => {
    const run = runOf(play, own);
    if (run === undefined && own !== "") return undefined;
    const node = valueAt(run, name) ?? valueAt(run, "vars", name) ?? valueAt(play, "vars", name);
    const said = variableOf(node, `${name} of ${file}`, fileAt(folder + file));
    if (said !== undefined) return said;
    for (const item of itemsOf(valueAt(play, "vars_files")).slice(0, maximumFiles).toReversed()) {
      const further = variableAt(folder + (textOf(item) ?? ""), name, textOf(item));
      if (further !== undefined) return further;
    }
    for (const place of hostsOf(play).slice(0, maximumFiles).flatMap(filesOfHost)) {
      const further = variableAt(place, name);
      if (further !== undefined) return further;
    }
    return undefined;
  };
  /** What the plays of the project say that run this role, or those beside the folder of tasks or templates that is none's; where no play runs the role, a single group or host. */
  const ofPlays: VariableLookup = (name) => {
    if (role === undefined) return undefined;
    let isRun = own === "";
    for (const folder of own === "" ? [role] : [`${role}../../`, `${role}../../playbooks/`]) {
      const names = namesBeside(siblingPath(path, `${folder}any`) ?? "", siblings) ?? [];
      for (const file of names.filter((one) => yaml.test(one)).slice(0, maximumFiles)) {
        if (siblings(siblingPath(path, folder + file) ?? "")?.includes(own === "" ? "hosts:" : own) !== true) continue;
        for (const play of itemsOf(fileAt(folder + file)?.root)) {
          isRun ||= runOf(play, own) !== undefined;
          const said = ofPlay(play, name, folder, file);
          if (said !== undefined) return said;
        }
      }
    }
    return isRun ? undefined : ofOneGroup(name);
  };
  let ofGroups: readonly string[] | undefined;
  const ofOneGroup: VariableLookup = (name) => {
    ofGroups ??= folders
      .flatMap((folder) => [`${folder}group_vars/`, `${folder}host_vars/`])
      .flatMap((folder) =>
        (namesBelow(folder.slice(0, -1)) ?? [])
          .slice(0, maximumFiles)
          .flatMap((one) => filesOf(folder, one.replace(/\/$/, "").replace(yaml, ""))),
      );
    const [found, ...others] = [...new Set(ofGroups)].flatMap((place) => variableAt(place, name) ?? []);
    return others.length === 0 ? found : undefined;
  };
  const places: (readonly string[] | undefined)[] = [];
  return (name) => {
    for (const [index, stage] of stages.entries())
      for (const place of (places[index] ??= stage())) {
        const found = variableAt(place, name);
        if (found !== undefined) return found;
      }
    return ofPlays(name);
  };
}

/** The hosts and groups that a play names (Ansible documentation, "Patterns"): `web[0]`, `web:&staging`. */
export function hostsOf(play: YamlNode): readonly string[] {
  const hosts = valueAt(play, "hosts");
  const patterns = itemsOf(hosts).length > 0 || hosts === undefined ? itemsOf(hosts) : [hosts];
  return patterns
    .flatMap((pattern) => (textOf(pattern) ?? "").replaceAll(/\[[\d:-]*\]/g, "").split(/[:,]/))
    .map((text) => text.trim().replace(/^&/, ""))
    .filter((text) => /^\w[\w.-]*$/.test(text) && text !== "all");
}

/** Where a play runs a role. */
function runOf(play: YamlNode, role: string): YamlNode | undefined {
  return itemsOf(valueAt(play, "roles")).find((item) => roleOf(item) === role);
}

/** The role that an item of a list of roles names. */
export function roleOf(item: YamlNode): string | undefined {
  return textOf(item) ?? textOf(valueAt(item, "role")) ?? textOf(valueAt(item, "name"));
}

/** A node of a file as a variable's value. */
function variableOf(
  node: YamlNode | undefined,
  named: string,
  found: VariableFile | undefined,
): FoundVariable | undefined {
  if (found === undefined || node === undefined) return undefined;
  return { node, source: found.source, label: `variable ${named}` };
}

interface VariableFile {
  readonly root: YamlNode | undefined;
  readonly source: TemplateSource;
}

/** What stands under fields of a value, of which numbers are the places in a list. */
export function fieldAt(node: YamlNode | undefined, fields: readonly string[]): YamlNode | undefined {
  let current = node;
  for (const field of fields)
    current = (/^\d+$/.test(field) ? itemsOf(current)[Number(field)] : undefined) ?? valueAt(current, field);
  return current;
}

/** What a name with its fields (`web.image`) stands for: everything that it may be. */
export function definitionsOf(name: string, lookup: VariableLookup): readonly Definition[] {
  const [first = "", ...fields] = name.split(".");
  const found = lookup(first);
  if (found === undefined) return [];
  const { label, source } = found;
  return [found.node, ...(found.others ?? [])]
    .map((node) => fieldAt(node, fields))
    .filter((node) => scalarOf(node) !== undefined)
    .map((node) => ({ label, node: printedNode(node, "8.0"), source }));
}
