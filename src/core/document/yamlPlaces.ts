import { dereference, entriesOf, itemsOf, type YamlNode } from "./yamlNode.ts";

/** A step through YAML: a key, keys of a form, `*` for every item or value, `**` for the node and everything below. */
export type PlaceStep = string | RegExp;

const maximumDepth = 60;
const maximumNodes = 200_000;

/** The nodes that a path leads to, in document order and through aliases; what aliases repeat is not descended into. */
export function placesOf(node: YamlNode | undefined, path: readonly PlaceStep[]): readonly YamlNode[] {
  let current = node === undefined ? [] : [node];
  for (const step of path) {
    const next: YamlNode[] = [];
    for (const one of current) {
      // Aliases to lists of aliases would grow without end.
      if (next.length >= maximumNodes) break;
      for (const found of step === "**" ? descend(one) : childrenOf(one, step)) next.push(found);
    }
    current = next;
  }
  return current;
}

function childrenOf(node: YamlNode, step: PlaceStep): readonly YamlNode[] {
  if (step === "*") {
    const items = itemsOf(node);
    return items.length > 0 ? items : entriesOf(node).map(({ value }) => value);
  }
  const matches = (key: string): boolean => (typeof step === "string" ? key === step : step.test(key));
  return entriesOf(node).flatMap(({ key, value }) => (matches(key.text) ? [value] : []));
}

function* descend(root: YamlNode): Generator<YamlNode> {
  const open: { readonly node: YamlNode; readonly depth: number }[] = [{ node: root, depth: 0 }];
  for (let count = 0; count < maximumNodes; count++) {
    const next = open.pop();
    if (next === undefined) return;
    const { node, depth } = next;
    yield node;
    if (depth >= maximumDepth || node.kind === "alias") continue;
    const found = dereference(node);
    const below =
      found?.kind === "mapping"
        ? found.entries.map(({ value }) => value)
        : found?.kind === "sequence"
          ? found.items
          : [];
    for (const child of below.toReversed()) open.push({ node: child, depth: depth + 1 });
  }
}
