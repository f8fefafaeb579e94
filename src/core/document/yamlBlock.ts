import { createAnchors, type Anchors } from "./yamlAnchors.ts";
import { createCursor, isBlankAt, isRestBlank, isSpaceOrEnd, skipSpaces, type Cursor } from "./yamlCursor.ts";
import { createInlineReader, type InlineReader } from "./yamlInline.ts";
import { foldLines, readBlockHeader } from "./yamlBlockScalar.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./yamlNode.ts";
import { withProperties } from "./yamlProperties.ts";

/** Nesting; what is nested deeper is left to the parser that watches it. */
const maximumDepth = 40;
const maximumDocuments = 1_000;
/** A key of one line has at most 1,024 characters (YAML 1.2.2, 7.4.2). */
const maximumKey = 1_000;
/** Longer texts are left to the parser that counts their tokens. */
const maximumLength = 1_000_000;

const space = 32;
const hash = 35;
const dash = 45;
const colon = 58;

/**
 * Reads the YAML that people mostly write: block mappings and sequences of one-line scalars, block scalars and flow
 * collections, their anchors, aliases and own tags, ten times faster than a parser that must keep every token. Gives the
 * roots of the stream's documents as `readYaml` does, or undefined for everything else: directives, complex keys,
 * scalars of several lines, tabs that indent, repeated keys (except where `mayRepeat`) and every error. What it does not
 * know for certain, it leaves alone.
 */
export function readSimpleYaml(text: string, mayRepeat: boolean = false): readonly YamlNode[] | undefined {
  // Control characters, carriage returns and byte-order marks have meanings of their own.
  // oxlint-disable-next-line no-control-regex
  if (text.length > maximumLength || /[\0-\x08\x0b-\x1f\x7f\ufeff]/.test(text)) return undefined;
  const cursor = createCursor(text);
  const anchors = createAnchors(text);
  const reading = { text, cursor, anchors, inline: createInlineReader(text, anchors), mayRepeat };
  const roots: YamlNode[] = [];
  // A stream without content has no document.
  if (cursor.state === "end") return roots;
  for (let begin = 0; ;) {
    if (cursor.is("marker") && roots.length === 0 && begin === 0) begin = leaveMarker(reading);
    const root = readRoot(reading, begin);
    if (root === undefined) return undefined;
    roots.push(root);
    if (cursor.is("end")) return roots;
    if (!cursor.is("marker") || roots.length > maximumDocuments) return undefined;
    begin = leaveMarker(reading);
    anchors.clear();
  }
}

/** A document's root; one without content has a root all the same, where it begins. */
function readRoot(reading: Reading, begin: number): YamlNode | undefined {
  const { cursor } = reading;
  if (!cursor.is("content")) return cursor.is("unknown") ? undefined : plain("", begin);
  const root = readBlock(reading, { parent: -1, depth: 0 });
  // What is written on a line alone may go on below.
  return root?.kind === "scalar" || root?.kind === "alias" ? undefined : root;
}

/** The offset after a marker of documents and the spaces behind it. */
function leaveMarker({ text, cursor }: Reading): number {
  const after = skipSpaces(text, cursor.position + 3);
  cursor.leaveMarker();
  return after;
}

interface Reading {
  readonly text: string;
  readonly cursor: Cursor;
  readonly inline: InlineReader;
  readonly anchors: Anchors;
  readonly mayRepeat: boolean;
}

/** Where a node stands: its parent's indentation and how deep that is nested. */
interface Place {
  readonly parent: number;
  readonly depth: number;
}

/** Reads the node that begins at the cursor: a collection, or content of one line, a block scalar's lines too. */
function readBlock(reading: Reading, place: Place): YamlNode | undefined {
  const { text, cursor } = reading;
  if (place.depth > maximumDepth) return undefined;
  const { position, column } = cursor;
  if (text.charCodeAt(position) === dash && isSpaceOrEnd(text, position + 1))
    return readSequence(reading, column, place.depth);
  const key = readKey(reading, position);
  if (key !== undefined) return readMapping(reading, column, key, place.depth);
  return readContent(reading, position, place);
}

function readSequence(reading: Reading, column: number, depth: number): YamlNode | undefined {
  const { text, cursor } = reading;
  const start = cursor.position;
  const items: YamlNode[] = [];
  while (cursor.is("content") && cursor.column === column) {
    const at = cursor.position;
    if (text.charCodeAt(at) !== dash || !isSpaceOrEnd(text, at + 1)) break;
    const item = readItem(reading, at, column, depth);
    if (item === undefined) return undefined;
    items.push(item);
  }
  if (cursor.is("unknown") || cursor.column > column) return undefined;
  return { kind: "sequence", span: { start, end: cursor.end }, items };
}

function readItem(reading: Reading, at: number, column: number, depth: number): YamlNode | undefined {
  const { text, cursor } = reading;
  const place = { parent: column, depth: depth + 1 };
  return withProperties(reading, skipSpaces(text, at + 1), (content, isBare) => {
    if (isBlankAt(text, content)) {
      cursor.advance(content);
      return readNested(reading, content, place);
    }
    // A collection may begin on the dash's own line; its indentation is where it begins, and properties are its first key's.
    if (!isBare) return readContent(reading, content, place);
    cursor.position = content;
    cursor.column = column + (content - at);
    return readBlock(reading, place);
  });
}

/** What follows on later lines, or nothing, which is null at `empty`. */
function readNested(reading: Reading, empty: number, place: Place): YamlNode | undefined {
  const { cursor } = reading;
  if (cursor.is("unknown")) return undefined;
  if (cursor.is("content") && cursor.column > place.parent) {
    const node = readBlock(reading, place);
    // A scalar on a line of its own may go on below.
    return node?.kind === "scalar" || node?.kind === "alias" ? undefined : node;
  }
  cursor.end = empty;
  return plain("", empty);
}

function readMapping(reading: Reading, column: number, first: Key, depth: number): YamlNode | undefined {
  const { cursor } = reading;
  const start = cursor.position;
  const entries: YamlEntry[] = [];
  const seen = createSeen();
  let key: Key | undefined = first;
  while (key !== undefined) {
    if (!reading.mayRepeat && seen(key.scalar.text)) return undefined;
    const value = readValue(reading, key.after, column, depth);
    if (value === undefined) return undefined;
    entries.push({ key: key.scalar, value });
    // A scalar goes on where the next line is indented more, and nothing else may be.
    if (cursor.is("unknown") || cursor.column > column) return undefined;
    if (!cursor.is("content") || cursor.column < column) break;
    key = readKey(reading, cursor.position);
    // A dash where the sequence has ended, or a scalar among keys.
    if (key === undefined) return undefined;
  }
  return { kind: "mapping", span: { start, end: cursor.end }, entries };
}

function readValue(reading: Reading, after: number, column: number, depth: number): YamlNode | undefined {
  const { text, cursor } = reading;
  return withProperties(reading, skipSpaces(text, after), (at) => {
    if (!isBlankAt(text, at)) return readContent(reading, at, { parent: column, depth });
    cursor.advance(at);
    const isIndentless =
      cursor.is("content") &&
      cursor.column === column &&
      text.charCodeAt(cursor.position) === dash &&
      isSpaceOrEnd(text, cursor.position + 1);
    if (isIndentless) return readSequence(reading, column, depth + 1);
    return readNested(reading, at, { parent: column, depth: depth + 1 });
  });
}

/** Content that begins on this line: a scalar, or a flow collection. Nothing but a comment may follow it. */
function readContent(reading: Reading, at: number, place: Place): YamlNode | undefined {
  const { text, cursor, inline } = reading;
  const unit = text.charAt(at);
  if (unit === "|" || unit === ">") return readBlockScalar(reading, at, place.parent);
  const found = inline.read(at, place.parent);
  if (found === undefined || !isRestBlank(text, found.end)) return undefined;
  cursor.advance(found.end);
  cursor.end = found.end;
  return found.node;
}

function readBlockScalar({ text, cursor }: Reading, at: number, parent: number): YamlScalar | undefined {
  const header = readBlockHeader(text, at);
  if (header === undefined) return undefined;
  const { contentStart, style, keepsEnd } = header;
  const block = foldLines(text, contentStart, parent, style);
  if (block === undefined) return undefined;
  // The parser leaves out what is white space in Unicode alone, too.
  const content = text.slice(block.span.start, block.span.end);
  if (content === "" || content.trim() !== content) return undefined;
  cursor.advanceTo(block.next);
  cursor.end = block.span.end;
  const value = keepsEnd ? `${block.value}\n` : block.value;
  const exact = content === value;
  return { kind: "scalar", span: block.span, text: value, style, exact, contentStart };
}

/** Most mappings have few keys: comparing those is faster than hashing them. */
const fewKeys = 12;

/** Whether a mapping has a key, which it then has. */
function createSeen(): (key: string) => boolean {
  const keys: string[] = [];
  let all: Set<string> | undefined;
  return (key) => {
    if (all?.has(key) ?? keys.includes(key)) return true;
    if (all !== undefined) all.add(key);
    else if (keys.push(key) > fewKeys) all = new Set(keys);
    return false;
  };
}

interface Key {
  readonly scalar: YamlScalar;
  /** The offset after its colon. */
  readonly after: number;
}

/** The key that begins here; undefined where the line begins with something else. */
function readKey({ text, inline }: Reading, at: number): Key | undefined {
  const first = text.charAt(at);
  if (first === '"' || first === "'") {
    const quoted = inline.readQuoted(at);
    if (quoted === undefined) return undefined;
    const end = skipSpaces(text, quoted.end);
    if (text.charCodeAt(end) !== colon || !isSpaceOrEnd(text, end + 1)) return undefined;
    return end - at > maximumKey ? undefined : { scalar: quoted.node, after: end + 1 };
  }
  if (!inline.mayBeginPlain(at)) return undefined;
  for (let end = at; end - at < maximumKey; end++) {
    const unit = text.charCodeAt(end);
    // A line's or the text's end, and tabs, which are left alone.
    if (!(unit >= space)) return undefined;
    if (unit === hash && text.charCodeAt(end - 1) === space) return undefined;
    if (unit !== colon || !isSpaceOrEnd(text, end + 1)) continue;
    const key = text.charCodeAt(end - 1) === space ? text.slice(at, end).replace(/ +$/, "") : text.slice(at, end);
    return { scalar: plain(key, at), after: end + 1 };
  }
  return undefined;
}

function plain(value: string, start: number): YamlScalar {
  const span = { start, end: start + value.length };
  return { kind: "scalar", span, text: value, style: "plain", exact: true, contentStart: start };
}
