import { createTextPieces, type PiecedText } from "./origin.ts";
import { functionsOf, readCall, readParameter } from "./powerShellFunction.ts";
import { insertWord, maximumDepth, nameOf, pipedName, type PowerShellReader } from "./powerShellReader.ts";
import { copiedMembers, readAssignment, readList, readTable, readTogether, readValue } from "./powerShellValue.ts";
import { readWordPart } from "./powerShellWord.ts";
import { take } from "./take.ts";

/**
 * A script of PowerShell in the words of a POSIX shell, as far as running programs goes: its strings and variables,
 * lists of texts, lines that continue, and its blocks. Reads each character once.
 */
export function fromPowerShell(text: string): PiecedText {
  const reader: PowerShellReader = {
    text,
    at: 0,
    pieces: createTextPieces(text),
    blocks: [],
    assigns: undefined,
    functions: functionsOf(text),
    parameters: [],
    lists: new Set(),
    members: new Set(),
    isStart: true,
    depth: 0,
    readToken: () => readToken(reader),
  };
  while (reader.at < text.length) readToken(reader);
  return reader.pieces.build();
}

const blank = /(?:[ \t]|`\r?\n)+/y;
const lineBreak = /\r?\n|[\r;]/y;
const blockComment = /<#[\s\S]*?(?:#>|$)/y;
const hereText = /@(["'])[ \t]*\r?\n[\s\S]*?(?:\n\1@|$)/y;
const conditional = /(?:else[ \t]*)?if[ \t]*(?=\()/iy;
const repeated = /(?:while|for)[ \t]*(?=\()/iy;
const each = /foreach[ \t]*\([ \t]*\$(\w+)[ \t]+in[ \t]+/iy;
const named = /(?:function|filter)[ \t]+([\w:-]+)\s*(?=[({])/iy;
const chosen = /switch[ \t]*(?:-\w+[ \t]*)*(?=\()/iy;
const others = /(?:until|elseif)[ \t]*(?=\()|(?:return|throw)(?![\w-])/iy;
const certain = /(?:try|finally|begin|process|end|do)(?=\s*\{)/iy;
const parameterBlock = /param[ \t\r\n]*\(/iy;
const evaluated = /(?:Invoke-Expression|iex)(?:[ \t]+-Command)?(?=[ \t])/iy;
const operatorWord = /-(?:and|or|xor|not)\b/iy;

function readToken(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  if (take(reader, blank) !== undefined) pieces.addText(" ", start);
  else if (take(reader, lineBreak) !== undefined) {
    pieces.add(reader.at - 1, reader.at);
    reader.isStart = true;
  } else if (take(reader, blockComment) !== undefined) return;
  else if (take(reader, hereText) !== undefined) insertWord(reader, "''", start);
  else if (reader.isStart && readStatement(reader)) return;
  else if (text[start] === "#" && /[\s;(){}]|^$/.test(text[start - 1] ?? "")) take(reader, /[^\r\n]*/y);
  else if (text.startsWith("@{", start) && reader.depth < maximumDepth) {
    pieces.addText("'';", start);
    readTable(reader, "unnamed__");
  } else if (text.startsWith("@(", start) && !reader.isStart) {
    reader.at += 2;
    readList(reader, ")");
  } else if (text[start] === "{") {
    const around = reader.blocks.at(-1);
    openBlock(reader, "\nif :; then ", "\nfi\n", around?.isSwitch === true ? around.assigns : undefined);
  } else if (text[start] === "}") closeBlock(reader);
  else if (!readTogether(reader)) readWordPart(reader);
}

/** Reads what only the beginning of a statement can be. */
function readStatement(reader: PowerShellReader): boolean {
  const { pieces, text } = reader;
  const start = reader.at;
  const parameters = take(reader, parameterBlock);
  if (parameters !== undefined) {
    readParameters(reader);
    return true;
  }
  if (readAssignment(reader)) return true;
  const matchOfEach = take(reader, each);
  if (matchOfEach !== undefined) {
    const copied = readEach(reader, nameOf(matchOfEach[1] ?? ""), start, ")");
    openBlock(reader, `; do ${copied}`, "\ndone\n");
    return true;
  }
  const { assigns } = reader;
  reader.assigns = undefined;
  if (take(reader, conditional) !== undefined) {
    pieces.addText("\nif ", start);
    readParenthesis(reader);
    openBlock(reader, "; then ", "\nfi\n", assigns);
    return true;
  }
  if (take(reader, chosen) !== undefined) {
    pieces.addText("\n", start);
    readParenthesis(reader);
    openBlock(reader, "\n", "\n", assigns, true);
    return true;
  }
  if (take(reader, repeated) !== undefined) {
    pieces.addText("\nwhile ", start);
    readParenthesis(reader);
    openBlock(reader, "; do ", "\ndone\n");
    return true;
  }
  const matchOfName = take(reader, named);
  if (matchOfName !== undefined) {
    readFunction(reader, matchOfName[1] ?? "", start);
    return true;
  }
  if (take(reader, certain) !== undefined) {
    openBlock(reader, "{ ", "\n}\n");
    return true;
  }
  if (take(reader, others) !== undefined) return true;
  if (take(reader, evaluated) !== undefined) {
    pieces.addText("eval", start);
    reader.isStart = false;
    return true;
  }
  if (text[start] === "&" && text[start + 1] !== "&") {
    reader.at += 1;
    return true;
  }
  if (readStarted(reader) || readPiped(reader) || readCall(reader)) return true;
  const around = reader.blocks.at(-1);
  if (around?.assigns === undefined || around.isSwitch || !/["'$@]/.test(text[start] ?? "")) return false;
  readValue(reader, around.assigns, start);
  return true;
}

const entries = /\$(\w+)\.GetEnumerator\(\)[ \t]*/iy;
const wholeList = /\$(\w+)(?=[ \t]*[)|])/y;

/** `foreach ($name in list) { ... }`, or what a pipeline hands to a block; the list ends with `end`. */
function readEach(reader: PowerShellReader, name: string, start: number, end: ")" | "|"): string {
  const { pieces, members, text } = reader;
  const from = reader.at;
  const table = take(reader, entries)?.[1];
  if (table !== undefined && text[reader.at] === end) {
    members.add(`${name}__value`);
    pieces.addText(`\nfor ${name}__value in "\${${nameOf(table)}__values[@]}"`, start);
    reader.at += end === ")" ? 1 : 0;
    return "";
  }
  reader.at = from;
  const list = take(reader, wholeList)?.[1];
  const copied = list === undefined ? "" : copiedMembers(reader, name, nameOf(list));
  if (copied === "") reader.at = from;
  pieces.addText(`\nfor ${name} in ${copied === "" ? "" : "1"}`, start);
  if (copied === "" || text[reader.at] !== end) readList(reader, end);
  else if (end === ")") reader.at += 1;
  return copied;
}

const handedOn = /\|[ \t]*(?:ForEach-Object|foreach|%)[ \t]*(?:-Process[ \t]*)?(?=\s*\{)/iy;
/** How far the end of a list is looked for. */
const maximumList = 5_000;

/** `list | ForEach-Object { ... $_ ... }` */
function readPiped(reader: PowerShellReader): boolean {
  const { text } = reader;
  const start = reader.at;
  if (!/["'$@]/.test(text[start] ?? "")) return false;
  const length = listed.exec(text.slice(start, start + maximumList))?.[0].length;
  if (length === undefined) return false;
  handedOn.lastIndex = start + length;
  if (!handedOn.test(text)) return false;
  const copied = readEach(reader, pipedName, start, "|");
  take(reader, /[\s`]+/y);
  take(reader, handedOn);
  openBlock(reader, `; do ${copied}`, `\ndone\nunset ${pipedName}\n`);
  return true;
}

/** A list as the first of a pipeline. */
const listed =
  /^(?:@\((?:[^()"'{}|]|"[^"\r\n]*"|'[^'\r\n]*')*\)|\$\w+(?:\.\w+(?:\(\))?)?|(?:"[^"\r\n]*"|'[^'\r\n]*')(?:\s*,\s*(?:"[^"\r\n]*"|'[^'\r\n]*'))*)\s*(?=\|)/;

const started =
  /(?:Start-Process|saps)[ \t]+(?:-FilePath[ \t]+)?(["']?)([\w.\\/:-]+)\1(?:[ \t]+-(?:NoNewWindow|Wait|PassThru))*[ \t]+(?:-ArgumentList[ \t]+|-Args[ \t]+)?(?=["'$@])/iy;

/** `Start-Process docker -ArgumentList "pull", $image`: a text is all words of the command. */
function readStarted(reader: PowerShellReader): boolean {
  const { pieces, text } = reader;
  const start = reader.at;
  const program = take(reader, started)?.[2];
  if (program === undefined) return false;
  const name = program.slice(program.search(/[^\\/]*$/)).replace(/\.exe$/i, "");
  const rest = text.slice(reader.at, reader.at + 2_000);
  if (/^(?:"[^"\r\n]*"|'[^'\r\n]*')(?![ \t]*,)/.test(rest)) {
    pieces.addText(`eval "${name} "`, start);
    readWordPart(reader);
  } else {
    pieces.addText(`${name} `, start);
    const isMarked = rest.startsWith("@(");
    if (isMarked) reader.at += 2;
    else if (rest.startsWith("$")) {
      readWordPart(reader);
      pieces.addText("; : ", reader.at - 1);
      return true;
    }
    if (isMarked) readList(reader, ")");
    else
      do readWordPart(reader);
      while (take(reader, /[ \t]*,[ \t]*(?:`?\r?\n[ \t]*)?/y) !== undefined && space(reader));
  }
  pieces.addText("; : ", Math.max(start, reader.at - 1));
  reader.isStart = false;
  return true;
}

function space({ pieces, at }: PowerShellReader): boolean {
  pieces.addText(" ", at - 1);
  return true;
}

function readFunction(reader: PowerShellReader, name: string, start: number): void {
  const { pieces, functions, text } = reader;
  pieces.addText(`\n${name.replaceAll(":", "_")}() `, start);
  reader.parameters = functions.get(name.toLowerCase())?.parameters ?? [];
  const from = reader.at;
  const isTaken = text[from] === "(";
  if (isTaken) skipParameters(reader);
  openBlock(reader, "{ ", "\n}\n");
  if (!isTaken) return;
  const body = reader.at;
  reader.at = from + 1;
  readParameters(reader);
  reader.at = body;
}

/** Reads past what stands in parentheses. */
function skipParameters(reader: PowerShellReader): void {
  const { text } = reader;
  for (let depth = 0; reader.at < text.length;) {
    const character = text[reader.at];
    if (take(reader, parameterText) !== undefined) continue;
    reader.at += 1;
    if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth === 0) return;
  }
}

const parameterText = /#[^\r\n]*|"[^"\r\n]*"|'[^'\r\n]*'/y;

/** `param([string]$Image = "node:22")`: what a caller does not give. */
function readParameters(reader: PowerShellReader): void {
  const { text } = reader;
  for (let depth = 1; reader.at < text.length && depth > 0;) {
    const start = reader.at;
    const character = text[start] ?? "";
    const match = depth === 1 ? take(reader, /\$(\w+)(?:[ \t]*=[ \t]*(?=(["']|@\()))?/y) : undefined;
    const name = nameOf(match?.[1] ?? "");
    if (match?.[2] === "@(") {
      reader.pieces.addText("\n", start);
      readValue(reader, name, start);
      reader.pieces.addText("\n", Math.max(start, reader.at - 1));
    } else if (match !== undefined)
      readParameter(reader, name, start, match[2] === undefined ? undefined : () => readWordPart(reader));
    else if (take(reader, blockComment) === undefined && take(reader, parameterText) === undefined) {
      if (character === "(") depth += 1;
      else if (character === ")") depth -= 1;
      reader.at += 1;
    }
  }
  reader.parameters = [];
}

/** Reads `( ... )` of a condition, in which commands may run. */
function readParenthesis(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  reader.at += 1;
  reader.depth += 1;
  pieces.addText("( ", start);
  reader.isStart = true;
  while (reader.at < text.length && text[reader.at] !== ")") {
    const from = reader.at;
    if (take(reader, operatorWord) !== undefined || take(reader, /!/y) !== undefined) {
      pieces.addText("; ", from);
      reader.isStart = true;
    } else if (text[from] === "(" && reader.depth < maximumDepth) readParenthesis(reader);
    else readToken(reader);
    if (reader.at === from) break;
  }
  pieces.addText(" )", Math.min(reader.at, text.length - 1));
  if (reader.at < text.length) reader.at += 1;
  reader.depth -= 1;
  reader.isStart = false;
}

/** What a block begins with, after blanks, comments and line breaks. */
function openBlock(reader: PowerShellReader, begin: string, closer: string, assigns?: string, isSwitch = false): void {
  const from = reader.at;
  while (take(reader, /\s+/y) !== undefined || take(reader, /#[^\r\n]*/y) !== undefined);
  const isBlock = reader.text[reader.at] === "{";
  if (!isBlock) {
    reader.at = from;
    reader.pieces.addText(`${begin}${closer}`, Math.max(0, from - 1));
  } else {
    reader.pieces.addText(begin, reader.at);
    reader.at += 1;
    reader.blocks.push({ closer, assigns, isSwitch });
  }
  reader.isStart = true;
}

const alternative = /\s*(?:else(if)?(?![\w-])[ \t]*)/iy;

function closeBlock(reader: PowerShellReader): void {
  const { pieces } = reader;
  const start = reader.at;
  reader.at += 1;
  const { closer = "", assigns } = reader.blocks.pop() ?? {};
  reader.isStart = true;
  const match = closer === "\nfi\n" ? take(reader, alternative) : undefined;
  if (match === undefined) pieces.addText(closer, start);
  else if (match[1] === undefined) openBlock(reader, "\nelse ", closer, assigns);
  else {
    pieces.addText("\nelif ", start);
    readParenthesis(reader);
    openBlock(reader, "; then ", closer, assigns);
  }
}
