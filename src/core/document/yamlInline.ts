import type { Anchors } from "./yamlAnchors.ts";
import { withProperties } from "./yamlProperties.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./yamlNode.ts";

/** A node, and the offset after the last character that writes it. */
interface Inline<Node> {
  readonly node: Node;
  readonly end: number;
}

/** Reads what stands on a line: plain and quoted scalars, and flow collections, which may go on over lines. */
export interface InlineReader {
  /** The scalar or flow collection at `at`, a value below a collection that is indented by `parent`. */
  read(at: number, parent: number): Inline<YamlNode> | undefined;
  readQuoted(at: number): Inline<YamlScalar> | undefined;
  mayBeginPlain(at: number): boolean;
}

const maximumDepth = 40;
const maximumKey = 1_000;

const newline = 10;
const space = 32;
const hash = 35;
const comma = 44;
const colon = 58;
const backslash = 92;

/** Characters that begin something else than a plain scalar (YAML 1.2.2, 5.3), and those whose following one decides. */
const indicators = unitsOf("[]{},#&*!|>'\"%@`");
const undecided = unitsOf("-?:.");
/** Of each unit of ASCII: 0 where it begins a plain scalar, 1 where it does not, 2 where more has to be looked at. */
const beginnings = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (unit <= space || indicators.has(unit)) return 1;
  return undecided.has(unit) ? 2 : 0;
});
const flowIndicators = unitsOf("[]{},");

const escapes = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
]);

/** Creates the reader of one text. Each method gives undefined for what is not simple, and so not read. */
export function createInlineReader(text: string, anchors: Anchors): InlineReader {
  function mayBeginPlain(at: number): boolean {
    const unit = text.charCodeAt(at);
    const kind = unit < 128 ? beginnings[unit] : Number.isNaN(unit) ? 1 : 0;
    if (kind !== 2) return kind === 0;
    // What could be a marker of documents.
    if (text.startsWith("---", at) || text.startsWith("...", at)) return false;
    const first = text.charAt(at);
    if (first === ".") return true;
    const next = text.charCodeAt(at + 1);
    return next > space && !flowIndicators.has(next);
  }

  function readQuoted(at: number): Inline<YamlScalar> | undefined {
    return text.charAt(at) === "'" ? readSingleQuoted(at) : readDoubleQuoted(at);
  }

  function readSingleQuoted(at: number): Inline<YamlScalar> | undefined {
    let end = at + 1;
    let hasEscape = false;
    for (;;) {
      end = text.indexOf("'", end);
      if (end < 0) return undefined;
      if (text.charAt(end + 1) !== "'") break;
      hasEscape = true;
      end += 2;
    }
    const raw = text.slice(at + 1, end);
    if (raw.includes("\n")) return undefined;
    const value = hasEscape ? raw.replaceAll("''", "'") : raw;
    return { node: quoted(value, at + 1, end, "single-quoted"), end: end + 1 };
  }

  function readDoubleQuoted(at: number): Inline<YamlScalar> | undefined {
    let value = "";
    let begin = at + 1;
    for (let end = begin; end < text.length; end++) {
      const unit = text.charCodeAt(end);
      if (unit === newline) return undefined;
      if (unit === 34) {
        value += text.slice(begin, end);
        return { node: quoted(value, at + 1, end, "double-quoted"), end: end + 1 };
      }
      if (unit !== backslash) continue;
      const escaped = escapes.get(text.charAt(end + 1));
      if (escaped === undefined) return undefined;
      value += text.slice(begin, end) + escaped;
      end++;
      begin = end + 1;
    }
    return undefined;
  }

  function quoted(value: string, start: number, end: number, style: YamlScalar["style"]): YamlScalar {
    const span = { start, end };
    return { kind: "scalar", span, text: value, style, exact: value.length === end - start, contentStart: start };
  }

  /** A plain scalar up to the line's end or its comment; in a flow collection also up to what ends it there. */
  function readPlain(at: number, isFlow: boolean): Inline<YamlScalar> | undefined {
    if (!mayBeginPlain(at)) return undefined;
    let end = at;
    for (let next = at; next < text.length; next++) {
      const unit = text.charCodeAt(next);
      if (unit === newline) break;
      if (unit === space) continue;
      if (unit < space) return undefined;
      if (unit === hash && text.charCodeAt(next - 1) === space) break;
      if (isFlow && flowIndicators.has(unit)) break;
      if (unit === colon) {
        const following = text.charCodeAt(next + 1);
        if (Number.isNaN(following) || following <= space || (isFlow && flowIndicators.has(following))) {
          if (!isFlow) return undefined;
          break;
        }
      }
      end = next + 1;
    }
    const value = text.slice(at, end);
    const span = { start: at, end };
    return { node: { kind: "scalar", span, text: value, style: "plain", exact: true, contentStart: at }, end };
  }

  /** Over spaces and line ends; undefined at a comment, and on a line that is not indented below the collection's parent. */
  function skipSpace(from: number, parent: number): number | undefined {
    let at = from;
    for (;;) {
      while (text.charCodeAt(at) === space) at++;
      if (text.charCodeAt(at) !== newline) break;
      const lineStart = at + 1;
      at = lineStart;
      while (text.charCodeAt(at) === space) at++;
      if (text.charCodeAt(at) !== newline && at - lineStart <= parent) return undefined;
    }
    const unit = text.charCodeAt(at);
    return unit === hash || !(unit > space) ? undefined : at;
  }

  function readFlow(at: number, parent: number, depth: number): Inline<YamlNode> | undefined {
    if (depth > maximumDepth) return undefined;
    switch (text.charAt(at)) {
      case "[":
        return readFlowSequence(at, parent, depth);
      case "{":
        return readFlowMapping(at, parent, depth);
      case '"':
      case "'":
        return readQuoted(at);
      case "*":
        return anchors.aliasAt(at, true);
      case "&":
      case "!":
        return readWithProperties(at, parent, depth);
      default:
        return readPlain(at, true);
    }
  }

  function readWithProperties(at: number, parent: number, depth: number): Inline<YamlNode> | undefined {
    let end = at;
    const node = withProperties({ text, anchors }, at, (from) => {
      const found = readFlow(from, parent, depth + 1);
      end = found?.end ?? end;
      return found?.node;
    });
    return node === undefined ? undefined : { node, end };
  }

  function readFlowSequence(at: number, parent: number, depth: number): Inline<YamlNode> | undefined {
    const items: YamlNode[] = [];
    let next = skipSpace(at + 1, parent);
    while (next !== undefined && text.charAt(next) !== "]") {
      const item = readFlow(next, parent, depth + 1);
      if (item === undefined) return undefined;
      items.push(item.node);
      next = nextItem(item.end, "]", parent);
    }
    if (next === undefined) return undefined;
    return { node: { kind: "sequence", span: { start: at, end: next + 1 }, items }, end: next + 1 };
  }

  function readFlowMapping(at: number, parent: number, depth: number): Inline<YamlNode> | undefined {
    const entries: YamlEntry[] = [];
    const seen = new Set<string>();
    let next = skipSpace(at + 1, parent);
    while (next !== undefined && text.charAt(next) !== "}") {
      const first = text.charAt(next);
      const isQuoted = first === '"' || first === "'";
      const key = isQuoted ? readQuoted(next) : readPlain(next, true);
      if (key === undefined || key.end - next > maximumKey || text.charCodeAt(key.end) !== colon) return undefined;
      if (seen.has(key.node.text)) return undefined;
      seen.add(key.node.text);
      const value = skipSpace(key.end + 1, parent);
      const found = value === undefined ? undefined : readFlow(value, parent, depth + 1);
      if (found === undefined) return undefined;
      entries.push({ key: key.node, value: found.node });
      next = nextItem(found.end, "}", parent);
    }
    if (next === undefined) return undefined;
    return { node: { kind: "mapping", span: { start: at, end: next + 1 }, entries }, end: next + 1 };
  }

  /** After an item: the next one, or the collection's end. */
  function nextItem(end: number, close: string, parent: number): number | undefined {
    const at = skipSpace(end, parent);
    if (at === undefined || text.charAt(at) === close) return at;
    return text.charCodeAt(at) === comma ? skipSpace(at + 1, parent) : undefined;
  }

  return {
    mayBeginPlain,
    readQuoted,
    read(at, parent) {
      const first = text.charAt(at);
      if (first === "[" || first === "{") return readFlow(at, parent, 0);
      if (first === "*") return anchors.aliasAt(at, false);
      return first === '"' || first === "'" ? readQuoted(at) : readPlain(at, false);
    },
  };
}

function unitsOf(characters: string): ReadonlySet<number> {
  return new Set(Array.from(characters, (each) => each.charCodeAt(0)));
}
