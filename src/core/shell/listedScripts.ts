import type { ShellWord } from "../document/document.ts";
import type { Invocation } from "./invocation.ts";
import { textOfSlice, type WordSlice } from "./wordValue.ts";

/** Commands of one call that are read. */
const maximumItems = 64;
/** Longest text that is looked through. */
const maximumText = 50_000;

/** Whether words after `aws` have other machines run commands. */
export function isSentCommand(words: readonly (string | undefined)[]): boolean {
  const at = words.indexOf("send-command");
  return at > 0 && words[at - 1] === "ssm";
}

/** The words in which `aws ssm send-command` is told what to run (AWS CLI reference): `--parameters 'commands=[...]'`. */
export function sentScripts({ tool, rest }: Invocation): readonly ShellWord[] {
  if (tool !== "aws" || !isSentCommand(rest.map(({ text }) => text))) return [];
  const from = rest.findIndex(({ raw }) => /^--parameters(?:=|$)/.test(raw));
  if (from < 0) return [];
  const told: ShellWord[] = [];
  for (const word of rest.slice(from)) {
    if (word !== rest[from] && word.raw.startsWith("--")) break;
    if (/commands["']*\s*[=:]/i.test(word.text ?? word.raw)) told.push(word);
  }
  return told;
}

/**
 * The commands that such a word lists, in JSON (`{"commands": ["a", "b"]}`) or as the command line shortens it
 * (`commands=["a","b"]`, `commands=a`). A shell may have taken the quotes of its list away.
 */
export function listedScripts(slice: WordSlice): readonly WordSlice[] {
  const text = textOfSlice(slice).slice(0, maximumText);
  const start = /commands["']?\s*[=:]\s*/i.exec(text);
  if (start === null) return [];
  let at = start.index + start[0].length;
  const isList = text[at] === "[";
  if (isList) at += 1;
  const found: WordSlice[] = [];
  while (at < text.length && found.length < maximumItems) {
    at += /^[\s,]*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0;
    if (at >= text.length || (isList && text[at] === "]")) break;
    const quote = text[at] === '"' || text[at] === "'" ? (text[at] ?? "") : "";
    const from = at + quote.length;
    const to = quote === "" ? bareEnd(text, from, isList) : quotedEnd(text, from, quote);
    found.push({ ...slice, from: slice.from + from, to: slice.from + to });
    at = to + Math.max(1, quote.length);
    if (!isList) break;
  }
  return found;
}

function quotedEnd(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++)
    if (text[at] === "\\") at += 1;
    else if (text[at] === quote) return at;
  return text.length;
}

function bareEnd(text: string, from: number, isList: boolean): number {
  if (!isList) return text.length;
  const comma = text.indexOf(",", from);
  const close = text.lastIndexOf("]");
  const end = close < from ? text.length : close;
  return comma < 0 || comma > end ? end : comma;
}
