import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { ShellReading } from "../shell/readShell.ts";
import { createScript } from "../shell/script.ts";
import type { NamedFile } from "../shell/shellSource.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import type { Document, ShellCommand } from "./document.ts";
import { isCommandValue, shellCalls, unusedBodies, withoutOpenWords } from "./makefileCommand.ts";
import { both, createMakeConditions } from "./makefileConditions.ts";
import { globbedPaths, includedLines, includedPaths, includerOf, linesAround } from "./makefileInclude.ts";
import { logicalLines } from "./makefileLines.ts";
import { addEnvironment, addRecipe, argumentsOf, callsOf, type MakePlace } from "./makefileRecipe.ts";
import { colonOf, createRuleLocals, type MakeRule, type TargetVariable } from "./makefileRules.ts";
import { createMakeVariables, type MakeLocals } from "./makefileVariables.ts";
import { fileOfScript } from "./shellScript.ts";

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
  const rules: MakeRule[] = [];
  const definitions = new Map<string, Span[]>();
  const exported = new Set<string>();
  let isAllExported = false;
  let rule: MakeRule | undefined;
  let defining: string | undefined;
  let depth = 0;
  const conditions = createMakeConditions(variables);
  // Other files matter for images alone.
  const isForImages = mayNameImages(text);
  const includer = isForImages ? includerOf(path, siblings) : undefined;
  const around = includer === undefined ? undefined : linesAround(includer, path, siblings, variables);
  const takeAround = (): void => {
    for (let next = around?.next(); next?.done === false && next.value !== "own"; next = around?.next())
      variables.define(next.value.line, next.value.certainty, next.value.source);
  };
  takeAround();
  /** Where make runs. */
  const root = includer?.file ?? path;
  const ofTargets: TargetVariable[] = [];
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
    conditions.read(content, line.start);
    const [, names] = exportForm.exec(content) ?? [];
    if (names === "" || content.startsWith(".EXPORT_ALL_VARIABLES:")) isAllExported = true;
    for (const name of names?.split(/[ \t]+/) ?? []) exported.add(name);
    if (line.isRecipe && rule !== undefined) {
      rule.lines.push({ start: line.start + 1, end: line.end });
      const [, head = "", name, isDefault, value] = evaluated.exec(content) ?? [];
      if (name === undefined || value === undefined) continue;
      // It holds from here on, and what the file says elsewhere comes after it.
      const given = {
        start: line.start + head.length,
        end: line.start + content.lastIndexOf(head.includes("{") ? "}" : ")"),
      };
      variables.define(given, isDefault === undefined ? "never" : conditions.certainty());
      const span = variables.valueOf(given);
      if (isDefault === undefined && span !== undefined) ofTargets.push({ targets: rule.targets, name, value: span });
    } else if (variables.define(line, conditions.certainty())) values.push(line);
    else if (targetLine.test(content)) {
      const colon = line.start + colonOf(content);
      const rest = { start: colon + (text[colon + 1] === ":" ? 2 : 1), end: line.end };
      rule = { targets: { start: line.start, end: colon }, rest, lines: [] };
      const own = targetVariable.exec(content);
      if (own?.[1] === undefined) rules.push(rule);
      else
        ofTargets.push({
          targets: rule.targets,
          name: own[1],
          value: { start: line.start + own[0].length, end: line.end },
        });
      const inline = /^[^#;]*?::?[^#;=]*;/.exec(content)?.[0];
      if (inline !== undefined) rule.lines.push({ start: line.start + inline.length, end: line.end });
    } else if (/^ *-?s?include[ \t]/.test(content)) {
      for (const included of [
        ...includedPaths(content, line, root, variables),
        ...globbedPaths(content, root, isForImages ? siblings : noSiblings),
      ])
        for (const { source: from, line: further, certainty } of includedLines(included, siblings, root, variables))
          variables.define(further, both(conditions.certainty(), certainty), from);
    } else if (/^[^\s#]/.test(content) && !/^(?:ifn?def|ifn?eq|else|endif|-?include|export|vpath)\b/.test(content))
      rule = undefined;
  }
  takeAround();
  for (const [name, body] of definitions) variables.defineBlock(name, body);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const commandValues = new Map(
    values.flatMap((line): readonly (readonly [string, Span])[] => {
      const value = variables.valueOf(line);
      const name = /^[ \t]*(?:\w+[ \t]+)*?([\w.-]+)[ \t]*[:?+!]*=/.exec(text.slice(line.start, line.end))?.[1] ?? "";
      return value !== undefined && isCommandValue(text.slice(value.start, value.end)) ? [[name, value]] : [];
    }),
  );
  const isCallable = (name: string): boolean => definitions.has(name) || commandValues.has(name);
  const isExported = (name: string): boolean => isAllExported || exported.has(name);
  const fileNamed = (name: string): NamedFile | undefined => fileOfScript(name, path, siblings);
  const readPlaces = (places: readonly MakePlace[]): ShellReading => {
    const script = createScript(text);
    for (const place of places) {
      if (isAllExported || exported.size > 0) addEnvironment(script, text, place, { isExported, variables });
      addRecipe(script, text, place, { isCallable, variables });
      script.addText("\n", Math.max(0, place.span.end - 1));
    }
    return script.read({ fileNamed });
  };
  const read = (places: readonly MakePlace[]): void => {
    const reading = readPlaces(places);
    commands.push(...reading.commands);
    furtherCommands.push(...(reading.forwarded ?? []));
    problems.push(...reading.problems);
  };
  const localsOf = createRuleLocals(text, rules, ofTargets, variables);
  const places: MakePlace[] = [];
  const isOneShell = /^\.ONESHELL:/m.test(text);
  for (const one of rules) {
    if (one.lines.length === 0) continue;
    const isOfRule = ofTargets.length > 0 || one.lines.some(({ start, end }) => ofRule.test(text.slice(start, end)));
    const locals = isOfRule ? localsOf(one) : noLocals;
    const own = one.lines.map((span) => ({ span, locals: locals.size === 0 ? undefined : locals }));
    places.push(...own);
    if (isOneShell) read(own);
    else for (const place of own) read([place]);
  }
  for (const line of lines) {
    for (const span of shellCalls(text, line)) read([{ span, locals: undefined }]);
    if (!line.isRecipe && /^[^#]*\$[({](?:call|eval|foreach)[ \t]/.test(text.slice(line.start, line.end)))
      places.push({ span: line, locals: undefined });
  }
  // Those that include the file may use what nothing in it does.
  for (const body of isForImages ? unusedBodies(text, definitions) : [])
    for (const span of body) {
      const place = { span, locals: undefined };
      places.push(place);
      furtherCommands.push(...readPlaces([place]).commands.map(withoutOpenWords));
    }
  let calls = callsOf(text, places, isCallable, variables);
  // What is called may call others with what it is given.
  if (calls.size > 0) {
    const bodies = [...calls].flatMap(([name, own]) =>
      (definitions.get(name) ?? []).map((span) => ({ span, locals: argumentsOf(own) })),
    );
    calls = callsOf(text, [...places, ...bodies], isCallable, variables);
  }
  for (const [name, own] of calls)
    for (const span of definitions.get(name) ?? []) read([{ span, locals: argumentsOf(own) }]);
  for (const [name, span] of commandValues) {
    const locals = argumentsOf(calls.get(name) ?? []);
    furtherCommands.push(
      ...readPlaces([{ span, locals: locals.size === 0 ? undefined : locals }]).commands.map(withoutOpenWords),
    );
  }
  commands.sort((one, other) => one.span.start - other.span.start);
  return { path, dialect: "makefile", text, images: [], jobs: [], commands, furtherCommands, problems };
}

/** `$(eval NAME = value)` as a line of a recipe (GNU make, 8.10). */
const evaluated = /^([ \t]*(?:[@+-][ \t]*)*\$[({]eval[ \t]+)([\w.-]+)[ \t]*(?:(\?)|:{1,3})?=(.*)[)}][ \t]*$/s;

const noLocals: MakeLocals = new Map();
/** What only the rule tells: `$@`, `$*`, and functions of them. */
const ofRule = /\$[({]?[@*]/;

/** `export`, `export NAME` and `export NAME = value` (GNU make, 5.7.2). */
const exportForm = /^[ \t]*(?:override[ \t]+)?export\b[ \t]*((?:[\w.-]+(?:[ \t]+[\w.-]+)*)?)[ \t]*(?:$|[#?+:!]*=)/;

function siblingText(name: string, path: string, siblings: Siblings): string | undefined {
  const file = siblingPath(path, name);
  return file === undefined ? undefined : siblings(file);
}

/** What a rule begins with; blanks may stand before it (GNU make, 4.2). */
const targetLine = /^ *(?!\$[({](?:error|eval|info|warning)\b)[^\s#][^#=]*?:/;

/** `target: NAME = value` (GNU make, 6.11). */
const targetVariable =
  /^ *[^\s#:=][^#:=]*::?[ \t]*(?:(?:export|override|private)[ \t]+)*([\w.-]+)[ \t]*(?:\?|:{1,3})?=[ \t]*/;
