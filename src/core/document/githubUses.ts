import { textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** The action that a step uses, in lower case and without its version; empty for a step of commands. */
export function actionOf(step: YamlNode): string {
  return textOf(valueAt(step, "uses"))?.replace(/@.*$/s, "").toLowerCase() ?? "";
}
