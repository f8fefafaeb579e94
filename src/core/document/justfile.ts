import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { ShellReading } from "../shell/readShell.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import { shebangIsShell } from "../shell/shellInterpreter.ts";
import { windowsShellOf } from "../shell/windowsShell.ts";
import type { Document, ShellCommand } from "./document.ts";
import { createJustFiles, importedNames, importerOf, type DotenvSettings } from "./justFiles.ts";
import { defineParameters, parametersOf, type JustRecipe } from "./justRecipe.ts";
import { environmentPart, type JustFiles, type JustSource } from "./justExpression.ts";
import { createJustValues, type JustValues } from "./justValues.ts";
import { noSiblings, type Siblings } from "./siblings.ts";

/** Lines of a justfile that are read. */
const maximumLines = 100_000;

const assignment = /^(export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*/;
const header = /^@?([A-Za-z_][\w-]*)((?:[ \t](?:[^:"'\n]|"[^"\n]*"|'[^'\n]*')*)?):(?!=)/;
/** Settings that make another program read the recipes. */
const shellSetting = /^set[ \t]+(?:shell)[ \t]*:=[ \t]*\[[ \t]*["']([^"']+)["']/;
const dotenvSetting = /^set[ \t]+dotenv-(load|filename|path|required|override)\b[ \t]*(?::=[ \t]*["']?([^"'\s]+))?/;
const longText = /[xf]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\]|\\.)*"|'[^']*'|```[\s\S]*?```)/y;

/** What the lines of a justfile say outside recipes. */
interface Definitions {
  readonly exported: Set<string>;
  isAllExported: boolean;
  shell: string;
  readonly dotenv: DotenvSettings;
}

/**
 * Reads a justfile (just 1): the commands of its recipes, with its variables, what its files tell and the parameters
 * resolved. Each line of a recipe is a script of its own, unless the recipe begins with `#!`.
 */
export function readJustfile(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const definitions: Definitions = {
    exported: new Set(),
    isAllExported: false,
    shell: "sh",
    dotenv: { isLoaded: false },
  };
  // Other files matter for images alone.
  const files = createJustFiles(path, mayNameImages(text) ? siblings : noSiblings, definitions.dotenv);
  const globals = createJustValues(files);
  const importer = mayNameImages(text) ? importerOf(path, siblings) : undefined;
  if (importer !== undefined) readLinesOf(importer, globals, definitions);
  for (const name of mayNameImages(text) ? importedNames(text) : []) {
    const imported = files.textOf(name);
    if (imported !== undefined) readLinesOf(imported, globals, definitions);
  }
  const recipes = readLinesOf({ text }, globals, definitions);
  defineParameters({ text }, recipes);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  for (const recipe of recipes)
    for (const script of scriptsOf(text, recipe.lines)) {
      const windowsShell = windowsShellOf(script.shell ?? definitions.shell);
      if (windowsShell === undefined && !/(?:^|\/)(?:ba|da|z|k)?sh$/.test(script.shell ?? definitions.shell)) continue;
      const reading = readScript(text, script.lines, { recipe, files, definitions, windowsShell });
      (windowsShell === undefined ? commands : furtherCommands).push(...reading.commands);
      furtherCommands.push(...(reading.forwarded ?? []));
      problems.push(...reading.problems);
    }
  return { path, dialect: "justfile", text, images: [], jobs: [], commands, furtherCommands, problems };
}

/** Takes what the lines of a justfile say into `globals` and `definitions`; gives its recipes. */
function readLinesOf(source: JustSource, globals: JustValues, definitions: Definitions): readonly JustRecipe[] {
  const { text } = source;
  const recipes: JustRecipe[] = [];
  let recipe: JustRecipe | undefined;
  let until = 0;
  for (const line of linesOf(text)) {
    if (line.start < until) continue;
    const content = text.slice(line.start, line.end);
    if (/^[ \t]/.test(content)) {
      const indentation = /^[ \t]*/.exec(content)?.[0].length ?? 0;
      recipe?.lines.push({ start: line.start + indentation, end: line.end });
      continue;
    }
    if (content === "" || content.startsWith("#") || content.startsWith("[")) continue;
    readSetting(content, definitions);
    const [set, exports, name] = assignment.exec(content) ?? [];
    recipe = undefined;
    if (set !== undefined && name !== undefined) {
      const start = line.start + set.length;
      longText.lastIndex = start;
      const end = Math.max(line.end, start + (longText.exec(text)?.[0].length ?? 0));
      globals.define(name, { source, span: { start, end } });
      if (exports !== undefined) definitions.exported.add(name);
      until = end;
      continue;
    }
    const [found, called = "", given = ""] = header.exec(content) ?? [];
    if (found === undefined) continue;
    const start = line.start + found.indexOf(called) + called.length;
    let { end } = line;
    while (text[end - 1] === "\\" && end < text.length) end = lineEnd(text, end + 1);
    until = end;
    recipe = {
      name: called,
      parameters: parametersOf(text, { start, end: start + given.length }),
      dependencies: { start: line.start + found.length, end },
      lines: [],
      values: globals,
    };
    recipes.push(recipe);
  }
  // What stands further down counts too.
  return recipes.map((one) => ({ ...one, values: globals.copy() }));
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf("\n", from);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === "\r" ? end - 1 : end;
}

function readSetting(content: string, definitions: Definitions): void {
  if (!content.startsWith("set")) return;
  definitions.shell = shellSetting.exec(content)?.[1] ?? definitions.shell;
  if (/^set[ \t]+export\b(?![ \t]*:=[ \t]*false)/.test(content)) definitions.isAllExported = true;
  const [, dotenv, value] = dotenvSetting.exec(content) ?? [];
  if (dotenv === undefined || value === "false") return;
  definitions.dotenv.isLoaded = true;
  if (dotenv === "filename" && value !== undefined) definitions.dotenv.filename = value;
  if (dotenv === "path" && value !== undefined) definitions.dotenv.path = value;
}

/** The scripts of a recipe: one for each line and what continues it, or one for all lines after `#!`. */
function* scriptsOf(
  text: string,
  lines: readonly Span[],
): Generator<{ readonly lines: readonly Span[]; readonly shell?: string }> {
  const [first, ...rest] = lines;
  if (first === undefined) return;
  const head = text.slice(first.start, first.end);
  if (head.startsWith("#!")) {
    const program = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(\S+)/.exec(head)?.[1] ?? "";
    if (shebangIsShell(head) === true || windowsShellOf(program) !== undefined)
      yield { lines: rest, shell: shebangIsShell(head) === true ? "sh" : program };
    return;
  }
  let joined: Span[] = [];
  for (const { start, end } of lines) {
    const sigils = joined.length > 0 ? 0 : (/^[@-]*/.exec(text.slice(start, end))?.[0].length ?? 0);
    joined.push({ start: start + sigils, end });
    if (text[end - 1] === "\\") continue;
    yield { lines: joined };
    joined = [];
  }
  if (joined.length > 0) yield { lines: joined };
}

/** What holds around a script of a recipe. */
interface Around {
  readonly recipe: JustRecipe;
  readonly files: JustFiles;
  readonly definitions: Definitions;
  readonly windowsShell: ReturnType<typeof windowsShellOf>;
}

function readScript(text: string, lines: readonly Span[], around: Around): ShellReading {
  const { recipe, windowsShell } = around;
  const script = createScript(text);
  if (windowsShell === undefined) addEnvironment(script, text, lines, around);
  for (const { start, end } of lines) {
    let at = start;
    for (const { index, 0: whole } of text.slice(start, end).matchAll(/\{\{(?!\{).*?\}\}/g)) {
      const span = { start: start + index, end: start + index + whole.length };
      script.add(text.slice(at, span.start), at);
      const inner = { start: span.start + 2, end: span.end - 2 };
      const parts = recipe.values.evaluate({ source: { text }, span: inner }, span);
      script.insert({ span, name: text.slice(inner.start, inner.end).trim(), parts });
      at = span.end;
    }
    script.add(text.slice(at, end), at);
    script.addText("\n", Math.max(0, end - 1));
  }
  return script.read(windowsShell === undefined ? {} : { windowsShell });
}

const environmentName = /\$\{?([A-Za-z_]\w*)/g;

/** Sets the names of the environment that a script uses: what is exported, and what the environment file says. */
function addEnvironment(
  script: ScriptBuilder,
  text: string,
  lines: readonly Span[],
  { recipe: { parameters, values }, files, definitions: { exported, isAllExported } }: Around,
): void {
  const used = new Set(
    lines.flatMap(({ start, end }) =>
      [...text.slice(start, end).matchAll(environmentName)].map(([, name = ""]) => name),
    ),
  );
  const [first] = lines;
  if (used.size === 0 || first === undefined) return;
  const span = { start: first.start, end: first.start };
  for (const name of used) {
    const parameter = parameters.find((one) => one.name === name);
    const isExported = isAllExported || (parameter === undefined ? exported.has(name) : parameter.isExported);
    const own = isExported ? values.valueOf(name) : undefined;
    const found = own === undefined ? files.environment(name) : undefined;
    const parts = own ?? (found === undefined ? undefined : [environmentPart(found, name, span)]);
    if (parts === undefined) continue;
    script.addText(`${name}=`, span.start);
    script.insert({ span, name, parts });
    script.addText("\n", span.start);
  }
}

function* linesOf(text: string): Generator<Span> {
  let start = 0;
  for (let count = 0; start < text.length && count < maximumLines; count++) {
    const newline = text.indexOf("\n", start);
    const next = newline < 0 ? text.length : newline;
    yield { start, end: text[next - 1] === "\r" ? Math.max(start, next - 1) : next };
    start = next + 1;
  }
}
