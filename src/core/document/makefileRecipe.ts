import type { Span } from "../image/span.ts";
import type { ScriptBuilder } from "../shell/script.ts";
import { textOfStretches, unknownCharacter } from "../shell/stretch.ts";
import { partsOfSlice } from "../shell/wordValue.ts";
import type { WordPart } from "./document.ts";
import { saysImageLater } from "./emptyImage.ts";
import { makePieces } from "./makefilePieces.ts";
import { partsWithoutPrefix, withoutPrefixes } from "./makefilePrefix.ts";
import type { MakeLocals, MakeVariables } from "./makefileVariables.ts";

/** A stretch of a makefile, and what holds there. */
export interface MakePlace {
  readonly span: Span;
  readonly locals: MakeLocals | undefined;
}

/** The arguments of one call, each as its parts. */
export type CallArguments = readonly (readonly WordPart[])[];

const maximumCalls = 64;
const maximumItems = 200;
const maximumNesting = 6;

/** How places use what has a name (GNU make, 5.8 and 8.6): `$(NAME)`, and `$(call NAME,a,b)` with arguments. */
export function callsOf(
  text: string,
  places: readonly MakePlace[],
  isCallable: (name: string) => boolean,
  variables: MakeVariables,
): ReadonlyMap<string, readonly CallArguments[]> {
  const calls = new Map<string, CallArguments[]>();
  const visit = ({ span, locals }: MakePlace, depth: number): void => {
    for (const { kind, span: piece, ...rest } of makePieces(text, span)) {
      if (kind !== "expression" || !("name" in rest) || depth > maximumNesting) continue;
      const { name } = rest;
      const loop = loopOf(text, { span: piece, locals }, name, variables);
      if (loop !== undefined) {
        visit(loop, depth + 1);
        continue;
      }
      const call = /^call[ \t]+([^\s,]+)[ \t]*(,?)/.exec(name);
      const called = call?.[1] ?? name;
      if (isCallable(called)) {
        const known = calls.get(called) ?? [];
        const from = text.indexOf(",", piece.start) + 1;
        const given = call?.[2] === "," ? splitArguments(text, { start: from, end: piece.end - 1 }) : [];
        if (known.length < maximumCalls)
          calls.set(called, [...known, given.map((argument) => variables.expand(argument, locals))]);
      }
      if (/[ \t,]/.test(name)) visit({ span: { start: piece.start + 2, end: piece.end - 1 }, locals }, depth + 1);
    }
  };
  for (const place of places) if (text.indexOf("$", place.span.start) < place.span.end) visit(place, 0);
  return calls;
}

/** The body of `$(foreach NAME,LIST,BODY)`, with the name's item one after the other. */
function loopOf(
  text: string,
  { span, locals }: MakePlace,
  name: string,
  variables: MakeVariables,
): (MakePlace & { readonly isKnown: boolean }) | undefined {
  const head = /^foreach[ \t]+/.exec(name)?.[0];
  if (head === undefined) return undefined;
  const start = text.indexOf("foreach", span.start) + head.length;
  const [variable, list, ...body] = splitArguments(text, { start, end: span.end - 1 });
  const [first] = body;
  const last = body.at(-1);
  if (variable === undefined || list === undefined || first === undefined || last === undefined) return undefined;
  const parts = variables.expand(list, locals);
  const isKnown = parts.every((part) => part.text !== undefined);
  const words = isKnown
    ? parts
        .map((part) => part.text)
        .join("")
        .split(/\s+/)
        .filter((word) => word !== "")
    : [];
  const chain = parts[0]?.chain ?? [];
  const choices = words.slice(0, maximumItems).map((word): readonly WordPart[] => [{ text: word, span: list, chain }]);
  const item: WordPart = { span: list, chain, ...(choices.length === 0 ? {} : { choices }) };
  const own = text.slice(variable.start, variable.end);
  const around = new Map([...(locals ?? []), [own, [item]]]);
  return { span: { start: first.start, end: last.end }, locals: around, isKnown: choices.length > 0 };
}

function splitArguments(text: string, { start, end }: Span): readonly Span[] {
  const found: Span[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at <= end; at++) {
    const character = at === end ? "," : text[at];
    if (character === "(" || character === "{") depth += 1;
    else if (character === ")" || character === "}") depth -= 1;
    else if (character === "," && depth <= 0) {
      found.push({ start: from, end: at });
      from = at + 1;
    }
  }
  return found.map((span) => {
    const inside = text.slice(span.start, span.end);
    const begin = span.start + inside.length - inside.trimStart().length;
    return { start: begin, end: begin + inside.trim().length };
  });
}

/** `$(1)`, `$(2)`, ... inside what is called: one choice for each call. */
export function argumentsOf(calls: readonly CallArguments[]): MakeLocals {
  const count = Math.min(9, Math.max(0, ...calls.map((call) => call.length)));
  const span = { start: 0, end: 0 };
  return new Map(
    Array.from({ length: count }, (_, index) => [
      String(index + 1),
      [{ span, chain: [], choices: calls.map((call) => call[index] ?? []), group: calls }],
    ]),
  );
}

const environmentName = /\$\$\{?([A-Za-z_]\w*)/g;

/** Sets what make exports of the names that a recipe uses. */
export function addEnvironment(
  script: ScriptBuilder,
  text: string,
  { span, locals }: MakePlace,
  { isExported, variables }: { readonly isExported: (name: string) => boolean; readonly variables: MakeVariables },
): void {
  const at = { start: span.start, end: span.start };
  const names = new Set([...text.slice(span.start, span.end).matchAll(environmentName)].map(([, name = ""]) => name));
  for (const name of names) {
    const parts = isExported(name) ? variables.named(name, locals) : undefined;
    if (parts === undefined) continue;
    script.addText(`${name}=`, span.start);
    script.insert({ span: at, name, parts });
    script.addText("\n", span.start);
  }
}

/** Adds one line of a recipe as the shell gets it: without `@`, `-`, `+` before it and the tab of continued lines. */
export function addRecipe(
  script: ScriptBuilder,
  text: string,
  { span, locals }: MakePlace,
  given: { readonly isCallable: (name: string) => boolean; readonly variables: MakeVariables },
  depth = 0,
): void {
  const { isCallable, variables } = given;
  const prefix = /^[ \t]*(?:[@+-][ \t]*)*/.exec(text.slice(span.start, span.end))?.[0] ?? "";
  const all = makePieces(text, { start: span.start + prefix.length, end: span.end });
  const pieces = withoutPrefixes(text, all, (piece) => variables.expand(piece.span, locals));
  for (const piece of pieces) {
    if (piece.kind === "expression") {
      const loop =
        depth > maximumNesting ? undefined : loopOf(text, { span: piece.span, locals }, piece.name, variables);
      const [, called = ""] = /^call[ \t]+([^\s,]+)/.exec(piece.name) ?? [];
      if (loop?.isKnown === true) {
        addRecipe(script, text, loop, given, depth + 1);
        script.addText(" ", piece.span.end - 1);
      } else if (isCallable(called)) script.insert({ ...piece, parts: [{ span: piece.span, chain: [] }] });
      else {
        const parts = orOpen(piece, withoutQuotes(variables.expand(piece.span, locals)));
        insertValue(script, piece, piece === pieces[0] ? partsWithoutPrefix(parts) : parts);
      }
    } else if (piece.kind === "dollar") script.add("$", piece.span.start);
    else {
      let at = piece.span.start;
      for (const line of text.slice(piece.span.start, piece.span.end).split(/(?<=\n)/)) {
        const from = at > piece.span.start && line.startsWith("\t") ? 1 : 0;
        script.add(line.slice(from), at + from);
        at += line.length;
      }
    }
  }
}

/** What a variable comes to, or what is not known where it is empty until a caller says an image. */
function orOpen({ span, name }: { readonly span: Span; readonly name: string }, parts: readonly WordPart[]) {
  return saysImageLater(name, textOfStretches(parts)) ? [{ span, chain: parts[0]?.chain.slice(0, 1) ?? [] }] : parts;
}

/** Quotes around what means the same without them. */
const quotedPlain = new RegExp(`(["'])[\\w.:/@,=+${unknownCharacter}-]*\\1`, "g");

/** What the shell makes of quotes in a value, which make puts there as text: `I = "node:22"`. */
function withoutQuotes(parts: readonly WordPart[]): readonly WordPart[] {
  if (!parts.some(({ text }) => text?.includes('"') === true || text?.includes("'") === true)) return parts;
  const kept: WordPart[] = [];
  let from = 0;
  const keep = (to: number): void => {
    kept.push(...partsOfSlice({ value: { parts }, from, to }));
    from = to + 1;
  };
  for (const { 0: quoted, index } of textOfStretches(parts).matchAll(quotedPlain)) {
    keep(index);
    keep(index + quoted.length - 1);
  }
  keep(Number.POSITIVE_INFINITY);
  return kept;
}

const operator = /(&&|\|\||;|\|)/;

/** Adds what a variable comes to: make puts it there as text, so that what divides commands in it does so. */
function insertValue(
  script: ScriptBuilder,
  piece: { readonly span: Span; readonly name: string },
  parts: readonly WordPart[],
): void {
  const text = textOfStretches(parts);
  if (shellVariable.test(text)) {
    insertAsShell(script, piece, parts, text);
    return;
  }
  if (!parts.some(({ text }) => text !== undefined && operator.test(text))) {
    script.insert({ ...piece, parts });
    return;
  }
  let quote = "";
  let command: WordPart[] = [];
  const end = (): void => {
    if (command.length > 0) script.insert({ ...piece, parts: command });
    command = [];
  };
  for (const part of parts) {
    let at = 0;
    for (const text of part.text?.split(operator) ?? []) {
      const from = at;
      at += text.length;
      if (quote === "" && operator.test(text)) {
        end();
        script.addText(text, piece.span.start);
        continue;
      }
      for (const [mark] of text.matchAll(/["']/g)) quote = quote === "" ? mark : quote === mark ? "" : quote;
      command.push(...partsOfSlice({ value: { parts: [part] }, from, to: at }));
    }
    if (part.text === undefined) command.push(part);
  }
  end();
}

const shellVariable = /\$(?:[A-Za-z_]|\{[A-Za-z_])/;
/** What the shell makes something of: quotes, what divides commands, its own variables. */
const shellSign = /(["'])|(&&|\|\||;|\|)|(\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})?)/g;
/** What begins a command and is none: the head of a loop, the word that its body begins with. */
const shellHead = /^\s*(?:(?:do|then|else|if|while|until|!)\s+)*(?:for\s+\w+\s+in\s[^\uFFFC]*$)?/;

/** Adds a value that holds variables of the shell as the script that it is, each part where the makefile says it. */
function insertAsShell(
  script: ScriptBuilder,
  piece: { readonly span: Span; readonly name: string },
  parts: readonly WordPart[],
  text: string,
): void {
  const slice = (from: number, to: number): readonly WordPart[] =>
    partsOfSlice({ value: { parts }, from, to }).map(asWrittenInside);
  const addText = (sign: string, at: number): void => {
    const place = slice(at, at + 1)[0]?.literal?.start;
    if (place === undefined) script.addText(sign, piece.span.start);
    else script.add(sign, place);
  };
  const addVariable = (sign: string, at: number): void => {
    const place = slice(at + 1, at + 2)[0]?.literal?.start;
    if (place === undefined) script.insert({ ...piece, parts: [{ span: piece.span, chain: [] }] });
    else {
      // The makefile writes two dollar signs for one.
      script.addText("$", place - 2);
      script.add(sign.slice(1), place);
    }
  };
  let quote = "";
  let isHead = true;
  let from = 0;
  const addUntil = (to: number): void => {
    const head = isHead ? (shellHead.exec(text.slice(from, to))?.[0] ?? "") : "";
    if (head !== "") addText(head, from);
    isHead &&= from === to;
    for (const part of slice(from + head.length, to)) {
      if (part.chain.length === 0 && part.literal !== undefined && part.text !== undefined)
        script.add(part.text, part.literal.start);
      else script.insert({ ...piece, span: part.span, parts: [part] });
    }
  };
  for (const { 0: sign, 1: mark, 2: divider, 3: variable, index } of text.matchAll(shellSign)) {
    if (quote !== "" && mark !== quote && (quote === "'" || variable === undefined)) continue;
    addUntil(index);
    if (variable === undefined) addText(sign, index);
    else addVariable(sign, index);
    from = index + sign.length;
    if (mark !== undefined) quote = quote === "" ? mark : "";
    if (divider !== undefined) isHead = true;
  }
  addUntil(text.length);
}

/** A part as the value or the argument that says it writes it, not as what expands that. */
function asWrittenInside(part: WordPart): WordPart {
  const from = part.chain.findIndex(
    ({ label }, index) => index > 0 && !/^(?:assignment of |variable (?:call\s|[1-9]$))/.test(label),
  );
  const chain = from < 0 ? [] : part.chain.slice(from);
  const span = chain[0]?.span ?? part.literal;
  return span === undefined || chain[0]?.file !== undefined ? part : { ...part, span, chain };
}
