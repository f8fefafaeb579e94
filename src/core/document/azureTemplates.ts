import { siblingPath, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

const maximumText = 300_000;
/** The whole of a value: what is put together in the template is said there. */
const parameter = /^\$\{\{\s*parameters\.([\w-]+)\s*\}\}$/;

/** The text of a template of the repository itself, by its path from the file that names it or from the root. */
export function templateFile(
  node: YamlNode | undefined,
  path: string,
  siblings: Siblings,
): { readonly text: string; readonly file: string } | undefined {
  const template = textOf(node)?.replace(/@self$/, "");
  if (template === undefined || /[@$]/.test(template)) return undefined;
  const file = template.startsWith("/") ? siblingPath("x", template.slice(1)) : siblingPath(path, template);
  const text = file === undefined ? undefined : siblings(file);
  return file === undefined || text === undefined || text.length > maximumText ? undefined : { text, file };
}

/** The names of the parameters that a template's jobs take their containers from. */
export function containerParameters(text: string): ReadonlySet<string> {
  const { documents } = readYaml(text);
  const root = documents[0]?.root;
  const nodes = [
    ...placesOf(root, ["**", "container"]),
    ...placesOf(root, ["**", "services", "*"]),
    ...placesOf(root, ["resources", "containers", "*"]),
  ].map((node) => (mappingOf(node) === undefined ? node : valueAt(node, "image")));
  return new Set(nodes.flatMap((node) => parameter.exec(scalarOf(node)?.text.trim() ?? "")?.[1] ?? []));
}
