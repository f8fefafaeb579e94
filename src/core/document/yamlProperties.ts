import type { Anchors } from "./yamlAnchors.ts";
import type { YamlNode } from "./yamlNode.ts";

/** What stands before a node: its anchor and its tag (YAML 1.2.2, 6.9), and the offset of what follows them. */
interface NodeProperties {
  readonly anchor?: string;
  readonly tag?: string;
  readonly end: number;
}

const ampersand = 38;
const exclamation = 33;

/** An anchor, or a tag of the document's own (`!Ref`); all other tags mean something to a parser. */
const property = /&([\w.-]+)(?=[ \n])|(![A-Za-z][\w.-]*)(?=[ \n])/y;

/**
 * The node behind the properties at `at`, with them, as `read` gives it, which is told whether there are none; undefined
 * where they are not simple. Never throws.
 */
export function withProperties(
  { text, anchors }: { readonly text: string; readonly anchors: Anchors },
  at: number,
  read: (at: number, isBare: boolean) => YamlNode | undefined,
): YamlNode | undefined {
  if (!beginsProperties(text, at)) return read(at, true);
  const properties = readProperties(text, at);
  if (properties === undefined) return undefined;
  const { anchor, tag, end } = properties;
  if (anchor !== undefined) anchors.open(anchor);
  const node = read(end, false);
  // An alias has none, and what nothing has is left alone.
  if (node === undefined || node.kind === "alias" || isEmpty(node)) return undefined;
  const tagged = tag === undefined ? node : { ...node, tag };
  if (anchor !== undefined) anchors.set(anchor, tagged);
  return tagged;
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === "scalar" && node.style === "plain" && node.text === "";
}

function beginsProperties(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === ampersand || unit === exclamation;
}

/** The properties at `at`, where some begin; undefined where they are not simple. */
function readProperties(text: string, at: number): NodeProperties | undefined {
  let anchor: string | undefined;
  let tag: string | undefined;
  let end = at;
  while (beginsProperties(text, end)) {
    property.lastIndex = end;
    const found = property.exec(text);
    if (found === null || (found[1] === undefined ? tag : anchor) !== undefined) return undefined;
    anchor ??= found[1];
    tag ??= found[2];
    end += found[0].length;
    while (text.charAt(end) === " ") end++;
  }
  return { ...(anchor === undefined ? {} : { anchor }), ...(tag === undefined ? {} : { tag }), end };
}
