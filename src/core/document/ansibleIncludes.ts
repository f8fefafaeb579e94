import { modulesOf, placesOfPlay, taskLists } from "./ansibleFacts.ts";
import { loopOf } from "./ansibleScope.ts";
import { variablesBeside, type VariableLookup } from "./ansibleVariables.ts";
import { folderOf, namesIn, siblingPath, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const taskIncludes = new Set(["include_tasks", "import_tasks", "include"]);
const roleIncludes = new Set(["include_role", "import_role"]);
const yaml = /\.ya?ml$/;
/** Files that are looked into, of each folder, and ways in which they include the tasks. */
const maximumFiles = 20;
const maximumWays = 20;
const maximumDepth = 10;

/** One way in which tasks are run. */
export interface TaskInclusion {
  /** What the file that includes them says for them. */
  readonly given: VariableLookup;
  /** What holds there besides. */
  readonly around: VariableLookup;
}

/**
 * What other files give to a list of tasks where they include it (Ansible, "Reusing files"), or the role that begins
 * with it: their `vars`, and each item of their loop in turn.
 */
export function inclusionsOf(path: string, siblings: Siblings): readonly TaskInclusion[] {
  const [, role] = /(?:^|\/)roles\/([^/]+)\/tasks\/main\.ya?ml$/.exec(path) ?? [];
  const found: TaskInclusion[] = [];
  for (const file of role === undefined ? filesAround(path, siblings) : filesOfProject(path, siblings)) {
    const text = siblings(file);
    if (text?.includes(role ?? path.slice(path.lastIndexOf("/") + 1)) !== true) continue;
    const source = { text, file };
    for (const [task, ...outer] of tasksOf(readYaml(text).documents[0]?.root)) {
      if (task === undefined || !includesTasks(task, { file, path, role })) continue;
      const play = outer.map(placesOfPlay).find((places) => places !== undefined);
      const beside = variablesBeside(file, siblings, play);
      const saidIn = (nodes: readonly YamlNode[], name: string): ReturnType<VariableLookup> => {
        const node = nodes.map((one) => valueAt(one, "vars", name)).find((one) => one !== undefined);
        return node === undefined ? undefined : { node, source, label: `variable ${name} of ${file}` };
      };
      const around: VariableLookup = (name) => saidIn(outer, name) ?? beside(name);
      const { name, items, source: from = source } = loopOf(task, around);
      // Where nothing is given, one says as much as all.
      const isPlain = items.length === 0 && valueAt(task, "vars") === undefined;
      if (isPlain && found.length > 0) continue;
      for (const item of items.length === 0 ? [undefined] : items)
        found.push({
          given(asked) {
            const node = asked === name ? item?.([]) : undefined;
            return node === undefined ? saidIn([task], asked) : { node, source: from, label: "item of the loop" };
          },
          around,
        });
      if (found.length >= maximumWays) return found.slice(0, maximumWays);
    }
  }
  return found;
}

function includesTasks(
  task: YamlNode,
  { file, path, role }: { readonly file: string; readonly path: string; readonly role: string | undefined },
): boolean {
  return modulesOf(task).some(({ module, parameters }) =>
    role === undefined
      ? taskIncludes.has(module) && siblingPath(file, fileOf(parameters)) === path
      : roleIncludes.has(module) && textOf(valueAt(parameters, "name")) === role,
  );
}

/** Files of tasks beside the one at `path`, and plays above it. */
function filesAround(path: string, siblings: Siblings): readonly string[] {
  return ["", "../"].flatMap((folder) => listed(path, folder, siblings)).filter((file) => file !== path);
}

/** The plays of a role's project, and what its other roles begin with. */
function filesOfProject(path: string, siblings: Siblings): readonly string[] {
  const names = namesIn(folderOf(siblingPath(path, "../../any") ?? ""), siblings) ?? [];
  return [
    ...["../../../", "../../../playbooks/"].flatMap((folder) => listed(path, folder, siblings)),
    ...names
      .filter((name) => name.endsWith("/"))
      .slice(0, maximumFiles)
      .flatMap((name) => siblingPath(path, `../../${name}tasks/main.yml`) ?? [])
      .filter((file) => file !== path),
  ];
}

function listed(path: string, folder: string, siblings: Siblings): readonly string[] {
  const names = namesIn(folderOf(siblingPath(path, `${folder}any`) ?? ""), siblings) ?? [];
  return names
    .filter((name) => yaml.test(name))
    .slice(0, maximumFiles)
    .flatMap((name) => siblingPath(path, folder + name) ?? []);
}

/** The file that a module is told to read. */
function fileOf(parameters: YamlNode): string {
  const given = textOf(parameters) ?? textOf(valueAt(parameters, "file")) ?? textOf(valueAt(parameters, "_raw_params"));
  return given?.trim().split(/\s/, 1)[0] ?? "";
}

/** All tasks of a file, each with the blocks and the play around it, the nearest first. */
function tasksOf(node: YamlNode | undefined, outer: readonly YamlNode[] = []): readonly (readonly YamlNode[])[] {
  if (outer.length > maximumDepth) return [];
  return itemsOf(node).flatMap((task) => {
    const around = [task, ...outer];
    return [around, ...taskLists.flatMap((list) => tasksOf(valueAt(task, list), around))];
  });
}
