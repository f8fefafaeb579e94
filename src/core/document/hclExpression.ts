import {
  numberScalar,
  maximumCount,
  readHeredoc,
  readName,
  readString,
  scalar,
  skipRest,
  skipSpace,
  skipTo,
  take,
  type HclReader,
} from "./hclLexer.ts";
import type { YamlEntry, YamlNode, YamlScalar } from "./yamlNode.ts";

/** Tag of a scalar that is an expression and not a text: `var.image`, `a ? b : c`. */
export const expressionTag = "!expression";

/** What the tag of a sequence begins with that holds the arguments of a function; its name follows. */
export const callTag = "!call ";

const maximumDepth = 60;

/** The value of an attribute or an element; what follows it up to the end of the expression makes it one. */
export function readExpression(reader: HclReader, depth: number): YamlNode {
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

function readPrimary(reader: HclReader, depth: number): YamlNode | undefined {
  const { text } = reader;
  const start = reader.at;
  const first = text[start];
  if (first === '"') return readString(reader);
  if (first === "<" && text[start + 1] === "<") return readHeredoc(reader);
  if (first === "[" || first === "{") return readCollection(reader, depth);
  const name = take(reader, /[\p{L}_][\p{L}\p{N}_-]*/uy);
  if (name === undefined) {
    const number = take(reader, /-?[0-9][0-9.eE+-]*/y);
    return number === undefined ? undefined : numberScalar(number, { start, end: reader.at });
  }
  if (text[reader.at] === "(") {
    const list = readList(reader, ")", depth);
    const holds = list.kind === "sequence" && list.items.some(({ kind }) => kind !== "scalar");
    if (holds) return { ...list, tag: callTag + name, span: { start, end: list.span.end } };
    // `yamldecode(<<EOT ...)`: what the text holds is what the call gives.
    const [only, ...others] = list.kind === "sequence" ? list.items : [];
    if (only?.kind === "scalar" && only.style === "literal" && others.length === 0) return only;
  } else while (take(reader, /\.[\p{L}\p{N}_*-]+|\["[^"\n]{0,200}"\]|\[[0-9*]+\]/uy) !== undefined);
  const raw = text.slice(start, reader.at);
  const isWord = raw === "true" || raw === "false" || raw === "null";
  return scalar(raw, { start, end: reader.at }, "plain", true, isWord ? undefined : expressionTag);
}

/** A list or an object; one that is made by a loop is an expression. */
export function readCollection(reader: HclReader, depth: number): YamlNode {
  const start = reader.at;
  const isList = reader.text[start] === "[";
  const close = isList ? "]" : "}";
  if (take(reader, /[[{]\s*for\b(?!\s*[=:])/y) === undefined)
    return isList ? readList(reader, close, depth) : readObject(reader, depth);
  skipTo(reader, close);
  if (reader.text[reader.at] === close) reader.at += 1;
  const end = Math.min(reader.at, reader.text.length);
  return scalar(reader.text.slice(start, end), { start, end }, "plain", true, expressionTag);
}

function readList(reader: HclReader, close: string, depth: number): YamlNode {
  const start = reader.at;
  reader.at += 1;
  const items: YamlNode[] = [];
  while (reader.at < reader.text.length && reader.count < maximumCount) {
    skipSpace(reader, true);
    const next = reader.text[reader.at];
    if (next === close || next === undefined) break;
    const before = reader.at;
    if (next === ",") reader.at += 1;
    else items.push(readExpression(reader, depth + 1));
    if (reader.at === before) reader.at += 1;
  }
  if (reader.text[reader.at] === close) reader.at += 1;
  return { kind: "sequence", span: { start, end: Math.min(reader.at, reader.text.length) }, items };
}

/** The key of an object: a name, a text, a number, or an expression in parentheses (HCL specification, "Collection values"). */
function readKey(reader: HclReader): YamlScalar | undefined {
  const { text, at: start } = reader;
  const number = take(reader, /[0-9][0-9.]*/y);
  if (number !== undefined) return scalar(number, { start, end: reader.at }, "plain");
  if (text[start] !== "(") return readName(reader);
  reader.at += 1;
  skipTo(reader, ")");
  const span = { start: start + 1, end: Math.min(reader.at, text.length) };
  reader.at += 1;
  return scalar(text.slice(span.start, span.end), span, "plain", true, expressionTag);
}

function readObject(reader: HclReader, depth: number): YamlNode {
  const start = reader.at;
  reader.at += 1;
  const entries: YamlEntry[] = [];
  while (reader.at < reader.text.length && reader.count < maximumCount) {
    skipSpace(reader, true);
    const next = reader.text[reader.at];
    if (next === "}" || next === undefined) break;
    const before = reader.at;
    const key = next === "," ? undefined : readKey(reader);
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
