import { loopName, nameOf, readText, readWords, type PromptReader } from "./commandPromptWord.ts";
import { createTextPieces, type PiecedText } from "./origin.ts";
import { take } from "./take.ts";

/**
 * A script of Windows' command prompt in the words of a POSIX shell: what it sets, `%NAME%`, lines that continue, what
 * stands under `if` and `for`. Reads each character once.
 */
export function fromCommandPrompt(text: string): PiecedText {
  const pieces = createTextPieces(text);
  const labels = new Set<string>();
  for (const [, label = ""] of text.matchAll(/\bcall[ \t]+:([\w.-]+)/gi)) {
    if (labels.size >= maximumLabels) break;
    labels.add(label.toLowerCase());
  }
  const reader: PromptReader = { text, at: 0, pieces, closers: [], lineCloser: "", labels, isCalled: false };
  while (reader.at < text.length) readCommand(reader);
  endLabel(reader);
  return pieces.build();
}

/** More labels than a script calls. */
const maximumLabels = 500;

const head = /[@ \t;,=]*/y;
const comment = /(?:rem(?![\w.-])|::|:)[^\r\n]*/iy;
const label = /:[ \t]*([\w.-]+)[^\r\n]*/y;
const callLabel = /call[ \t]+:([\w.-]+)/iy;
const setting = /set[ \t]+("?)([\w.#$@-]+)[ \t]*=/iy;
const noSetting = /set[ \t]+\/[ap][^\r\n]*/iy;
const condition =
  /if[ \t]+(?:\/i[ \t]+)?(?:not[ \t]+)?(?:(?:exist|defined|errorlevel)[ \t]+(?:"[^"\r\n]*"|[^\s"()]+)|(?:"[^"\r\n]*"|[^\s"()=]+)[ \t]*(?:==|[ \t](?:equ|neq|lss|leq|gtr|geq)[ \t])[ \t]*(?:"[^"\r\n]*"|[^\s"()]+))[ \t]*/iy;
const loop =
  /for[ \t]+(\/\w(?:[ \t]+(?:"[^"\r\n]*"|[^\s%"]+))?[ \t]+)?%%?~?(\w)[ \t]+in[ \t]*\(([^()]{0,4000}(?:\([^()\r\n]*\)[^()\r\n]*)*)\)[ \t]*do[ \t]*/iy;
const otherwise = /\)[ \t]*else[ \t]*/iy;
const call = /call[ \t]+(?![:\s])/iy;
const inner = /(?:start[ \t]+(?:"[^"\r\n]*"[ \t]+)?(?:\/\w+[ \t]+)*)?cmd(?:\.exe)?[ \t]+\/[ck][ \t]+(?=")/iy;

/** What begins something else in a POSIX shell. */
const reserved = /(?:case|do|done|elif|else|esac|fi|for|function|if|select|then|time|until|while)(?![\w.-])/y;

/** Reads one command, with what ends it. */
function readCommand(reader: PromptReader): void {
  const { pieces, text } = reader;
  take(reader, head);
  const start = reader.at;
  const found =
    readLabel(reader) ||
    take(reader, comment) !== undefined ||
    take(reader, noSetting) !== undefined ||
    readSetting(reader) ||
    readBlock(reader) ||
    readCondition(reader) ||
    readLoop(reader);
  if (found) return;
  if (take(reader, call) !== undefined) return;
  const [, called] = take(reader, callLabel) ?? [];
  if (called !== undefined) pieces.addText(functionOf(called), start);
  else if (take(reader, inner) !== undefined) pieces.addText("sh -c ", start);
  else if (matches(reader, reserved)) pieces.addText("\\", start);
  readWords(reader, (character) => /[\r\n&|]/.test(character));
  readEnd(reader);
  // Whatever stands here, the reader goes on.
  if (reader.at === start && start < text.length) {
    pieces.add(start, start + 1);
    reader.at += 1;
  }
  if (reader.at >= text.length) endLine(reader);
}

const leaving = /^[ \t]*(?:endlocal[ \t]*&[ \t]*)?(?:exit|goto)\b/i;
const noCommand = /^[ \t]*(?:$|::|rem\b)/i;
/** How far before a label is looked for what leaves for good. */
const maximumComment = 400;

/** Whether what stands before does not go on to here. */
function hasLeft(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - maximumComment), at).split(/\r?\n/);
  return leaving.test(before.findLast((line) => !noCommand.test(line)) ?? "");
}

/** `:NAME`: what is called is a function up to the next label, but for those that it only jumps to. */
function readLabel(reader: PromptReader): boolean {
  const { pieces, closers, labels, text } = reader;
  const start = reader.at;
  const [, name] = closers.length > 0 ? [] : (take(reader, label) ?? []);
  if (name === undefined) return false;
  const isCalled = labels.has(name.toLowerCase());
  if (isCalled || hasLeft(text, start)) endLabel(reader);
  if (!isCalled) return true;
  pieces.addText(`${functionOf(name)}() { :`, start);
  reader.isCalled = true;
  return true;
}

function endLabel(reader: PromptReader): void {
  if (reader.isCalled) reader.pieces.addText("\n}\n", Math.max(0, reader.at - 1));
  reader.isCalled = false;
}

function functionOf(label: string): string {
  return `label_${label.toLowerCase().replaceAll(/\W/g, "_")}`;
}

/** `set NAME=value`, `set "NAME=value"`. */
function readSetting(reader: PromptReader): boolean {
  const { pieces } = reader;
  const start = reader.at;
  const match = take(reader, setting);
  if (match === undefined) return false;
  const [, quote, name = ""] = match;
  pieces.addText(`${nameOf(name)}="`, start);
  const end = quote === '"' ? closingQuote(reader) : undefined;
  if (end !== undefined) {
    readText(reader, end);
    reader.at = end + 1;
  } else {
    const { text, closers } = reader;
    const rest = /[^\r\n&|]*/y;
    rest.lastIndex = reader.at;
    const value = rest.exec(text)?.[0] ?? "";
    const close = closers.length > 0 ? value.indexOf(")") : -1;
    const kept = (close < 0 ? value : value.slice(0, close)).trimEnd();
    // `set NAME="value"`: a program that is given %NAME% does not see the quotes.
    const quotes = /^"[^"]*"$/.test(kept) ? 1 : 0;
    reader.at += quotes;
    readText(reader, reader.at + kept.length - 2 * quotes);
    reader.at += quotes;
  }
  pieces.addText('"', Math.max(start, reader.at - 1));
  readEnd(reader);
  return true;
}

/** The last quote on the line: what stands between may hold others. */
function closingQuote({ text, at }: PromptReader): number | undefined {
  const stop = /[\r\n]|$/g;
  stop.lastIndex = at;
  const end = text.lastIndexOf('"', (stop.exec(text)?.index ?? text.length) - 1);
  return end >= at ? end : undefined;
}

function readBlock(reader: PromptReader): boolean {
  const { pieces, text, closers } = reader;
  const start = reader.at;
  if (take(reader, otherwise) !== undefined) {
    pieces.addText("\nelse ", start);
    const closer = closers.pop() ?? "fi";
    open(reader, closer);
    return true;
  }
  if (text[start] === ")") {
    reader.at += 1;
    pieces.addText(`\n${closers.pop() ?? ""}`, start);
    readEnd(reader);
    return true;
  }
  if (text[start] !== "(") return false;
  reader.at += 1;
  pieces.addText("{ ", start);
  closers.push("}");
  return true;
}

function readCondition(reader: PromptReader): boolean {
  const start = reader.at;
  if (take(reader, condition) === undefined) return false;
  reader.pieces.addText("if :; then ", start);
  open(reader, "fi");
  return true;
}

function readLoop(reader: PromptReader): boolean {
  const { pieces, text } = reader;
  const start = reader.at;
  const match = take(reader, loop);
  if (match === undefined) return false;
  const [whole, options, name = "", items = ""] = match;
  const end = start + whole.lastIndexOf(")");
  const from = end - items.length;
  const quoted = /^[ \t]*(['`])(.*)\1[ \t]*$/.exec(items);
  if (options === undefined) {
    pieces.addText(`for ${loopName(name)} in`, start);
    for (const { index, 0: item } of items.matchAll(/"[^"\r\n]*"?|[^"\s,;=]+/g)) {
      const [begin, last] = [from + index, from + index + item.length];
      pieces.addText(/["%!]/.test(item) ? " " : ' "', begin);
      if (/["%!]/.test(item)) readPart(reader, begin, last);
      else {
        const { at } = reader;
        reader.at = begin;
        readText(reader, last);
        reader.at = at;
        pieces.addText('"', last - 1);
      }
    }
  } else {
    // What a command prints is not known, but what it runs is.
    if (quoted !== null) {
      const at = from + items.indexOf(quoted[1] ?? "'") + 1;
      readPart(reader, at, at + (quoted[2] ?? "").length);
    }
    pieces.addText(`\nfor ${loopName(name)} in "$(:)"`, start);
  }
  pieces.addText("; do ", Math.min(end, text.length - 1));
  open(reader, "done");
  return true;
}

/** Reads a stretch inside a construct that has been taken as a whole. */
function readPart(reader: PromptReader, from: number, to: number): void {
  const { at } = reader;
  reader.at = from;
  readWords(reader, () => reader.at >= to);
  reader.at = at;
}

/** What follows is a block, or the rest of the line. */
function open(reader: PromptReader, closer: string): void {
  if (reader.text[reader.at] === "(") {
    reader.at += 1;
    reader.closers.push(closer);
  } else reader.lineCloser = `\n${closer}${reader.lineCloser}`;
}

/** Reads what ends a command: a line break, `&`, `|` and their pairs. */
function readEnd(reader: PromptReader): void {
  const { pieces, text } = reader;
  const start = reader.at;
  const operator = take(reader, /[ \t]*(?:\|\||&&|[|&])/y)?.[0].trim();
  if (operator !== undefined) pieces.addText(operator === "&" ? "\n" : operator, start);
  else if (/[\r\n]/.test(text[start] ?? "")) {
    endLine(reader);
    take(reader, /\r?\n|\r/y);
    pieces.add(start, reader.at);
  }
}

function endLine(reader: PromptReader): void {
  if (reader.lineCloser === "") return;
  reader.pieces.addText(`${reader.lineCloser}\n`, Math.max(0, reader.at - 1));
  reader.lineCloser = "";
}

function matches({ text, at }: PromptReader, form: RegExp): boolean {
  form.lastIndex = at;
  return form.test(text);
}
