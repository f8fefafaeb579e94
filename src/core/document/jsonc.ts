import { readYaml, type YamlStream } from "./yaml.ts";

/** A string, a comment, or a tab: what may hold either is told apart by which begins first. */
const token = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$)|\t/g;

/**
 * Reads JSON, with comments and commas before a closing bracket too, into the nodes that YAML has: JSON is YAML
 * (YAML 1.2.2, 1.3) once comments are white space. Offsets stay those of `text`.
 */
export function readJsonc(text: string): YamlStream {
  return readYaml(
    text.replaceAll(token, (found) => (found.startsWith('"') ? found : found.replaceAll(/[^\r\n]/g, " "))),
  );
}
