import type { Span } from "../image/span.ts";
import { readExpression } from "./hclExpression.ts";
import { maximumCount, readName, skipSpace, type HclReader } from "./hclLexer.ts";
import type { YamlEntry } from "./yamlNode.ts";

/** A block: `resource "docker_image" "web" { ... }`. */
export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly span: Span;
  readonly body: HclBody;
}

/** What stands between the braces of a block, or in a file. */
export interface HclBody {
  readonly attributes: readonly YamlEntry[];
  readonly blocks: readonly HclBlock[];
}

const maximumDepth = 60;

/**
 * Reads HCL (HashiCorp's native syntax specification) as far as values are concerned: blocks, attributes, strings,
 * here-documents, lists and objects as the nodes that YAML has; every other expression is a scalar tagged
 * `expressionTag`, a function's call with lists or objects a sequence of its arguments. Never throws; what cannot be
 * understood is left out.
 */
export function readHcl(text: string): HclBody {
  return readBody({ text, at: 0, count: 0 }, 0);
}

function readBody(reader: HclReader, depth: number): HclBody {
  const attributes: YamlEntry[] = [];
  const blocks: HclBlock[] = [];
  const { text } = reader;
  while (reader.at < text.length && reader.count < maximumCount) {
    skipSpace(reader, true);
    if (reader.at >= text.length || text[reader.at] === "}") break;
    reader.count += 1;
    const start = reader.at;
    const key = readName(reader);
    if (key === undefined) {
      reader.at += 1;
      continue;
    }
    skipSpace(reader, false);
    if (text[reader.at] === "=" && text[reader.at + 1] !== "=") {
      reader.at += 1;
      attributes.push({ key, value: readExpression(reader, depth + 1) });
      continue;
    }
    const labels: string[] = [];
    for (let label = readName(reader); label !== undefined; label = readName(reader)) {
      labels.push(label.text);
      skipSpace(reader, false);
    }
    if (text[reader.at] !== "{" || depth >= maximumDepth) continue;
    reader.at += 1;
    const body = readBody(reader, depth + 1);
    if (text[reader.at] === "}") reader.at += 1;
    blocks.push({ type: key.text, labels, span: { start, end: Math.min(reader.at, text.length) }, body });
  }
  return { attributes, blocks };
}
