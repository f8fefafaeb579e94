import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Scalar,
  type Alias,
  type Node,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { isMerge, type YamlEntry, type YamlNode, type YamlScalar, type YamlScalarStyle } from "./yamlNode.ts";

/** Nodes that all aliases of a document may stand for together: the guard against a document that grows by repetition. */
const maximumExpansion = 100_000;
/** Nesting through aliases, for those who walk the nodes. */
const maximumHeight = 200;

/** Turns the parser's nodes of one document into ours. */
export interface YamlConverter {
  convert(root: unknown): YamlNode;
  problems(): readonly Problem[];
}

/** What a walker through aliases would meet below a node. */
interface Extent {
  readonly size: number;
  readonly height: number;
}

/** Creates the converter of one document of `text`; anchors live as long as it does. */
export function createYamlConverter(text: string): YamlConverter {
  const problems: Problem[] = [];
  const anchors = new Map<string, { readonly node: YamlNode; readonly extent: Extent } | "open">();
  let expanded = 0;

  const report = (code: string, message: string, span: Span): void => {
    problems.push({ code, message, span });
  };

  function convert(node: unknown, depth: number): { readonly node: YamlNode; readonly extent: Extent } {
    if (isAlias(node)) return convertAlias(node, depth);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, "open");
    const converted = convertContent(node, depth);
    if (anchor !== undefined) anchors.set(anchor, converted);
    return converted;
  }

  function convertContent(node: unknown, depth: number): { readonly node: YamlNode; readonly extent: Extent } {
    if (isMap(node)) {
      const entries: YamlEntry[] = [];
      const extent = { size: 1, height: 1 };
      const seen = new Set<string>();
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const key = convertKey(pair.key, depth);
        const value = convert(pair.value ?? empty(key?.span.end ?? rangeOf(node).start), depth + 1);
        extent.size += value.extent.size + 1;
        extent.height = Math.max(extent.height, value.extent.height + 1);
        if (key === undefined) continue;
        // Every merge key counts, however many there are.
        if (seen.has(key.text) && !isMerge({ key }))
          report(
            "yaml-duplicate-key",
            `The key '${shorten(key.text)}' stands twice; only the last one counts.`,
            key.span,
          );
        seen.add(key.text);
        entries.push({ key, value: value.node });
      }
      return { node: { kind: "mapping", span: spanOf(node, text), entries, ...tagOf(node) }, extent };
    }
    if (isSeq(node)) {
      const items: YamlNode[] = [];
      const extent = { size: 1, height: 1 };
      for (const item of node.items) {
        const value = convert(item, depth + 1);
        extent.size += value.extent.size;
        extent.height = Math.max(extent.height, value.extent.height + 1);
        items.push(value.node);
      }
      return { node: { kind: "sequence", span: spanOf(node, text), items, ...tagOf(node) }, extent };
    }
    const scalar = toScalar(isScalar(node) ? node : empty(0), text);
    // A long text counts as many nodes: repeating it costs its readers as much.
    return { node: scalar, extent: { size: 1 + Math.floor(scalar.text.length / 64), height: 1 } };
  }

  function convertKey(key: unknown, depth: number): YamlScalar | undefined {
    const converted = key === null || key === undefined ? undefined : convert(key, depth + 1).node;
    const target = converted?.kind === "alias" ? converted.target : converted;
    return target?.kind === "scalar" ? target : undefined;
  }

  function convertAlias(alias: Alias, depth: number): { readonly node: YamlNode; readonly extent: Extent } {
    const span = rangeOf(alias);
    const name = alias.source;
    const found = anchors.get(name);
    const unresolved = (code: string, message: string): { readonly node: YamlNode; readonly extent: Extent } => {
      report(code, message, span);
      return { node: { kind: "alias", span, name, target: undefined }, extent: { size: 1, height: 1 } };
    };
    const shown = shorten(name);
    if (found === undefined)
      return unresolved("yaml-alias-unknown", `There is no anchor '&${shown}' before this alias.`);
    if (found === "open")
      return unresolved("yaml-alias-cycle", `The anchor '&${shown}' contains this alias of itself.`);
    const tooLarge = expanded + found.extent.size > maximumExpansion || depth + found.extent.height > maximumHeight;
    if (tooLarge)
      return unresolved(
        "yaml-alias-limit",
        `The aliases of this document repeat too much; '*${shown}' was not followed.`,
      );
    expanded += found.extent.size;
    return { node: { kind: "alias", span, name, target: found.node }, extent: found.extent };
  }

  return { convert: (root) => convert(root, 0).node, problems: () => problems };
}

function rangeOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end: Math.max(start, end) };
}

/** A block collection ends where its last content does, and not after the comments and empty lines below it. */
function spanOf(node: YAMLMap | YAMLSeq, text: string): Span {
  const { start, end } = rangeOf(node);
  return { start, end: node.flow === true ? end : Math.max(start, endOf(node, text)) };
}

function endOf(node: unknown, text: string): number {
  if (isScalar(node)) {
    const style = styles.get(node.type ?? Scalar.PLAIN) ?? "plain";
    const range = rangeOf(node);
    return style === "literal" || style === "folded" ? contentOf(range, style, text).span.end : range.end;
  }
  if (isAlias(node)) return rangeOf(node).end;
  if (!isMap(node) && !isSeq(node)) return 0;
  const last: unknown = node.flow === true ? undefined : node.items.at(-1);
  if (last === undefined) return rangeOf(node).end;
  if (!isPair(last)) return endOf(last, text);
  return Math.max(endOf(last.key, text), endOf(last.value, text));
}

/** Tags that the parser gives to what has none are YAML's own. */
function tagOf({ tag }: Node & { readonly tag?: string }): { readonly tag?: string } {
  return tag === undefined || tag.startsWith("tag:yaml.org,2002:") ? {} : { tag };
}

function empty(offset: number): Scalar<string> {
  const scalar = new Scalar("");
  scalar.type = Scalar.PLAIN;
  scalar.range = [offset, offset, offset];
  return scalar;
}

const styles = new Map<string, YamlScalarStyle>([
  [Scalar.PLAIN, "plain"],
  [Scalar.QUOTE_SINGLE, "single-quoted"],
  [Scalar.QUOTE_DOUBLE, "double-quoted"],
  [Scalar.BLOCK_LITERAL, "literal"],
  [Scalar.BLOCK_FOLDED, "folded"],
]);

function toScalar(node: Scalar, text: string): YamlScalar {
  const style = styles.get(node.type ?? Scalar.PLAIN) ?? "plain";
  // What a tag says to be a merge key is one, as it is without the tag.
  const value = typeof node.value === "string" ? node.value : typeof node.value === "symbol" ? "<<" : "";
  const { span, contentStart } = contentOf(rangeOf(node), style, text);
  const exact = text.slice(span.start, span.end) === value;
  return { kind: "scalar", span, text: value, style, exact, contentStart, ...tagOf(node) };
}

function contentOf(range: Span, style: YamlScalarStyle, text: string): { span: Span; contentStart: number } {
  const { start, end } = range;
  switch (style) {
    case "plain":
      return { span: range, contentStart: start };
    case "single-quoted":
    case "double-quoted": {
      const closed = end - 1 > start && text.charAt(end - 1) === text.charAt(start);
      const span = { start: Math.min(start + 1, end), end: closed ? end - 1 : end };
      return { span, contentStart: span.start };
    }
    case "literal":
    case "folded": {
      const newline = text.indexOf("\n", start);
      const contentStart = newline < 0 || newline >= end ? end : newline + 1;
      const content = text.slice(contentStart, end);
      const first = contentStart + (content.length - content.trimStart().length);
      const last = contentStart + content.trimEnd().length;
      return { span: { start: Math.min(first, Math.max(last, contentStart)), end: last }, contentStart };
    }
  }
}

function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}...` : name;
}
