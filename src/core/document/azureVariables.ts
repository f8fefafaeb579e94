import { templateFile } from "./azureTemplates.ts";
import type { Siblings } from "./siblings.ts";
import type { TemplateSource } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** The variables that a template of variables gives, and the file in which they stand. */
export interface VariablesTemplate {
  readonly variables: YamlNode | undefined;
  readonly source: TemplateSource;
}

const maximumDepth = 4;

/**
 * The templates that a list of variables includes from the repository itself, those that another of them includes
 * first. Paths are relative to the file that names them, or begin with a slash at the repository's root.
 */
export function variablesTemplates(
  node: YamlNode | undefined,
  path: string,
  siblings: Siblings,
  depth = 0,
): readonly VariablesTemplate[] {
  if (depth >= maximumDepth) return [];
  return itemsOf(node).flatMap((item): readonly VariablesTemplate[] => {
    const template = templateFile(valueAt(item, "template"), path, siblings);
    if (template === undefined) return [];
    const { text, file } = template;
    const variables = valueAt(readYaml(text).documents[0]?.root, "variables");
    const inner = variablesTemplates(variables, file, siblings, depth + 1);
    return [...inner, { variables, source: { text, file } }];
  });
}
