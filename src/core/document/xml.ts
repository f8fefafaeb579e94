import type { Literal } from "./literalUses.ts";

/** An element of an XML document that holds text alone, under the names of those around it. */
export interface XmlText extends Literal {
  readonly path: readonly string[];
  /** The element around it. */
  readonly parent: XmlElement;
}

/** An element with what is known of those within. */
export interface XmlElement {
  readonly name: string;
  readonly parent: XmlElement | undefined;
  /** Texts of the elements within, by their names; of several, the last. */
  readonly texts: Map<string, string>;
}

const maximumElements = 100_000;
const maximumDepth = 200;
const tagName = /[A-Za-z_][\w.:-]*/y;

/**
 * The texts of an XML document (XML 1.0) that are written as they are, without references to characters, by the
 * elements that hold them. Comments, CDATA, instructions and attributes are passed over.
 */
export function xmlTexts(text: string): readonly XmlText[] {
  const found: XmlText[] = [];
  let current: XmlElement = { name: "", parent: undefined, texts: new Map() };
  let depth = 0;
  let contentStart = 0;
  let isPlain = false;
  let count = 0;
  for (let at = text.indexOf("<"); at >= 0 && count < maximumElements; count++) {
    const passed = endOfPassed(text, at);
    if (passed !== undefined) {
      isPlain = false;
      at = text.indexOf("<", passed);
      continue;
    }
    const isClosing = text.charAt(at + 1) === "/";
    tagName.lastIndex = at + (isClosing ? 2 : 1);
    const name = tagName.exec(text)?.[0];
    const end = endOfTag(text, at);
    if (name === undefined || end === undefined) return found;
    if (isClosing) {
      const { parent } = current;
      // What is not nested is no XML.
      if (parent === undefined || name !== current.name) return found;
      const said = isPlain ? trimmed(text, contentStart, at) : undefined;
      if (said !== undefined && !said.text.includes("&")) {
        parent.texts.set(name, said.text);
        found.push({ ...said, path: pathOf(current), parent });
      }
      current = parent;
      depth -= 1;
      isPlain = false;
    } else if (text.charAt(end - 2) === "/") isPlain = false;
    else {
      current = { name, parent: current, texts: new Map() };
      if (++depth > maximumDepth) return found;
      contentStart = end;
      isPlain = true;
    }
    at = text.indexOf("<", end);
  }
  return found;
}

function endOfPassed(text: string, at: number): number | undefined {
  for (const [open, close] of [
    ["<!--", "-->"],
    ["<![CDATA[", "]]>"],
    ["<?", "?>"],
    ["<!", ">"],
  ] as const) {
    if (!text.startsWith(open, at)) continue;
    const end = text.indexOf(close, at + open.length);
    return end < 0 ? text.length : end + close.length;
  }
  return undefined;
}

/** The end of a tag; a `>` in an attribute's value ends none. */
function endOfTag(text: string, at: number): number | undefined {
  let quote = "";
  for (let end = at + 1; end < text.length; end++) {
    const character = text.charAt(end);
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === ">") return end + 1;
  }
  return undefined;
}

function trimmed(text: string, from: number, to: number): Literal | undefined {
  const content = text.slice(from, to);
  const start = from + content.length - content.trimStart().length;
  const value = content.trim();
  return value === "" ? undefined : { text: value, span: { start, end: start + value.length } };
}

function pathOf(element: XmlElement): readonly string[] {
  const path: string[] = [];
  for (let one: XmlElement | undefined = element; one?.parent !== undefined; one = one.parent) path.unshift(one.name);
  return path;
}
