import { insertWord, maximumDepth, memberName, nameOf, spread, type PowerShellReader } from "./powerShellReader.ts";
import { readNested, readWordPart } from "./powerShellWord.ts";
import { take } from "./take.ts";

const assignment =
  /(?:\[[\w.[\]]+\][ \t]*)?\$(?:\{([\w:]+)\}|([\w:]+))((?:\.\w+)*)[ \t]*(\+?)=(?!=)[ \t]*(?:`?\r?\n[ \t]*)?/y;
const addition = /(?:\[void\][ \t]*|\$null[ \t]*=[ \t]*)?\$(\w+)\.Add(?:Range)?\(/iy;
/** A text of which something else is made. */
const computed =
  /(?:"[^"\r\n]*"|'[^'\r\n]*'|\$[\w:]+)[ \t]*(?:-(?:f|join|replace|split)[ \t]|\.[A-Za-z]\w*\()[^\r\n]*/iy;
const branching = /(?=if[ \t]*\(|switch[ \t]*[-(])/iy;
const cast = /\[[\w.[\]]+\][ \t]*(?=@\()/y;
const toTable = /(?:\[(?:pscustomobject|ordered|hashtable)\][ \t]*)?(?=@\{)/iy;
const toTables = /@\((?=(?:\s|#[^\r\n]*\n)*(?:\[(?:pscustomobject|ordered|hashtable)\]\s*)?@\{)/iy;
const plus = /[ \t]*\+[ \t]*(?:`?\r?\n[ \t]*)?(?=["'$(@])/y;
const between = /(?:[\s;,]|#[^\r\n]*)+/y;
const key = /(?:(["'])([^"'\r\n]{1,100})\1|([A-Za-z_][\w-]*))[ \t]*=[ \t]*(?:\r?\n[ \t]*)?/y;

/** More keys than a script's own tables have. */
const maximumMembers = 500;

/** `$name = ...`, `$name += ...`, `$name.Add(...)`. */
export function readAssignment(reader: PowerShellReader): boolean {
  const { pieces } = reader;
  const start = reader.at;
  const added = take(reader, addition);
  if (added !== undefined) {
    pieces.addText(`${nameOf(added[1] ?? "")}+=(`, start);
    readList(reader, ")");
    pieces.addText(")", Math.max(start, reader.at - 1));
    reader.lists.add(nameOf(added[1] ?? ""));
    reader.isStart = false;
    return true;
  }
  const match = take(reader, assignment);
  if (match === undefined) return false;
  const name = memberName(match[1] ?? match[2] ?? "", match[3] ?? "");
  if (match[3] !== "") noteMember(reader, name);
  readValue(reader, name, start, match[4] === "+");
  return true;
}

/** A value of a variable: a text, a list of them, a table, what branches say, or what a command prints, which only runs. */
export function readValue(reader: PowerShellReader, name: string, start: number, isAdded = false): void {
  const { pieces, text, lists } = reader;
  if (take(reader, branching) !== undefined) {
    reader.assigns = name;
    pieces.addText(" ", start);
    return;
  }
  take(reader, cast);
  if (take(reader, toTable) !== undefined) {
    pieces.addText("\n", start);
    readTable(reader, name);
  } else if (take(reader, toTables) !== undefined) readTables(reader, name);
  else if (/[@("'$]/.test(text[reader.at] ?? "") && !/^@["']/.test(text.slice(reader.at, reader.at + 2))) {
    const isList = isListAt(reader) || (isAdded && lists.has(name));
    if (isList || !isAdded) lists.delete(name);
    pieces.addText(`${name}${isAdded ? "+" : ""}=${isList ? "(" : ""}`, start);
    if (isList) {
      readLists(reader);
      lists.add(name);
      pieces.addText(")", Math.max(start, reader.at - 1));
      if (take(reader, /[ \t]*-(?:join|replace|split|match|f)\b[^\r\n]*/iy) !== undefined) {
        lists.delete(name);
        pieces.addText(`\n${name}="$(:)"`, reader.at - 1);
      }
    } else if (readFormatted(reader)) lists.delete(name);
    else if (take(reader, computed) !== undefined) pieces.addText('"$(:)"', start);
    else if (!readDefault(reader)) readJoined(reader);
  } else if (/[A-Za-z&{]/.test(text[reader.at] ?? "")) {
    pieces.addText(" ", start);
    return;
  } else pieces.addText(`${name}=`, start);
  reader.isStart = false;
}

/** Whether a list begins here: marked as one, parted by commas, or one that another is put to. */
function isListAt({ text, at, lists }: PowerShellReader): boolean {
  const head = text.slice(at, at + 1000);
  if (/^(?:@\(|(?:"[^"\r\n]*"|'[^'\r\n]*')[ \t]*,|\$[\w:]+[ \t]*\+[ \t]*@\()/.test(head)) return true;
  const name = /^\$([\w:]+)[ \t]*(?=[\r\n+;,}]|$)/.exec(head)?.[1];
  return name !== undefined && lists.has(nameOf(name));
}

const format = /(["'])((?:(?!\1)[^\r\n$`])*)\1[ \t]*-f[ \t]+/iy;
const argument = /"[^"\r\n]*"|'[^'\r\n]*'|\$[\w:]+(?:\.\w+)*(?!\()|\([^()\r\n]*\)/y;

/** `"{0}:{1}" -f $name, "22"` */
function readFormatted(reader: PowerShellReader): boolean {
  const { pieces } = reader;
  const start = reader.at + 1;
  const text = take(reader, format)?.[2];
  if (text === undefined) return false;
  const given: (readonly [start: number, end: number])[] = [];
  do {
    const from = reader.at;
    if (take(reader, argument) !== undefined) given.push([from, reader.at]);
  } while (take(reader, /[ \t]*,[ \t]*/y) !== undefined);
  const end = reader.at;
  for (const piece of text.matchAll(/\{(\d+)\}|\{[^{}]*\}|[^{}]+/g)) {
    const [from, to] = given[Number(piece[1])] ?? [end, end];
    reader.at = from;
    if (piece[0].startsWith("{") && from === to) pieces.addText('"$(:)"', start + piece.index);
    else if (piece[1] !== undefined) while (reader.at < to) readWordPart(reader);
    else {
      pieces.addText('"', start + piece.index);
      pieces.add(start + piece.index, start + piece.index + piece[0].length);
      pieces.addText('"', start + piece.index);
    }
  }
  reader.at = end;
  return true;
}

const operand = String.raw`(?:"[^"\r\n]*"|'[^'\r\n]*'|\$[\w:]+(?:\.\w+)*)`;
/** Texts that `+` joins or a format puts together, in parentheses; not a variable alone, which may be a list. */
const together = new RegExp(
  String.raw`\$?\([ \t]*(?!\$[\w:]+(?:\.\w+)*[ \t]*\))(?=(?:${operand}(?:[ \t]*\+[ \t]*${operand})*|(?:"[^"\r\n$\x60]*"|'[^'\r\n$\x60]*')[ \t]*-f[ \t]+${operand}(?:[ \t]*,[ \t]*${operand})*)[ \t]*\))`,
  "iy",
);

/** `docker pull ($registry + "/app:1")`: a word that is put together where it stands. */
export function readTogether(reader: PowerShellReader): boolean {
  if (reader.isStart || !/[\s,=]/.test(reader.text[reader.at - 1] ?? "")) return false;
  if (take(reader, together) === undefined) return false;
  if (!readFormatted(reader)) readJoined(reader);
  take(reader, /[ \t]*\)/y);
  return true;
}

/** `$env:IMAGE ?? "node:22"` */
function readDefault(reader: PowerShellReader): boolean {
  const start = reader.at;
  const match = take(reader, /\$([\w:]+)[ \t]*\?\?[ \t]*(?=["'$])/y);
  if (match === undefined) return false;
  reader.pieces.addText(`"\${${nameOf(match[1] ?? "")}:-`, start);
  readWordPart(reader);
  reader.pieces.addText('}"', reader.at - 1);
  return true;
}

/** Reads texts that `+` joins. */
function readJoined(reader: PowerShellReader): void {
  do readWordPart(reader);
  while (take(reader, plus) !== undefined);
}

const beforePlus = /\$([\w:]+)(?=[ \t]*\+)/y;
const joined = /\$([\w:]+)(?=[ \t]*(?:[\r\n+;}]|$))/y;

/** Reads lists that `+` joins. */
function readLists(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  let isJoined = false;
  do {
    const isMarked = text.startsWith("@(", reader.at);
    const start = reader.at;
    if (isMarked) reader.at += 2;
    // What a list is put to is one itself.
    const other = isMarked ? undefined : take(reader, isJoined ? joined : beforePlus)?.[1];
    isJoined = true;
    if (other === undefined) readList(reader, isMarked ? ")" : "\n");
    else insertWord(reader, spread(nameOf(other)), start);
    pieces.addText(" ", Math.max(0, reader.at - 1));
  } while (take(reader, plus) !== undefined);
}

/** Reads the words of a list, which commas part. */
export function readList(reader: PowerShellReader, end: ")" | "\n" | "|"): void {
  const { pieces, text } = reader;
  let isFirst = true;
  for (let depth = 0; reader.at < text.length;) {
    const start = reader.at;
    const character = text[start] ?? "";
    if (depth === 0 && (character === end || (end === "\n" && /[;|]/.test(character)))) {
      if (end === ")") reader.at += 1;
      return;
    }
    if (character === "{" || character === "}") return;
    if (
      end === "\n" &&
      depth === 0 &&
      /^[ \t]*(?:\+|-(?:join|replace|split|match|f)\b)/i.test(text.slice(start, start + 20))
    )
      return;
    if (text.startsWith("@(", start) || (character === "(" && isFirst)) {
      depth += 1;
      reader.at += character === "(" ? 1 : 2;
    } else if (character === ")") {
      depth -= 1;
      reader.at += 1;
    } else if (character === "#") take(reader, /[^\r\n]*/y);
    else if (take(reader, /,[ \t\r\n]*/y) !== undefined || take(reader, /[\s`]/y) !== undefined)
      pieces.addText(" ", start);
    else if (!readElement(reader)) readWordPart(reader);
    if (/\S/.test(character)) isFirst = false;
  }
}

const put = /\([ \t]*(?=(?:"[^"\r\n]*"|'[^'\r\n]*'|\$\w+)[ \t]*\+)/y;
const alone = /\$([\w:]+)((?:\.[A-Za-z_]\w*(?!\())*)(?=\s*(?:[,);|+\r\n]|$))/y;

/** A variable alone, or a word that is put together in parentheses. */
function readElement(reader: PowerShellReader): boolean {
  const { pieces, text, lists, members } = reader;
  const start = reader.at;
  const match = take(reader, alone);
  if (match !== undefined) {
    const [, base = "", path = ""] = match;
    const name = memberName(base, path);
    const known = path === "" || members.has(name) ? name : `${nameOf(base)}__`;
    const word = lists.has(name) ? spread(name) : `"\${${known}}"`;
    pieces.addText(word.slice(0, -2), start);
    pieces.addText(word.slice(-2), reader.at - 1);
    return true;
  }
  if (take(reader, put) !== undefined) {
    readJoined(reader);
    take(reader, /[ \t]*\)/y);
    return true;
  }
  if (text[start] !== "(" || reader.depth >= maximumDepth) return false;
  pieces.addText('"', start);
  readNested(reader);
  pieces.addText('"', Math.max(start, reader.at - 1));
  return true;
}

/** `@{ Image = "node:22" }`: what stands under each key, as a variable of its own, and all of it as a list. */
export function readTable(reader: PowerShellReader, name: string): void {
  const { pieces, text, blocks } = reader;
  const open = blocks.length;
  const texts: string[] = [];
  reader.at += 2;
  reader.depth += 1;
  while (reader.at < text.length) {
    const start = reader.at;
    if (take(reader, between) !== undefined) continue;
    if (text[start] === "}" && blocks.length <= open) break;
    const match = take(reader, key);
    if (match !== undefined && reader.depth < maximumDepth) {
      const member = `${name}__${nameOf(match[2] ?? match[3] ?? "")}`;
      noteMember(reader, member);
      if (/["'$]/.test(text[reader.at] ?? "")) texts.push(member);
      pieces.addText("\n", start);
      readValue(reader, member, reader.at);
    } else reader.isStart = true;
    while (reader.at < text.length && !(blocks.length <= open && /[;\r\n}]/.test(text[reader.at] ?? "")))
      reader.readToken();
    if (reader.at === start) reader.at += 1;
  }
  if (reader.at < text.length) reader.at += 1;
  reader.depth -= 1;
  const values = texts.slice(0, maximumMembers).map((member) => `"\${${member}}"`);
  pieces.addText(`\n${name}__values=(${values.join(" ")})\n`, Math.max(0, reader.at - 1));
  reader.lists.add(`${name}__values`);
  noteMember(reader, `${name}__values`);
}

/** A list of tables: a variable of each of which is what one of them says, those of one table together. */
function readTables(reader: PowerShellReader, name: string): void {
  const { pieces, text } = reader;
  let begin = "\nif :; then ";
  for (; reader.at < text.length && text[reader.at] !== ")";) {
    const start = reader.at;
    if (take(reader, between) !== undefined) continue;
    if (take(reader, toTable) === undefined || reader.depth >= maximumDepth) {
      reader.at += 1;
      continue;
    }
    pieces.addText(begin, start);
    begin = "\nelif :; then ";
    readTable(reader, name);
  }
  if (reader.at < text.length) reader.at += 1;
  pieces.addText("\nfi\n", Math.max(0, reader.at - 1));
  noteMember(reader, `${name}__`);
}

/** Commands that give a variable what is known of the tables in a list; none where the list is of something else. */
export function copiedMembers({ members }: PowerShellReader, name: string, list: string): string {
  if (!members.has(`${list}__`)) return "";
  const keys = Array.from(members, (one) => (one.startsWith(`${list}__`) ? one.slice(list.length + 2) : ""));
  const copied = keys.filter((one) => one !== "" && !one.endsWith("values"));
  for (const one of copied) members.add(`${name}__${one}`);
  return copied.map((one) => `${name}__${one}="\${${list}__${one}}"; `).join("");
}

function noteMember({ members }: PowerShellReader, name: string): void {
  if (members.size < maximumMembers) members.add(name);
}
