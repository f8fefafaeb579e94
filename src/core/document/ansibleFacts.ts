import type { VariableLookup } from "./ansibleVariables.ts";
import { entriesOf, itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

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
  /** Variables that one task alone sets (`set_fact`). */
  readonly facts: VariableLookup;
  /** Repositories that a task builds, as they are written: nobody pulls them. */
  readonly built: ReadonlySet<string>;
}

/** Looks through all tasks of a file. */
export function factsOf(roots: readonly YamlNode[]): FileFacts {
  const set = new Map<string, YamlNode | undefined>();
  const built = new Set<string>();
  const visit = (node: YamlNode | undefined, depth: number): void => {
    if (depth > maximumDepth) return;
    for (const task of itemsOf(node)) {
      for (const list of taskLists) visit(valueAt(task, list), depth + 1);
      for (const { module, parameters } of modulesOf(task)) {
        if (module === "set_fact")
          for (const { key, value } of entriesOf(parameters)) set.set(key.text, set.has(key.text) ? undefined : value);
        else if (isBuild(module, parameters)) built.add(repositoryOf(textOf(valueAt(parameters, "name")) ?? ""));
      }
    }
  };
  for (const root of roots) visit(root, 0);
  const facts: VariableLookup = (name) => {
    const node = set.get(name);
    return node === undefined ? undefined : { node, label: `variable ${name} of set_fact` };
  };
  return { facts, built };
}

/** Whether a module makes the image that its parameters name, or loads it from a file. */
export function isBuild(module: string, parameters: YamlNode): boolean {
  if (module === "docker_image_build") return true;
  if (module !== "docker_image" && module !== "podman_image") return false;
  const source = textOf(valueAt(parameters, "source"));
  const isState = textOf(valueAt(parameters, "state")) === "build";
  const given = ["build", "path", "load_path"].some((key) => valueAt(parameters, key) !== undefined);
  return source === undefined ? isState || given : source !== "pull";
}

/** A reference as written, without its tag and digest; what stands in an expression ends nothing. */
export function repositoryOf(written: string): string {
  const plain = written.replaceAll(/\{\{[^}]{0,1000}\}\}/g, (expression) => "x".repeat(expression.length));
  const end = plain.slice(plain.lastIndexOf("/") + 1).search(/[:@]/);
  return end < 0 ? written : written.slice(0, plain.lastIndexOf("/") + 1 + end);
}
