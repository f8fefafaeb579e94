import type { Span } from "../image/span.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./yamlNode.ts";

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

/** Tag of a scalar that is an expression and not a text: `var.image`, `a ? b : c`. */
export const expressionTag = "!expression";

interface Reader {
  readonly text: string;
  at: number;
  /** Blocks and values read so far. */
  count: number;
}

const maximumDepth = 60;
const maximumCount = 200_000;

/**
 * Reads HCL (HashiCorp's native syntax specification) as far as values are concerned: blocks, attributes, strings,
 * here-documents, lists and objects as the nodes that YAML has; every other expression is a scalar tagged
 * `expressionTag`, a function's call with lists or objects a sequence of its arguments. Never throws; what cannot be
 * understood is left out.
 */
export function readHcl(text: string): HclBody {
  return readBody({ text, at: 0, count: 0 }, 0);
}

function readBody(reader: Reader, depth: number): HclBody {
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

const space = /(?:[ \t\r]+|\/\*[\s\S]*?(?:\*\/|$))/y;
const lineComment = /(?:#|\/\/)[^\n]*/y;

function skipSpace(reader: Reader, overLines: boolean): void {
  for (;;) {
    if (take(reader, space) !== undefined) continue;
    if (overLines && (take(reader, lineComment) !== undefined || take(reader, /\n+/y) !== undefined)) continue;
    return;
  }
}

function take(reader: Reader, form: RegExp): string | undefined {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text)?.[0];
  if (found === undefined || found === "") return undefined;
  reader.at += found.length;
  return found;
}

/** A key or label: a name or a string. */
function readName(reader: Reader): YamlScalar | undefined {
  if (reader.text[reader.at] === '"') return readString(reader);
  const start = reader.at;
  const name = take(reader, /[\p{L}_][\p{L}\p{N}_-]*/uy);
  return name === undefined ? undefined : scalar(name, { start, end: reader.at }, "plain");
}

function scalar(text: string, span: Span, style: YamlScalar["style"], exact = true, tag?: string): YamlScalar {
  return { kind: "scalar", text, span, style, exact, contentStart: span.start, ...(tag === undefined ? {} : { tag }) };
}

/** A string; the quotes of its interpolations are not its own. */
function readString(reader: Reader): YamlScalar {
  const { text } = reader;
  const start = reader.at + 1;
  reader.at = start;
  let hasEscapes = false;
  while (reader.at < text.length && text[reader.at] !== '"' && text[reader.at] !== "\n") {
    if (text[reader.at] === "\\") {
      hasEscapes = true;
      reader.at += 2;
    } else if (isOpening(text, reader.at)) skipBraces(reader);
    else reader.at += 1;
  }
  const end = Math.min(reader.at, text.length);
  if (text[reader.at] === '"') reader.at += 1;
  const raw = text.slice(start, end);
  return hasEscapes
    ? scalar(unescaped(raw), { start, end }, "double-quoted", false)
    : scalar(raw, { start, end }, "double-quoted");
}

function unescaped(raw: string): string {
  const simple = new Map([
    ["n", "\n"],
    ["r", "\r"],
    ["t", "\t"],
  ]);
  return raw.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (simple.get(code) ?? code),
  );
}

/** Whether `${` or `%{` begins here, which `$${` does not. */
function isOpening(text: string, at: number): boolean {
  const sign = text[at];
  return (sign === "$" || sign === "%") && text[at + 1] === "{" && text[at - 1] !== sign;
}

/** Skips from `${` to the brace that closes it, over strings and braces inside. */
function skipBraces(reader: Reader): void {
  const { text } = reader;
  let depth = 0;
  let inString = false;
  for (; reader.at < text.length; reader.at++) {
    const character = text[reader.at];
    if (character === "\n" && !inString && depth > 20) return;
    if (inString) {
      if (character === "\\") reader.at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{") depth += 1;
    else if (character === "}" && --depth === 0) {
      reader.at += 1;
      return;
    }
  }
}

/** The value of an attribute or an element; what follows it up to the end of the expression makes it one. */
function readExpression(reader: Reader, depth: number): YamlNode {
  skipSpace(reader, false);
  const start = reader.at;
  reader.count += 1;
  const value = depth >= maximumDepth ? undefined : readPrimary(reader, depth);
  const end = reader.at;
  skipSpace(reader, false);
  const next = reader.text[reader.at];
  const isComment = next === "#" || (next === "/" && reader.text[reader.at + 1] === "/");
  if (value !== undefined && (next === undefined || isComment || /[\n,\])}:]/.test(next))) return value;
  if (value !== undefined && next === "=" && reader.text[reader.at + 1] !== "=") return value;
  reader.at = end;
  skipRest(reader);
  const raw = reader.text.slice(start, reader.at).trimEnd();
  return scalar(raw, { start, end: start + raw.length }, "plain", true, expressionTag);
}

function readPrimary(reader: Reader, depth: number): YamlNode | undefined {
  const { text } = reader;
  const start = reader.at;
  const first = text[start];
  if (first === '"') return readString(reader);
  if (first === "<" && text[start + 1] === "<") return readHeredoc(reader);
  if (first === "[") return readList(reader, "]", depth);
  if (first === "{") return readObject(reader, depth);
  const name = take(reader, /[\p{L}_][\p{L}\p{N}_-]*/uy);
  if (name === undefined) {
    const number = take(reader, /-?[0-9][0-9.eE+-]*/y);
    return number === undefined ? undefined : scalar(number, { start, end: reader.at }, "plain");
  }
  if (text[reader.at] === "(") {
    const list = readList(reader, ")", depth);
    const holds = list.kind === "sequence" && list.items.some(({ kind }) => kind !== "scalar");
    if (holds) return list;
    // `yamldecode(<<EOT ...)`: what the text holds is what the call gives.
    const [only, ...others] = list.kind === "sequence" ? list.items : [];
    if (only?.kind === "scalar" && only.style === "literal" && others.length === 0) return only;
  } else while (take(reader, /\.[\p{L}\p{N}_*-]+|\["[^"\n]{0,200}"\]|\[[0-9*]+\]/uy) !== undefined);
  const raw = text.slice(start, reader.at);
  const isWord = raw === "true" || raw === "false" || raw === "null";
  return scalar(raw, { start, end: reader.at }, "plain", true, isWord ? undefined : expressionTag);
}

function readList(reader: Reader, close: string, depth: number): YamlNode {
  const start = reader.at;
  reader.at += 1;
  const items: YamlNode[] = [];
  while (reader.at < reader.text.length && reader.count < maximumCount) {
    skipSpace(reader, true);
    const next = reader.text[reader.at];
    if (next === close || next === undefined) break;
    const before = reader.at;
    if (next === ",") reader.at += 1;
    else if (/^for\b/.test(reader.text.slice(before, before + 4))) skipTo(reader, close);
    else items.push(readExpression(reader, depth + 1));
    if (reader.at === before) reader.at += 1;
  }
  if (reader.text[reader.at] === close) reader.at += 1;
  return { kind: "sequence", span: { start, end: Math.min(reader.at, reader.text.length) }, items };
}

function readObject(reader: Reader, depth: number): YamlNode {
  const start = reader.at;
  reader.at += 1;
  const entries: YamlEntry[] = [];
  while (reader.at < reader.text.length && reader.count < maximumCount) {
    skipSpace(reader, true);
    const next = reader.text[reader.at];
    if (next === "}" || next === undefined) break;
    const before = reader.at;
    if (/^for\b/.test(reader.text.slice(before, before + 4))) {
      skipTo(reader, "}");
      break;
    }
    const key = next === "," ? undefined : readName(reader);
    skipSpace(reader, false);
    if (key !== undefined && /[=:]/.test(reader.text[reader.at] ?? "")) {
      reader.at += 1;
      entries.push({ key, value: readExpression(reader, depth + 1) });
    }
    if (reader.at === before) reader.at += 1;
  }
  if (reader.text[reader.at] === "}") reader.at += 1;
  return { kind: "mapping", span: { start, end: Math.min(reader.at, reader.text.length) }, entries };
}

/** `<<EOT` and `<<-EOT` up to the line that says so again. */
function readHeredoc(reader: Reader): YamlNode | undefined {
  const { text } = reader;
  const head = /<<-?([\p{L}_][\p{L}\p{N}_-]*)[ \t]*\r?\n/uy;
  head.lastIndex = reader.at;
  const found = head.exec(text);
  const word = found?.[1];
  if (found === null || word === undefined) return undefined;
  const start = reader.at + found[0].length;
  for (let at = start; ;) {
    const lineBreak = text.indexOf("\n", at);
    const end = lineBreak < 0 ? text.length : lineBreak;
    const isEnd = text.slice(at, end).trim() === word;
    if (isEnd || lineBreak < 0) {
      const to = isEnd ? at : end;
      reader.at = end;
      return scalar(text.slice(start, to), { start, end: to }, "literal");
    }
    at = end + 1;
  }
}

/** Skips the rest of an expression: to the end of its line, or to what closes or separates it. */
function skipRest(reader: Reader): void {
  const { text } = reader;
  let depth = 0;
  while (reader.at < text.length) {
    const character = text[reader.at] ?? "";
    if (character === '"') readString(reader);
    else if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character) && --depth < 0) return;
    else if (depth === 0 && (character === "," || character === "\n" || character === "#")) return;
    if (character !== '"') reader.at += 1;
  }
}

function skipTo(reader: Reader, close: string): void {
  let depth = 0;
  const { text } = reader;
  while (reader.at < text.length) {
    const character = text[reader.at] ?? "";
    if (character === '"') {
      readString(reader);
      continue;
    }
    if (depth === 0 && character === close) return;
    if ("([{".includes(character)) depth += 1;
    else if (")]}".includes(character)) depth -= 1;
    reader.at += 1;
  }
}
