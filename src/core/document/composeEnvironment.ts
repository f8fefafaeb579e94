import type { ComposeEnvironment } from "./composeInterpolation.ts";
import { composeFileNames } from "./composeList.ts";
import { readEnvironmentFile } from "./dotenv.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Compose files that may include another one: beside it, and in the folders above. */
const folders = ["", "../", "../../"];
const maximumIncludes = 4;

/**
 * What the environment files say that Compose fills the file at `path` in with, which are read when the first variable
 * is asked for: the project's `.env`; for a file that another one includes, that one's first, then the files that its
 * `include` names or the `.env` of the folder that it gives (Compose specification, Include).
 */
export function environmentBeside(path: string, siblings: Siblings): ComposeEnvironment {
  let files:
    | readonly { readonly file: string; readonly variables: ReturnType<typeof readEnvironmentFile> }[]
    | undefined;
  return (name) => {
    files ??= environmentFiles(path, siblings, 0).flatMap((file) => {
      const text = siblings(file);
      return text === undefined ? [] : [{ file, variables: readEnvironmentFile(text) }];
    });
    for (const { file, variables } of files) {
      const value = variables.get(name);
      if (value === undefined) continue;
      const label = `${name} in ${file.slice(file.lastIndexOf("/") + 1)}`;
      return { text: value.text, step: { span: value.span, file, label, text: value.text } };
    }
    return undefined;
  };
}

/** The environment files of a compose file, the one that wins first. */
function environmentFiles(path: string, siblings: Siblings, depth: number): readonly string[] {
  const own = [siblingPath(path, ".env")].filter((file) => file !== undefined);
  if (depth > maximumIncludes) return own;
  for (const folder of folders)
    for (const name of composeFileNames) {
      const file = siblingPath(path, folder + name);
      const text = file === undefined || file === path ? undefined : siblings(file);
      if (file === undefined || text?.includes("include") !== true) continue;
      for (const item of itemsOf(valueAt(readYaml(text).documents[0]?.root, "include"))) {
        const named = mappingOf(item) === undefined ? item : valueAt(item, "path");
        if (!listed(named).some((one) => siblingPath(file, one) === path)) continue;
        return [...new Set([...environmentFiles(file, siblings, depth + 1), ...included(item, file, own)])];
      }
    }
  return own;
}

/** The environment files that an `include` gives; of several, the last wins. */
function included(item: YamlNode, file: string, own: readonly string[]): readonly string[] {
  const given = listed(valueAt(item, "env_file"));
  const folder = textOf(valueAt(item, "project_directory"));
  if (given.length === 0 && folder === undefined) return own;
  const paths = given.length > 0 ? given.toReversed() : [`${folder ?? "."}/.env`];
  return paths.map((one) => siblingPath(file, one)).filter((one) => one !== undefined);
}

function listed(node: YamlNode | undefined): readonly string[] {
  const nodes = itemsOf(node).length > 0 ? itemsOf(node) : [node];
  return nodes.map((one) => textOf(one)).filter((one) => one !== undefined);
}
