import type { HclBlock, HclBody } from "./hcl.ts";
import { readJsonc } from "./jsonc.ts";
import { entriesOf, itemsOf, mappingOf, type YamlNode } from "./yamlNode.ts";

/** How many labels a block of a type has. */
const labelsOf: ReadonlyMap<string, number> = new Map([
  ["locals", 0],
  ["terraform", 0],
  ["module", 1],
  ["output", 1],
  ["provider", 1],
  ["variable", 1],
  ["data", 2],
  ["resource", 2],
]);

const noBody: HclBody = { attributes: [], blocks: [] };

/**
 * Reads Terraform's JSON syntax: blocks as objects below their types and labels, or lists of those. A block within a
 * block is an attribute that holds an object, since only the resource's schema tells them apart.
 */
export function readHclJson(text: string): HclBody {
  const root = readJsonc(text).documents[0]?.root;
  const blocks = entriesOf(root).flatMap(({ key, value }) => {
    const labels = labelsOf.get(key.text);
    return labels === undefined ? [] : blocksBelow(key.text, value, labels, []);
  });
  return { ...noBody, blocks };
}

/** Reads the values that a file in JSON gives to variables. */
export function readJsonValues(text: string): HclBody {
  return { ...noBody, attributes: entriesOf(readJsonc(text).documents[0]?.root) };
}

function blocksBelow(type: string, node: YamlNode, left: number, labels: readonly string[]): readonly HclBlock[] {
  if (left > 0)
    return entriesOf(node).flatMap(({ key, value }) => blocksBelow(type, value, left - 1, [...labels, key.text]));
  const bodies = mappingOf(node) === undefined ? itemsOf(node) : [node];
  return bodies.map((body) => ({
    type,
    labels,
    span: body.span,
    body: { ...noBody, attributes: entriesOf(body) },
  }));
}
