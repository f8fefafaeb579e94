import type { YamlAlias, YamlNode } from "./yamlNode.ts";

/** Nodes that all aliases of a document may stand for together, and their nesting; documents with more go to the parser. */
const maximumExpansion = 50_000;
const maximumHeight = 100;

/** The anchors of one document, in the order in which they are met. */
export interface Anchors {
  /** A node with this anchor begins; until it ends, its aliases would contain themselves. */
  open(name: string): void;
  set(name: string, node: YamlNode): void;
  /** The alias at `at`, with the offset after it; undefined where it is not simple, or leads nowhere or to too much. */
  aliasAt(at: number, isFlow: boolean): { readonly node: YamlAlias; readonly end: number } | undefined;
  /** Another document begins. */
  clear(): void;
}

/** What somebody who follows aliases meets below a node. */
interface Extent {
  readonly size: number;
  readonly height: number;
}

const alias = /\*([\w.-]+)(?=[ \n]|$)/y;
const flowAlias = /\*([\w.-]+)(?=[ \n,\]}]|$)/y;

/** Creates the anchors of a text. */
export function createAnchors(text: string): Anchors {
  const nodes = new Map<string, YamlNode | "open">();
  const extents = new Map<YamlNode, Extent>();
  let expanded = 0;

  function extentOf(node: YamlNode): Extent {
    const known = extents.get(node);
    if (known !== undefined) return known;
    if (node.kind === "scalar") return { size: 1 + Math.floor(node.text.length / 64), height: 1 };
    if (node.kind === "alias") return node.target === undefined ? { size: 1, height: 1 } : extentOf(node.target);
    const values = node.kind === "mapping" ? node.entries.map(({ value }) => value) : node.items;
    const extent = { size: 1, height: 1 };
    for (const each of values.map(extentOf)) {
      extent.size += each.size + 1;
      extent.height = Math.max(extent.height, each.height + 1);
    }
    return extent;
  }

  return {
    open: (name) => void nodes.set(name, "open"),
    set: (name, node) => void nodes.set(name, node),
    aliasAt(at, isFlow) {
      const form = isFlow ? flowAlias : alias;
      form.lastIndex = at;
      const name = form.exec(text)?.[1];
      const target = name === undefined ? undefined : nodes.get(name);
      if (name === undefined || target === undefined || target === "open") return undefined;
      const extent = extentOf(target);
      extents.set(target, extent);
      expanded += extent.size;
      if (expanded > maximumExpansion || extent.height > maximumHeight) return undefined;
      const end = at + 1 + name.length;
      return { node: { kind: "alias", span: { start: at, end }, name, target }, end };
    },
    clear() {
      nodes.clear();
      extents.clear();
      expanded = 0;
    },
  };
}
