import { entriesOf, itemsOf, mappingOf, textOf, type YamlNode } from "./yamlNode.ts";

/** The names under which Compose looks for a project's file. */
export const composeFileNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** A value of a mapping, or of a list of `name=value`. */
export interface NamedValue {
  readonly name: string;
  readonly node: YamlNode;
  /** Offset in the scalar where the value begins. */
  readonly from: number;
}

/** The values of a mapping, or of a list of `name=value`, which compose files allow in its place. */
export function namedValues(node: YamlNode | undefined): readonly NamedValue[] {
  if (mappingOf(node) !== undefined)
    return entriesOf(node).map(({ key, value }) => ({ name: key.text, node: value, from: 0 }));
  return itemsOf(node).flatMap((item) => {
    const text = textOf(item) ?? "";
    const equals = text.indexOf("=");
    return equals < 0 ? [] : [{ name: text.slice(0, equals), node: item, from: equals + 1 }];
  });
}
