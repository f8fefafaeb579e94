import { hostsOf, roleOf, type VariableLookup, type VariablePlaces } from "./ansibleVariables.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Lists of tasks within plays and blocks. */
export const taskLists: readonly string[] = [
  "tasks",
  "pre_tasks",
  "post_tasks",
  "handlers",
  "block",
  "rescue",
  "always",
];

const maximumDepth = 20;

/** A module that a task calls, by the last part of its name, and what it is given. */
export interface CalledModule {
  readonly module: string;
  readonly parameters: YamlNode;
}

/** The modules that a task calls, or may call: each of its keys, and what `action` and `local_action` name. */
export function modulesOf(task: YamlNode): readonly CalledModule[] {
  return entriesOf(task).map(({ key, value }) => {
    const isAction = key.text === "action" || key.text === "local_action";
    const name = isAction ? (textOf(valueAt(value, "module")) ?? textOf(value)?.trim().split(/\s/, 1)[0]) : undefined;
    return { module: lastPart(name ?? key.text), parameters: value };
  });
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** What the tasks of a file establish for each other. */
export interface FileFacts {
  /** Variables that one task alone sets (`set_fact`), or several of which conditions let one count. */
  readonly facts: VariableLookup;
  /** Repositories that a task builds, as they are written: nobody pulls them. */
  readonly built: ReadonlySet<string>;
  /** Files of variables that tasks read. */
  readonly included: readonly string[];
}

interface SetFact {
  readonly node: YamlNode;
  readonly isConditional: boolean;
}

/** Whether what was set before may be what holds; a value that is made of the one before it is neither. */
function mayNotCount({ node, isConditional }: SetFact, name: string): boolean {
  return isConditional && scalarOf(node)?.text.includes(name) === false;
}

/** Looks through all tasks of a file. */
export function factsOf(roots: readonly YamlNode[]): FileFacts {
  const set = new Map<string, SetFact[]>();
  const built = new Set<string>();
  const included: string[] = [];
  const visit = (node: YamlNode | undefined, depth: number, around: boolean): void => {
    if (depth > maximumDepth) return;
    for (const task of itemsOf(node)) {
      const isConditional = around || valueAt(task, "when") !== undefined;
      for (const list of taskLists) visit(valueAt(task, list), depth + 1, isConditional);
      for (const { module, parameters } of modulesOf(task)) {
        if (module === "set_fact")
          for (const { key, value } of entriesOf(parameters)) {
            const before = set.get(key.text);
            if (before === undefined) set.set(key.text, [{ node: value, isConditional }]);
            else before.push({ node: value, isConditional });
          }
        else if (module === "include_vars")
          included.push(...(textOf(parameters) ?? textOf(valueAt(parameters, "file")) ?? "").split(/\s/, 1));
        else if (isBuild(module, parameters)) built.add(repositoryOf(textOf(valueAt(parameters, "name")) ?? ""));
      }
    }
  };
  for (const root of roots) visit(root, 0, false);
  const facts: VariableLookup = (name) => {
    const [first, ...others] = set.get(name) ?? [];
    if (first === undefined || !others.every((other) => mayNotCount(other, name))) return undefined;
    return {
      node: first.node,
      others: others.map(({ node }) => node),
      label: `variable ${name} of set_fact`,
    };
  };
  return { facts, built, included: included.filter((file) => /^[\w./-]+\.ya?ml$/.test(file)) };
}

/** Where the variables of a play stand beyond those of its file: by its hosts, its roles and the files that it names. */
export function placesOfPlay(play: YamlNode): VariablePlaces | undefined {
  const files = itemsOf(valueAt(play, "vars_files")).flatMap((file) => textOf(file) ?? []);
  const hosts = valueAt(play, "hosts");
  if (hosts === undefined) return files.length === 0 ? undefined : { files };
  const roles: string[] = [];
  const addRoles = (items: readonly YamlNode[], depth: number): void => {
    for (const item of items) {
      const name = roleOf(item);
      if (depth === 0 && name !== undefined) roles.push(name);
      for (const { module, parameters } of modulesOf(item))
        if (depth > 0 && (module === "import_role" || module === "include_role"))
          roles.push(textOf(valueAt(parameters, "name")) ?? "");
      if (depth < maximumDepth) for (const list of taskLists) addRoles(itemsOf(valueAt(item, list)), depth + 1);
    }
  };
  addRoles(itemsOf(valueAt(play, "roles")), 0);
  addRoles([play], 1);
  return {
    files,
    hosts: hostsOf(play),
    roles: roles.filter(isName),
  };
}

function isName(text: string): boolean {
  return /^[\w][\w.-]*$/.test(text) && text !== "all";
}

/** Whether a module makes the image that its parameters name, or loads it from a file. */
export function isBuild(module: string, parameters: YamlNode): boolean {
  if (module === "docker_image_build") return true;
  if (module !== "docker_image" && module !== "podman_image") return false;
  const source = textOf(valueAt(parameters, "source"));
  const isState = textOf(valueAt(parameters, "state")) === "build";
  const given = ["build", "path", "load_path"].some((key) => valueAt(parameters, key) !== undefined);
  return source === undefined || source.includes("{{") ? isState || given : source !== "pull";
}

/** A reference as written, without its tag and digest; what stands in an expression ends nothing. */
export function repositoryOf(written: string): string {
  const plain = written.replaceAll(/\{\{[^}]{0,1000}\}\}/g, (expression) => "x".repeat(expression.length));
  const end = plain.slice(plain.lastIndexOf("/") + 1).search(/[:@]/);
  return end < 0 ? written : written.slice(0, plain.lastIndexOf("/") + 1 + end);
}
