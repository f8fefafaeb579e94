import { createTextPieces, type PiecedText } from "./origin.ts";
import { insertWord, maximumDepth, nameOf, variable, type PowerShellReader } from "./powerShellReader.ts";
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
const assignment = /(?:\[[\w.[\]]+\][ \t]*)?\$(?:\{([\w:]+)\}|([\w:]+))[ \t]*=(?!=)[ \t]*(?:`?\r?\n[ \t]*)?/y;
/** A text of which something else is made. */
const computed =
  /(?:"[^"\r\n]*"|'[^'\r\n]*'|\$[\w:]+)[ \t]*(?:-(?:f|join|replace|split)[ \t]|\.[A-Za-z]\w*\()[^\r\n]*/iy;
const conditional = /(?:else[ \t]*)?if[ \t]*(?=\()/iy;
const repeated = /(?:while|for)[ \t]*(?=\()/iy;
const each = /foreach[ \t]*\([ \t]*\$(\w+)[ \t]+in[ \t]+/iy;
const named = /(?:function|filter)[ \t]+([\w:-]+)[ \t]*(?:\([^(){}]*\)[ \t]*)?(?=[\s{])/iy;
const others = /(?:switch|until|elseif)[ \t]*(?=\()|(?:return|throw)(?![\w-])/iy;
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
  else if (take(reader, /@\{/y) !== undefined) {
    insertWord(reader, "'';", start);
    reader.at -= 1;
    openBlock(reader, "if :; then ", "\nfi\n");
  } else if (text[start] === "{") openBlock(reader, "\nif :; then ", "\nfi\n");
  else if (text[start] === "}") closeBlock(reader);
  else readWordPart(reader);
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
    pieces.addText(`\nfor ${nameOf(matchOfEach[1] ?? "")} in `, start);
    readList(reader, ")");
    openBlock(reader, "; do ", "\ndone\n");
    return true;
  }
  if (take(reader, conditional) !== undefined) {
    pieces.addText("\nif ", start);
    readParenthesis(reader);
    openBlock(reader, "; then ", "\nfi\n");
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
    pieces.addText(`\n${(matchOfName[1] ?? "").replaceAll(":", "_")}() `, start);
    openBlock(reader, "{ ", "\n}\n");
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
  return false;
}

/** `$name = ...`: a text, a list of them, or what a command prints, which only runs. */
function readAssignment(reader: PowerShellReader): boolean {
  const { pieces, text } = reader;
  const start = reader.at;
  const match = take(reader, assignment);
  if (match === undefined) return false;
  const name = nameOf(match[1] ?? match[2] ?? "");
  if (/[@("'$]/.test(text[reader.at] ?? "") && !/^@["']/.test(text.slice(reader.at, reader.at + 2))) {
    const isList = /^(?:@\(|(?:"[^"\r\n]*"|'[^'\r\n]*')[ \t]*,)/.test(text.slice(reader.at, reader.at + 1000));
    pieces.addText(`${name}=${isList ? "(" : ""}`, start);
    if (isList) {
      const isMarked = text.startsWith("@(", reader.at);
      if (isMarked) reader.at += 2;
      readList(reader, isMarked ? ")" : "\n");
      pieces.addText(")", Math.max(start, reader.at - 1));
    } else if (take(reader, computed) === undefined) readJoined(reader);
    else pieces.addText('"$(:)"', start);
    reader.isStart = false;
  } else if (/[A-Za-z&{]/.test(text[reader.at] ?? "")) pieces.addText(" ", start);
  else pieces.addText(`${name}=`, start);
  return true;
}

/** Reads texts that `+` joins. */
function readJoined(reader: PowerShellReader): void {
  do readWordPart(reader);
  while (take(reader, /[ \t]*\+[ \t]*(?:`?\r?\n[ \t]*)?(?=["'$(])/y) !== undefined);
}

/** Reads the words of a list, which commas part. */
function readList(reader: PowerShellReader, end: ")" | "\n"): void {
  const { pieces, text } = reader;
  for (let depth = 0; reader.at < text.length;) {
    const start = reader.at;
    const character = text[start] ?? "";
    if (character === end && depth === 0) {
      if (end === ")") reader.at += 1;
      return;
    }
    if (character === "{" || character === "}") return;
    if (character === "(" || text.startsWith("@(", start)) {
      depth += 1;
      reader.at += character === "(" ? 1 : 2;
    } else if (character === ")") {
      depth -= 1;
      reader.at += 1;
    } else if (character === "#") take(reader, /[^\r\n]*/y);
    else if (take(reader, /,[ \t\r\n]*/y) !== undefined || take(reader, /[\s`]/y) !== undefined)
      pieces.addText(" ", start);
    else if (variableIsList(reader)) readSpread(reader);
    else readWordPart(reader);
  }
}

/** Whether what stands here is a variable alone, which may be a list. */
function variableIsList({ text, at }: PowerShellReader): boolean {
  return /^\$[\w:]+\s*[,)]/.test(text.slice(at, at + 200));
}

function readSpread(reader: PowerShellReader): void {
  const start = reader.at;
  const match = take(reader, variable);
  if (match === undefined) return readWordPart(reader);
  reader.pieces.addText(`"\${${nameOf(match[1] ?? match[2] ?? "")}[@]`, start);
  reader.pieces.addText('}"', reader.at - 1);
}

/** `param([string]$Image = "node:22")`: what a caller does not give. */
function readParameters(reader: PowerShellReader): void {
  const { pieces, text } = reader;
  for (let depth = 1; reader.at < text.length && depth > 0;) {
    const start = reader.at;
    const character = text[start] ?? "";
    const match = depth === 1 ? take(reader, /\$(\w+)[ \t]*=[ \t]*(?=["'])/y) : undefined;
    if (match !== undefined) {
      pieces.addText(`\n${nameOf(match[1] ?? "")}=`, start);
      readWordPart(reader);
      pieces.addText("\n", Math.max(start, reader.at - 1));
    } else if (
      take(reader, blockComment) === undefined &&
      take(reader, /#[^\r\n]*|"[^"\r\n]*"|'[^'\r\n]*'/y) === undefined
    ) {
      if (character === "(") depth += 1;
      else if (character === ")") depth -= 1;
      reader.at += 1;
    }
  }
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
function openBlock(reader: PowerShellReader, begin: string, closer: string): void {
  const from = reader.at;
  while (take(reader, /\s+/y) !== undefined || take(reader, /#[^\r\n]*/y) !== undefined);
  const isBlock = reader.text[reader.at] === "{";
  if (!isBlock) {
    reader.at = from;
    reader.pieces.addText(`${begin}${closer}`, Math.max(0, from - 1));
  } else {
    reader.pieces.addText(begin, reader.at);
    reader.at += 1;
    reader.blocks.push(closer);
  }
  reader.isStart = true;
}

const alternative = /\s*(?:else(if)?(?![\w-])[ \t]*)/iy;

function closeBlock(reader: PowerShellReader): void {
  const { pieces } = reader;
  const start = reader.at;
  reader.at += 1;
  const closer = reader.blocks.pop() ?? "";
  reader.isStart = true;
  const match = closer === "\nfi\n" ? take(reader, alternative) : undefined;
  if (match === undefined) pieces.addText(closer, start);
  else if (match[1] === undefined) openBlock(reader, "\nelse ", closer);
  else {
    pieces.addText("\nelif ", start);
    readParenthesis(reader);
    openBlock(reader, "; then ", closer);
  }
}
