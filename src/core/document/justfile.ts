import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { createScript } from "../shell/script.ts";
import { shebangIsShell } from "../shell/shellInterpreter.ts";
import { windowsShellOf } from "../shell/windowsShell.ts";
import type { Document, ShellCommand } from "./document.ts";
import { createJustValues, type JustValues } from "./justValues.ts";

/** Lines of a justfile that are read. */
const maximumLines = 100_000;

const assignment = /^(?:export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*/;
const header = /^@?([A-Za-z_][\w-]*)((?:[ \t](?:[^:"'\n]|"[^"\n]*"|'[^'\n]*')*)?):(?!=)/;
/** Settings that make another program read the recipes. */
const shellSetting = /^set[ \t]+(?:shell)[ \t]*:=[ \t]*\[[ \t]*["']([^"']+)["']/;

interface Recipe {
  /** Lines without their indentation. */
  readonly lines: Span[];
  readonly values: JustValues;
}

/**
 * Reads a justfile (just 1): the commands of its recipes, with its variables and the defaults of parameters resolved.
 * Each line of a recipe is a script of its own, unless the recipe begins with `#!`.
 */
export function readJustfile(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const globals = createJustValues(text);
  const recipes: Recipe[] = [];
  let recipe: Recipe | undefined;
  let shell = "sh";
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    if (/^[ \t]/.test(content)) {
      const indentation = /^[ \t]*/.exec(content)?.[0].length ?? 0;
      recipe?.lines.push({ start: line.start + indentation, end: line.end });
      continue;
    }
    if (content === "" || content.startsWith("#") || content.startsWith("[")) continue;
    const [set, name] = assignment.exec(content) ?? [];
    shell = shellSetting.exec(content)?.[1] ?? shell;
    recipe = undefined;
    if (set !== undefined && name !== undefined)
      globals.define(name, { start: line.start + set.length, end: line.end });
    else {
      const [found, called = "", parameters = ""] = header.exec(content) ?? [];
      if (found === undefined) continue;
      const start = line.start + found.indexOf(called) + called.length;
      recipe = { lines: [], values: globals.withParameters({ start, end: start + parameters.length }) };
      recipes.push(recipe);
    }
  }
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  for (const { lines, values } of recipes)
    for (const script of scriptsOf(text, lines)) {
      const windowsShell = windowsShellOf(script.shell ?? shell);
      if (windowsShell === undefined && !/(?:^|\/)(?:ba|da|z|k)?sh$/.test(script.shell ?? shell)) continue;
      const reading = readLines(text, script.lines, values, windowsShell);
      (windowsShell === undefined ? commands : furtherCommands).push(...reading.commands);
      problems.push(...reading.problems);
    }
  return { path, dialect: "justfile", text, images: [], jobs: [], commands, furtherCommands, problems };
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

function readLines(
  text: string,
  lines: readonly Span[],
  values: JustValues,
  windowsShell: ReturnType<typeof windowsShellOf>,
): { readonly commands: readonly ShellCommand[]; readonly problems: readonly Problem[] } {
  const script = createScript(text);
  for (const { start, end } of lines) {
    let at = start;
    for (const { index, 0: whole } of text.slice(start, end).matchAll(/\{\{(?!\{).*?\}\}/g)) {
      const span = { start: start + index, end: start + index + whole.length };
      script.add(text.slice(at, span.start), at);
      const inner = { start: span.start + 2, end: span.end - 2 };
      script.insert({ span, name: text.slice(inner.start, inner.end).trim(), parts: values.evaluate(inner, span) });
      at = span.end;
    }
    script.add(text.slice(at, end), at);
    script.addText("\n", Math.max(0, end - 1));
  }
  return script.read(windowsShell === undefined ? {} : { windowsShell });
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
