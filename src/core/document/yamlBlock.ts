import { createInlineReader, type InlineReader } from "./yamlInline.ts";
import { foldLines, readBlockHeader } from "./yamlBlockScalar.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./yamlNode.ts";

/** Nesting; what is nested deeper is left to the parser that watches it. */
const maximumDepth = 40;
const maximumDocuments = 1_000;
/** A key of one line has at most 1,024 characters (YAML 1.2.2, 7.4.2). */
const maximumKey = 1_000;
/** Longer texts are left to the parser that counts their tokens. */
const maximumLength = 1_000_000;

const newline = 10;
const space = 32;
const hash = 35;
const dash = 45;
const colon = 58;

/**
 * Reads the YAML that people mostly write: block mappings and sequences of one-line scalars, block scalars and flow
 * collections, ten times faster than a parser that must keep every token. Gives the roots of the stream's documents as
 * `readYaml` does, or undefined for everything else: anchors, aliases, tags, directives, complex keys, scalars of
 * several lines, tabs that indent, repeated keys (except where `mayRepeat`) and every error. What it does not know for
 * certain, it leaves alone.
 */
export function readSimpleYaml(text: string, mayRepeat: boolean = false): readonly YamlNode[] | undefined {
  // Control characters, carriage returns and byte-order marks have meanings of their own.
  // oxlint-disable-next-line no-control-regex
  if (text.length > maximumLength || /[\0-\x08\x0b-\x1f\x7f\ufeff]/.test(text)) return undefined;
  const cursor = createCursor(text);
  const inline = createInlineReader(text);
  const roots: YamlNode[] = [];
  if (cursor.state === "marker") cursor.leaveMarker();
  for (;;) {
    // A document without content has a root all the same.
    if (cursor.state !== "content") return undefined;
    const root = readBlock({ text, cursor, inline, mayRepeat }, { parent: -1, depth: 0 });
    if (root === undefined || root.kind === "scalar") return undefined;
    roots.push(root);
    if (cursor.is("end")) return roots;
    if (!cursor.is("marker") || roots.length > maximumDocuments) return undefined;
    cursor.leaveMarker();
  }
}

interface Reading {
  readonly text: string;
  readonly cursor: Cursor;
  readonly inline: InlineReader;
  readonly mayRepeat: boolean;
}

/** Where a node stands: its parent's indentation and how deep that is nested. */
interface Place {
  readonly parent: number;
  readonly depth: number;
}

/** The next content: its first character, past blank lines and comments. */
interface Cursor {
  /** `unknown`: nothing that this reader goes on after. */
  state: "content" | "marker" | "end" | "unknown";
  position: number;
  column: number;
  /** Where the content read last ends. */
  end: number;
  is(state: Cursor["state"]): boolean;
  /** Goes to the first content on the lines after the one that `from` is on. */
  advance(from: number): void;
  /** Goes to the first content from the start of a line. */
  advanceTo(lineStart: number): void;
  leaveMarker(): void;
}

function createCursor(text: string): Cursor {
  const cursor: Cursor = {
    state: "end",
    position: 0,
    column: 0,
    end: 0,
    is: (state) => cursor.state === state,
    advance(from) {
      const lineEnd = text.indexOf("\n", from);
      cursor.advanceTo(lineEnd < 0 ? text.length : lineEnd + 1);
    },
    advanceTo(start) {
      let lineStart = start;
      while (lineStart < text.length) {
        let at = lineStart;
        while (text.charCodeAt(at) === space) at++;
        const unit = text.charCodeAt(at);
        if (unit !== newline && unit !== hash && at < text.length) {
          cursor.position = at;
          cursor.column = at - lineStart;
          cursor.state = stateAt(text, at, cursor.column);
          return;
        }
        const lineEnd = unit === newline ? at : text.indexOf("\n", at);
        if (lineEnd < 0) break;
        lineStart = lineEnd + 1;
      }
      cursor.position = text.length;
      cursor.column = -1;
      cursor.state = "end";
    },
    leaveMarker() {
      const after = cursor.position + 3;
      if (isRestBlank(text, after)) cursor.advance(after);
      else cursor.state = "unknown";
    },
  };
  cursor.advanceTo(0);
  return cursor;
}

function stateAt(text: string, at: number, column: number): Cursor["state"] {
  if (text.charAt(at) === "\t") return "unknown";
  if (column > 0) return "content";
  if (text.startsWith("---", at)) return isSpaceOrEnd(text, at + 3) ? "marker" : "content";
  if (text.startsWith("...", at) || text.charAt(at) === "%") return "unknown";
  return "content";
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
  const content = skipSpaces(text, at + 1);
  const place = { parent: column, depth: depth + 1 };
  if (isBlankAt(text, content)) {
    cursor.advance(content);
    return readNested(reading, content, place);
  }
  // A collection may begin on the dash's own line; its indentation is where it begins.
  cursor.position = content;
  cursor.column = column + (content - at);
  return readBlock(reading, place);
}

/** What follows on later lines, or nothing, which is null at `empty`. */
function readNested(reading: Reading, empty: number, place: Place): YamlNode | undefined {
  const { cursor } = reading;
  if (cursor.is("unknown")) return undefined;
  if (cursor.is("content") && cursor.column > place.parent) {
    const node = readBlock(reading, place);
    // A scalar on a line of its own may go on below.
    return node?.kind === "scalar" ? undefined : node;
  }
  cursor.end = empty;
  return plain("", empty);
}

function readMapping(reading: Reading, column: number, first: Key, depth: number): YamlNode | undefined {
  const { cursor } = reading;
  const start = cursor.position;
  const entries: YamlEntry[] = [];
  const seen = new Set<string>();
  let key: Key | undefined = first;
  while (key !== undefined) {
    if (!reading.mayRepeat && seen.has(key.scalar.text)) return undefined;
    seen.add(key.scalar.text);
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
  const at = skipSpaces(text, after);
  if (!isBlankAt(text, at)) return readContent(reading, at, { parent: column, depth });
  cursor.advance(at);
  const isIndentless =
    cursor.is("content") &&
    cursor.column === column &&
    text.charCodeAt(cursor.position) === dash &&
    isSpaceOrEnd(text, cursor.position + 1);
  if (isIndentless) return readSequence(reading, column, depth + 1);
  return readNested(reading, at, { parent: column, depth: depth + 1 });
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
  cursor.advanceTo(block.next);
  cursor.end = block.span.end;
  const value = keepsEnd ? `${block.value}\n` : block.value;
  const exact = text.slice(block.span.start, block.span.end) === value;
  return { kind: "scalar", span: block.span, text: value, style, exact, contentStart };
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
    if (quoted === undefined || text.charCodeAt(quoted.end) !== colon || !isSpaceOrEnd(text, quoted.end + 1))
      return undefined;
    return quoted.end - at > maximumKey ? undefined : { scalar: quoted.node, after: quoted.end + 1 };
  }
  if (!inline.mayBeginPlain(at)) return undefined;
  for (let end = at; end - at < maximumKey; end++) {
    const unit = text.charCodeAt(end);
    if (Number.isNaN(unit) || unit === newline) return undefined;
    if (unit === hash && text.charCodeAt(end - 1) === space) return undefined;
    if (unit !== colon || !isSpaceOrEnd(text, end + 1)) continue;
    const key = text.slice(at, end);
    if (key.endsWith(" ") || key.includes("\t")) return undefined;
    return { scalar: plain(key, at), after: end + 1 };
  }
  return undefined;
}

function plain(value: string, start: number): YamlScalar {
  const span = { start, end: start + value.length };
  return { kind: "scalar", span, text: value, style: "plain", exact: true, contentStart: start };
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === space) at++;
  return at;
}

function isSpaceOrEnd(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === space || unit === newline || at >= text.length;
}

/** Whether a line holds nothing more from here, after white space; a comment is nothing. */
function isBlankAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return at >= text.length || unit === newline || (unit === hash && text.charCodeAt(at - 1) === space);
}

function isRestBlank(text: string, from: number): boolean {
  return isBlankAt(text, skipSpaces(text, from));
}
