import { isSpace } from "./dockerfileSpace.ts";
import { skipVariable } from "./dockerfileWord.ts";

/** The start of a here-document: `<<EOF`, `<<-EOF`, `3<<'EOF'`. */
export interface HeredocStart {
  readonly name: string;
  readonly stripTabs: boolean;
}

/** Most words of a line that are looked at; here-documents stand among the first. */
const maximumWords = 10_000;

const heredocForm = /^\d*<<(-?)\s*([^<]+)$/;

/** The here-documents that an instruction's line starts, in order; none where BuildKit's lexer refuses the line. */
export function heredocsOf(line: string): readonly HeredocStart[] {
  if (!line.includes("<<")) return [];
  return rawWords(line).flatMap((word) => {
    const heredoc = heredocOf(word);
    return heredoc === undefined ? [] : [heredoc];
  });
}

/** The here-document that a whole word starts. */
export function heredocOf(word: string): HeredocStart | undefined {
  const match = heredocForm.exec(word);
  if (match?.[2] === undefined) return undefined;
  const name = unquote(match[2]);
  return name === "" ? undefined : { name, stripTabs: match[1] === "-" };
}

/** Splits at unquoted whitespace and keeps quotes and escapes; whitespace after `<<` does not end a word. */
function rawWords(line: string): readonly string[] {
  const words: string[] = [];
  let start = -1;
  for (let at = 0; at < line.length && words.length < maximumWords;) {
    const character = line[at] ?? "";
    if (isSpace(character)) {
      if (start >= 0) words.push(line.slice(start, at));
      start = -1;
      at += 1;
      continue;
    }
    if (start < 0) start = at;
    const next = skipPiece(line, at, character);
    if (next === undefined) return [];
    at = next;
  }
  if (start >= 0) words.push(line.slice(start));
  return words;
}

function skipPiece(line: string, at: number, character: string): number | undefined {
  switch (character) {
    case "'": {
      const close = line.indexOf("'", at + 1);
      return close < 0 ? undefined : close + 1;
    }
    case '"':
      return skipDoubleQuoted(line, at);
    case "$":
      return skipVariable(line, at, line.length, "\\");
    case "\\":
      return at + 2;
    case "<": {
      if (line[at + 1] !== "<") return at + 1;
      let next = at + 2;
      while (/[\t\r ]/.test(line[next] ?? "")) next += 1;
      return next;
    }
    default:
      return at + 1;
  }
}

function skipDoubleQuoted(line: string, open: number): number | undefined {
  for (let at = open + 1; at < line.length;) {
    const character = line[at];
    if (character === '"') return at + 1;
    if (character === "$") {
      const next = skipVariable(line, at, line.length, "\\");
      if (next === undefined) return undefined;
      at = next;
    } else at += character === "\\" && /["$\\]/.test(line[at + 1] ?? "") ? 2 : 1;
  }
  return undefined;
}

function unquote(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "'" || character === '"') {
      const close = text.indexOf(character, at + 1);
      if (close < 0) return "";
      result += text.slice(at + 1, close);
      at = close;
    } else if (character === "\\") result += text[++at] ?? "";
    else if (isSpace(character)) return "";
    else result += character;
  }
  return result;
}
