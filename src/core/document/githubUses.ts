import { textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * The action that a step uses, in lower case, without its version and without the host that Forgejo and Gitea may be
 * told to take it from; empty for a step of commands.
 */
export function actionOf(step: YamlNode): string {
  const uses = textOf(valueAt(step, "uses"))?.replace(/@.*$/s, "").toLowerCase() ?? "";
  return uses.replace(/^https?:\/\/[^/]+\//, "");
}
