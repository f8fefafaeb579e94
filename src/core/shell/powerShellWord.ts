import {
  insertWord,
  maximumDepth,
  memberName,
  nameOf,
  spread,
  variable,
  type PowerShellReader,
} from "./powerShellReader.ts";
import { take } from "./take.ts";

const member = /(?:\.[A-Za-z_]\w*|\[[^\]\r\n]*\]|::\w+)+(?:\([^()\r\n]*\))?/y;
const plain = /[\w./:=+~%^*-][\w./:=+~%^*@-]*/y;

/** Reads a piece of a word, or what parts words. */
export function readWordPart(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  const character = text[start] ?? "";
  reader.isStart = false;
  if (character === '"') readQuoted(reader);
  else if (character === "'") {
    const end = text.indexOf("'", start + 1);
    reader.at = end < 0 ? text.length : end + 1;
    pieces.add(start, reader.at);
    if (end < 0) pieces.addText("'", reader.at - 1);
  } else if (character === "$") readVariable(reader, false);
  else if (character === "`") escape(reader);
  else if (take(reader, /(?<![^\s(,;|])@(?=\w)/y) !== undefined) {
    const name = take(reader, /\w+/y)?.[0] ?? "";
    insertWord(reader, spread(nameOf(name)), start);
  } else if (character === "(" && reader.depth < maximumDepth) readNested(reader);
  else if (take(reader, plain) !== undefined) pieces.add(start, reader.at);
  else {
    reader.at += 1;
    if (character === "\\" || character === "[" || character === "]") pieces.addText("\\", start);
    pieces.add(start, reader.at);
    if (/[|&]/.test(character)) reader.isStart = true;
  }
}

/** `(...)` as a word: what runs in it is read. */
export function readNested(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const only = take(reader, /\([ \t]*(?=\$[\w:]+[ \t]*\))/y);
  if (only !== undefined) {
    readVariable(reader, false);
    take(reader, /[ \t]*\)/y);
    return;
  }
  const start = reader.at;
  reader.at += text.startsWith("$(", start) ? 2 : 1;
  pieces.addText("$(", start);
  reader.depth += 1;
  reader.isStart = true;
  while (reader.at < text.length && text[reader.at] !== ")") {
    const from = reader.at;
    reader.readToken();
    if (reader.at === from) break;
  }
  pieces.addText(")", Math.min(reader.at, text.length - 1));
  if (reader.at < text.length) reader.at += 1;
  reader.depth -= 1;
  reader.isStart = false;
}

function readQuoted(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  reader.at += 1;
  pieces.add(start, reader.at);
  while (reader.at < text.length && text[reader.at] !== '"') {
    const from = reader.at;
    if (take(reader, /[^"`$\\]+/y) !== undefined) pieces.add(from, reader.at);
    else if (text[from] === "`") escape(reader);
    else if (text[from] === "$") readVariable(reader, true);
    else {
      pieces.addText("\\", from);
      reader.at += 1;
      pieces.add(from, reader.at);
    }
  }
  const end = Math.min(reader.at, text.length - 1);
  pieces.addText('"', end);
  if (reader.at < text.length) reader.at += 1;
}

/** A backtick takes from the character after it what it means. */
function escape(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  reader.at += 2;
  const character = text[start + 1] ?? "";
  if (/[\w\s]|^$/.test(character)) pieces.addText(" ", start);
  else {
    if (/["$`\\]/.test(character)) pieces.addText("\\", start);
    pieces.add(start + 1, start + 2);
  }
}

/** `$name`, `${name}`, `$env:NAME`, `$($name.Key)`; outside strings with what is a part of it. */
function readVariable(reader: PowerShellReader, isQuoted: boolean): void {
  const { pieces, text } = reader;
  const start = reader.at;
  if (take(reader, /\$\{\{[^\r\n]*?\}\}/y) !== undefined) {
    pieces.add(start, reader.at);
    return;
  }
  const inner = take(reader, held);
  if (inner !== undefined) {
    insertVariable(reader, nameIn(reader, inner[1] ?? "", inner[2] ?? ""), start);
    return;
  }
  if (text.startsWith("$(", start) && reader.depth < maximumDepth) {
    readNested(reader);
    return;
  }
  const match = take(reader, variable);
  if (match === undefined && take(reader, oddName) !== undefined) {
    insertVariable(reader, "odd__", start);
    return;
  }
  if (match === undefined) {
    pieces.addText("\\", start);
    reader.at += 1;
    pieces.add(start, reader.at);
    return;
  }
  const name = match[1] ?? match[2] ?? "";
  if (isQuoted) insertVariable(reader, nameOf(name), start);
  else if (reader.lists.has(nameOf(name)) && readListed(reader, nameOf(name), start)) return;
  else insertVariable(reader, nameIn(reader, name, take(reader, member)?.[0] ?? ""), start);
}

/** `${any characters}`, which nobody sets that means to run it elsewhere. */
const oddName = /\$\{[^{}\r\n]+\}/y;

/** `$($name)`, `$($name.Key)`. */
const held = /\$\(\$([\w:]+)((?:\.\w+|\[["'][^"'\]\r\n]+["']\])*)\)/y;
const index = /\[\$?(\w+)\]/y;

/** A list alone is all its elements; in a loop, an index is any of them. */
function readListed(reader: PowerShellReader, name: string, start: number): boolean {
  const { text } = reader;
  const isAlone = /^[\s(,;|]?$/.test(text[start - 1] ?? "") && /^[\s),;|]?$/.test(text[reader.at] ?? "");
  const element = isAlone ? undefined : take(reader, index);
  if (element !== undefined) insertVariable(reader, `${name}[${element[1] ?? ""}]`, start);
  else if (isAlone) insertWord(reader, spread(name), start);
  return isAlone || element !== undefined;
}

/** The variable that stands for a part of another; nothing sets one that is not known. */
function nameIn({ members }: PowerShellReader, name: string, path: string): string {
  if (path === "") return nameOf(name);
  if (path.includes("(")) return `${nameOf(name)}__`;
  const any = /^\[\$(\w+)\]$/.exec(path)?.[1];
  if (any !== undefined && members.has(`${nameOf(name)}__values`)) return `${nameOf(name)}__values[${any}]`;
  const full = memberName(name, path);
  return members.has(full) ? full : `${nameOf(name)}__`;
}

function insertVariable({ pieces, at }: PowerShellReader, name: string, start: number): void {
  pieces.addText(`\${${name}`, start);
  pieces.addText("}", at - 1);
}
