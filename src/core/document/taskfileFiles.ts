import { mayNameImages } from "../shell/imageCommands.ts";
import { readEnvironmentFile } from "./dotenv.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import type { TaskLevel } from "./taskfileScope.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

const names = ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"];
const maximumParents = 3;

/** The levels of a Taskfile that includes the one at `path`: its own variables, and those that it passes on. */
export function includingLevels(path: string, text: string, siblings: Siblings): readonly TaskLevel[] {
  if (!mayNameImages(text) || !text.includes("{{")) return [];
  for (let depth = 0; depth <= maximumParents; depth++)
    for (const name of names) {
      const file = siblingPath(path, "../".repeat(depth) + name);
      const found = file === undefined || file === path ? undefined : siblings(file);
      if (file === undefined || found === undefined || !found.includes("includes:")) continue;
      const source = { text: found, file };
      for (const { root } of readYaml(found).documents) {
        const include = entriesOf(valueAt(root, "includes")).find(({ value }) => includes(file, value, path));
        if (include === undefined) continue;
        const own = valueAt(root, "vars");
        return [
          { node: valueAt(root, "env"), source },
          { node: own, source },
          { node: valueAt(include.value, "vars"), source },
        ];
      }
    }
  return [];
}

function includes(file: string, node: YamlNode, path: string): boolean {
  const given = (scalarOf(node) ?? scalarOf(valueAt(node, "taskfile")))?.text.replaceAll(
    /^\{\{\s*\.(?:ROOT_DIR|TASKFILE_DIR)\s*\}\}\//g,
    "",
  );
  const named = given === undefined || given.includes("{{") ? undefined : siblingPath(file, given);
  if (named === undefined) return false;
  return named === path || names.some((name) => `${named}/${name}`.toLowerCase() === path.toLowerCase());
}

/** What the files of `dotenv` set; the first that sets a name counts. */
export function environmentLevel(node: YamlNode | undefined, path: string, siblings: Siblings): TaskLevel {
  const texts = new Map<string, string>();
  for (const item of itemsOf(node)) {
    const name = scalarOf(item)?.text.replace(/^\{\{\s*\.(?:ROOT_DIR|TASKFILE_DIR)\s*\}\}\//, "");
    const file = name === undefined || name.includes("{{") ? undefined : siblingPath(path, name);
    const text = file === undefined ? undefined : siblings(file);
    if (text === undefined) continue;
    for (const [key, value] of readEnvironmentFile(text)) if (!texts.has(key)) texts.set(key, value.text);
  }
  return { texts };
}
