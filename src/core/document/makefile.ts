import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { ShellReading } from "../shell/readShell.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import type { Document, ShellCommand, WordPart } from "./document.ts";
import { isCommandValue, shellCalls, withoutOpenWords } from "./makefileCommand.ts";
import { includedLines, includedPaths } from "./makefileInclude.ts";
import { logicalLines } from "./makefileLines.ts";
import { createMakeVariables, makePieces, type MakeLocals, type MakeVariables } from "./makefileVariables.ts";

const maximumHead = 2_000;

/**
 * Reads a makefile (GNU make): the commands of its recipes and of `$(shell ...)`, with make's variables resolved to
 * what the file and those that it includes say. Each line of a recipe is a script of its own, as make runs it.
 */
export function readMakefile(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const lines = logicalLines(text);
  const variables = createMakeVariables({ text }, (name) => siblingText(name, path, siblings));
  const values: Span[] = [];
  const recipes: Recipe[] = [];
  const definitions = new Map<string, Span[]>();
  let targets: readonly string[] | undefined;
  let defining: string | undefined;
  let depth = 0;
  let conditions = 0;
  const ofTargets = new Map<string, Map<string, Span>>();
  for (const line of lines) {
    // What tells a line's kind stands at its beginning.
    const content = text.slice(line.start, Math.min(line.end, line.start + maximumHead));
    const definition = /^[ \t]*(?:override[ \t]+)?define\b[ \t]*([^\s=:?+]*)/.exec(content);
    if (definition !== null) {
      depth += 1;
      if (depth === 1) defining = definition[1];
      continue;
    }
    if (depth > 0) {
      if (/^[ \t]*endef\b/.test(content)) depth -= 1;
      else if (depth === 1 && defining !== undefined)
        definitions.set(defining, [...(definitions.get(defining) ?? []), line]);
      continue;
    }
    if (/^[ \t]*ifn?(?:def|eq)\b/.test(content)) conditions += 1;
    else if (/^[ \t]*endif\b/.test(content)) conditions = Math.max(0, conditions - 1);
    if (line.isRecipe && targets !== undefined)
      recipes.push({ span: { start: line.start + 1, end: line.end }, targets });
    else if (variables.define(line, conditions > 0)) values.push(line);
    else if (targetLine.test(content)) {
      targets = content.slice(0, content.indexOf(":")).trim().split(/\s+/);
      const own = targetVariable.exec(content);
      if (own?.[1] !== undefined)
        for (const target of targets) {
          const value = { start: line.start + own[0].length, end: line.end };
          ofTargets.set(target, (ofTargets.get(target) ?? new Map<string, Span>()).set(own[1], value));
        }
      const inline = /^[^#;]*?::?[^#;=]*;/.exec(content)?.[0];
      if (inline !== undefined) recipes.push({ span: { start: line.start + inline.length, end: line.end }, targets });
    } else if (/^ *-?s?include[ \t]/.test(content)) {
      for (const included of includedPaths(content, line, path, variables))
        for (const { source: from, line: further, isConditional } of includedLines(included, siblings, path, variables))
          variables.define(further, conditions > 0 || isConditional, from);
    } else if (/^[^\s#]/.test(content) && !/^(?:ifn?def|ifn?eq|else|endif|-?include|export|vpath)\b/.test(content))
      targets = undefined;
  }
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const readLine = (span: Span, locals: MakeLocals | undefined): ShellReading => {
    const script = createScript(text);
    addRecipe(script, text, { span, locals }, variables);
    return script.read();
  };
  const read = (span: Span, locals: MakeLocals | undefined): void => {
    const reading = readLine(span, locals);
    commands.push(...reading.commands);
    furtherCommands.push(...(reading.forwarded ?? []));
    problems.push(...reading.problems);
  };
  for (const { span, targets: of } of recipes) {
    const own = of.flatMap((target) => [...(ofTargets.get(target) ?? [])]);
    read(span, own.length === 0 ? undefined : new Map(own.map(([name, value]) => [name, variables.expand(value)])));
  }
  for (const line of lines) for (const span of shellCalls(text, line)) read(span, undefined);
  for (const [name, calls] of callsOf(text, recipes, definitions, variables))
    for (const line of definitions.get(name) ?? []) read(line, argumentsOf(calls));
  for (const line of values) {
    const value = variables.valueOf(line);
    if (value !== undefined && isCommandValue(text.slice(value.start, value.end)))
      furtherCommands.push(...readLine(value, undefined).commands.map(withoutOpenWords));
  }
  commands.sort((one, other) => one.span.start - other.span.start);
  return { path, dialect: "makefile", text, images: [], jobs: [], commands, furtherCommands, problems };
}

function siblingText(name: string, path: string, siblings: Siblings): string | undefined {
  const file = siblingPath(path, name);
  return file === undefined ? undefined : siblings(file);
}

/** What a rule begins with; blanks may stand before it (GNU make, 4.2). */
const targetLine = /^ *(?!\$[({](?:error|eval|info|warning)\b)[^\s#][^#=]*?:/;

/** `target: NAME = value` (GNU make, 6.11). */
const targetVariable =
  /^ *[^\s#:=][^#:=]*::?[ \t]*(?:(?:export|override|private)[ \t]+)*([\w.-]+)[ \t]*(?:\?|:{1,3})?=[ \t]*/;

interface Recipe {
  readonly span: Span;
  readonly targets: readonly string[];
}

/** The arguments of one call, each as its parts. */
type CallArguments = readonly (readonly WordPart[])[];

const maximumCalls = 64;

/** How recipes use what `define` holds (GNU make, 5.8 and 8.6): `$(NAME)`, and `$(call NAME,a,b)` with arguments. */
function callsOf(
  text: string,
  recipes: readonly Recipe[],
  definitions: ReadonlyMap<string, readonly Span[]>,
  variables: MakeVariables,
): ReadonlyMap<string, readonly CallArguments[]> {
  const calls = new Map<string, CallArguments[]>();
  if (definitions.size === 0) return calls;
  for (const { span } of recipes)
    for (const piece of makePieces(text, span)) {
      if (piece.kind !== "expression") continue;
      const call = /^call[ \t]+([^\s,]+)[ \t]*(,?)/.exec(piece.name);
      const name = call?.[1] ?? piece.name;
      if (!definitions.has(name)) continue;
      const known = calls.get(name) ?? [];
      if (known.length >= maximumCalls) continue;
      const from = text.indexOf(",", piece.span.start) + 1;
      const given = call?.[2] === "," ? splitArguments(text, { start: from, end: piece.span.end - 1 }) : [];
      calls.set(name, [...known, given.map((argument) => variables.expand(argument))]);
    }
  return calls;
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
function argumentsOf(calls: readonly CallArguments[]): MakeLocals {
  const count = Math.min(9, Math.max(0, ...calls.map((call) => call.length)));
  const span = { start: 0, end: 0 };
  return new Map(
    Array.from({ length: count }, (_, index) => [
      String(index + 1),
      [{ span, chain: [], choices: calls.map((call) => call[index] ?? []), group: calls }],
    ]),
  );
}

/** Adds one line of a recipe as the shell gets it: without `@`, `-`, `+` before it and the tab of continued lines. */
function addRecipe(
  script: ScriptBuilder,
  text: string,
  { span, locals }: { readonly span: Span; readonly locals: MakeLocals | undefined },
  variables: MakeVariables,
): void {
  const prefix = /^[ \t]*(?:[@+-][ \t]*)*/.exec(text.slice(span.start, span.end))?.[0] ?? "";
  for (const piece of makePieces(text, { start: span.start + prefix.length, end: span.end })) {
    if (piece.kind === "expression") script.insert({ ...piece, parts: variables.expand(piece.span, locals) });
    else if (piece.kind === "dollar") script.add("$", piece.span.start);
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
