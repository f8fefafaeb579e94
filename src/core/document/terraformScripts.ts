import { callTag, expressionTag } from "./hclExpression.ts";
import { scalarOf, type YamlNode } from "./yamlNode.ts";

/** Scripts that a shell runs though their first line does not say so, or the commands of one. */
const scripts: readonly (readonly [kind: RegExp, key: RegExp])[] = [
  [/^coder_agent$/, /^(?:startup|shutdown)_script$/],
  [/^(?:coder_script|linode_stackscript|azurerm_virtual_machine_run_command)$/, /^script$/],
  [/^ssh_resource$/, /^(?:pre_)?commands$/],
];

/** Whether an attribute of a resource is a script of a shell, or holds its commands. */
export function isScript(kind: string, key: string): boolean {
  return scripts.some(([form, name]) => form.test(kind) && name.test(key));
}

/** The lines of `join("\n", [...])`. */
export function joinedLines(node: YamlNode): YamlNode | undefined {
  if (node.kind !== "sequence" || node.tag !== `${callTag}join`) return undefined;
  const [, lines] = node.items;
  return lines;
}

/** Whether a line is what a script in another file says: `file("install.sh")`. */
export function isFileOfScript(line: YamlNode | undefined): boolean {
  const scalar = scalarOf(line);
  return scalar?.tag === expressionTag && /^(?:file|templatefile)\([^)]*\.(?:bash|sh)\b/.test(scalar.text);
}
