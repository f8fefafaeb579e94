import { nameOf, type PowerShellReader } from "./powerShellReader.ts";
import { readWordPart } from "./powerShellWord.ts";
import { take } from "./take.ts";

/** A function of a script, and what it takes, in order. */
export interface PowerShellFunction {
  readonly name: string;
  readonly parameters: readonly string[];
}

const definition =
  /\b(?:function|filter)[ \t]+([\w:-]+)\s*(?:\(|\{(?:\s|#[^\r\n]*|<#[\s\S]{0,5000}?#>|\[[^\]\r\n]*\])*param\s*\()/gi;

/** More functions than a script has. */
const maximumFunctions = 500;
/** Arguments of a function that are followed. */
const maximumParameters = 9;
const slots = Array.from({ length: maximumParameters }, (_, slot) => slot);

/** The functions that a script defines with what they take, by their names in lower case. */
export function functionsOf(text: string): ReadonlyMap<string, PowerShellFunction> {
  const functions = new Map<string, PowerShellFunction>();
  if (!/\bfunction\b/i.test(text)) return functions;
  for (const match of text.matchAll(definition)) {
    if (functions.size >= maximumFunctions) break;
    const name = match[1] ?? "";
    functions.set(name.toLowerCase(), { name, parameters: parametersAt(text, match.index + match[0].length) });
  }
  return functions;
}

/** How far the parameters of one function reach. */
const maximumLength = 5_000;
const parameterPiece = /#[^\r\n]*|"[^"\r\n]*"|'[^'\r\n]*'|<#[\s\S]*?#>|\$(\w+)|[()[\],]/g;

function parametersAt(text: string, at: number): readonly string[] {
  const parameters: string[] = [];
  let depth = 1;
  let isNext = true;
  for (const [piece, name] of text.slice(at, at + maximumLength).matchAll(parameterPiece)) {
    if (piece === "(" || piece === "[") depth += 1;
    else if (piece === ")" || piece === "]") depth -= 1;
    else if (piece === "," && depth === 1) isNext = true;
    else if (name !== undefined && depth === 1 && isNext) {
      parameters.push(nameOf(name));
      isNext = false;
    }
    if (depth === 0 || parameters.length >= maximumParameters) break;
  }
  return parameters;
}

const called = /[A-Za-z][\w:-]*(?=[ \t`;|)}\r\n]|$)/y;
const blank = /(?:[ \t]|`\r?\n)+/y;
const option = /-([A-Za-z]\w*)(?::[ \t]*|(?=[\s;|)}]|$))/y;
const value =
  /(?:"(?:[^"`]|`[\s\S])*"|'[^']*'|@?\((?:[^()"']|"[^"]*"|'[^']*'|\((?:[^()"']|"[^"]*"|'[^']*')*\))*\)|[^\s;|&(){},"'])+/y;

/** `Get-Image -Name "node:22"`: the call of a function of the script, its arguments in the order in which it takes them. */
export function readCall(reader: PowerShellReader): boolean {
  const { pieces, functions, text } = reader;
  const start = reader.at;
  const name = functions.size === 0 ? undefined : take(reader, called)?.[0];
  const known = functions.get(name?.toLowerCase() ?? "");
  if (known === undefined) {
    reader.at = start;
    return false;
  }
  const given = new Map<number, readonly [start: number, end: number, isList: boolean]>();
  const read = (slot: number): boolean => {
    const from = reader.at;
    if (take(reader, value) === undefined) return false;
    const end = reader.at;
    let isList = false;
    while (take(reader, /[ \t]*,[ \t]*(?:`?\r?\n[ \t]*)?/y) !== undefined && take(reader, value) !== undefined)
      isList = true;
    if (slot >= 0 && !given.has(slot)) given.set(slot, [from, end, isList]);
    return true;
  };
  for (;;) {
    take(reader, blank);
    const named = take(reader, option);
    if (named === undefined) {
      if (!read(slots.find((slot) => !given.has(slot)) ?? -1)) break;
      continue;
    }
    take(reader, blank);
    const slot = known.parameters.findIndex((one) => one.startsWith(nameOf(named[1] ?? "")));
    if (!/^-[A-Za-z]/.test(text.slice(reader.at, reader.at + 2))) read(slot);
  }
  const end = reader.at;
  pieces.addText(known.name.replaceAll(":", "_"), start);
  for (let slot = 0; slot <= Math.max(-1, ...given.keys()); slot++) {
    pieces.addText(" ", start);
    const [from, to, isList] = given.get(slot) ?? [end, end, false];
    const word = text.slice(from, to);
    reader.at = from;
    if (from === to) pieces.addText("''", start);
    else if (isList || reader.lists.has(nameOf(word.slice(1)))) pieces.addText('"$(:)"', start);
    else while (reader.at < to) readWordPart(reader);
  }
  reader.at = end;
  reader.isStart = false;
  return true;
}

/** What a function's parameter is where a call does not give it; `default` reads that. */
export function readParameter(reader: PowerShellReader, name: string, start: number, byDefault?: () => void): void {
  const { pieces, parameters } = reader;
  const slot = parameters.indexOf(name) + 1;
  if (slot === 0 && byDefault === undefined) return;
  pieces.addText(`\n${name}=`, start);
  if (slot > 0) pieces.addText(`"\${${slot}${byDefault === undefined ? "" : ":-"}`, start);
  byDefault?.();
  pieces.addText(slot > 0 ? '}"\n' : "\n", Math.max(start, reader.at - 1));
}
