import type { Span } from "../image/span.ts";
import { readYaml } from "./yaml.ts";
import { literalPart } from "./yamlImage.ts";
import type { YamlNode, YamlScalar } from "./yamlNode.ts";

const form = /^(\s*\$\{\{\s*fromJSON\(\s*')([^']*)'\s*\)\s*\}\}\s*$/is;
const maximumText = 1_000_000;
const maximumJson = 100_000;

/** The nodes of JSON that an expression writes out, `${{ fromJSON('[...]') }}`, at their places in the document. */
export function writtenJson(text: string, scalar: YamlScalar): YamlNode | undefined {
  const [, before = "", json = ""] = form.exec(scalar.text) ?? [];
  const { span } = literalPart(text, scalar, before.length, before.length + json.length);
  if (json === "" || span === undefined || text.length > maximumText) return undefined;
  return parsed(json, (scalarNode) => moved(scalarNode, span.start));
}

/**
 * The nodes that a text in JSON stands for: at their places in the document where the text stands there as it is, from
 * `start` on; else all of them at `around`.
 */
export function jsonNode(json: string, start: number | undefined, around: Span): YamlNode | undefined {
  if (json.length > maximumJson) return undefined;
  return parsed(json, (scalar) =>
    start === undefined
      ? { ...scalar, span: around, contentStart: around.start, exact: false, isMade: true }
      : moved(scalar, start),
  );
}

/** Undefined for text that is no JSON. */
function parsed(json: string, place: (scalar: YamlScalar) => YamlScalar): YamlNode | undefined {
  // JSON is YAML, but not the other way round.
  if (!/^\s*(?:[[{"\d-]|true\b|false\b|null\b)/.test(json)) return undefined;
  const { documents, problems } = readYaml(json);
  const root = documents[0]?.root;
  return problems.length > 0 || root === undefined ? undefined : placed(root, place);
}

function placed(node: YamlNode, place: (scalar: YamlScalar) => YamlScalar): YamlNode {
  switch (node.kind) {
    case "scalar":
      return place(node);
    case "alias":
      return node;
    case "sequence":
      return { ...node, items: node.items.map((item) => placed(item, place)) };
    case "mapping":
      return {
        ...node,
        entries: node.entries.map(({ key, value }) => ({ key: place(key), value: placed(value, place) })),
      };
  }
}

function moved(scalar: YamlScalar, by: number): YamlScalar {
  const { span, contentStart } = scalar;
  return { ...scalar, span: { start: span.start + by, end: span.end + by }, contentStart: contentStart + by };
}
