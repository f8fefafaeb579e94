import { withoutByteOrderMark, type Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import { createScript, type ScriptBuilder } from "../shell/script.ts";
import { isShellProgram, shebangIsShell } from "../shell/shellInterpreter.ts";
import { windowsShellOf } from "../shell/windowsShell.ts";
import type { Document, ShellCommand, WordPart } from "./document.ts";
import { evaluateJinja } from "./jinja.ts";
import { delimited } from "./templateSyntax.ts";
import { knownText } from "./value.ts";
import { tomlTexts, type TomlText } from "./toml.ts";

/** Where a runner of tasks has what it runs; `?` is any key, `*` an item of an array. */
interface Runner {
  readonly path: RegExp;
  /** Scripts, each by itself. */
  readonly scripts: readonly string[];
  /** Scripts whose lines are items. */
  readonly lines?: readonly string[];
  /** Programs, whose words stand beside them under `args`. */
  readonly programs?: readonly string[];
  /** Variables, for all tasks or for one. */
  readonly variables: readonly string[];
  /** What runs a task's scripts, where it is not the usual shell: a key beside them. */
  readonly shell?: string;
  /** Whether scripts hold expressions between `{{` and `}}`. */
  readonly isTemplate?: true;
}

const pixi = ["tasks.?", "feature.?.tasks.?", "target.?.tasks.?"].flatMap((task) => [task, `${task}.cmd`]);
const python = [
  ...pixi.map((place) => `tool.pixi.${place}`),
  ...["tool.poe.tasks.?", "tool.poe.tasks.?.sequence.*", "tool.pdm.scripts.?"].flatMap((task) => [
    task,
    `${task}.cmd`,
    `${task}.shell`,
  ]),
  ...["tool.taskipy.tasks.?", "tool.rye.scripts.?"].flatMap((task) => [task, `${task}.cmd`]),
  "tool.hatch.envs.?.scripts.?",
  "tool.hatch.envs.?.scripts.?.*",
];

const runners: readonly Runner[] = [
  // mise, "Tasks".
  {
    path: /(?:^|\/)[.\w-]*mise[^/]*\.toml$|(?:^|\/)\.?mise\//,
    scripts: ["tasks.?", "tasks.?.*", "tasks.?.run", "tasks.?.run.*"],
    variables: ["env.?", "tasks.?.env.?"],
    shell: "shell",
    isTemplate: true,
  },
  // cargo-make.
  {
    path: /(?:^|\/)[^/]*akefile[^/]*\.toml$/,
    scripts: ["tasks.?.script", "tasks.?.script.content", "tasks.?.?.script"],
    lines: ["tasks.?.script.*", "tasks.?.?.script.*"],
    programs: ["tasks.?.command", "tasks.?.?.command"],
    variables: ["env.?", "tasks.?.env.?"],
    shell: "script_runner",
  },
  { path: /(?:^|\/)pixi\.toml$/, scripts: pixi, variables: ["activation.env.?", "tasks.?.env.?"] },
  {
    path: /(?:^|\/)pyproject\.toml$/,
    scripts: python,
    variables: ["tool.pixi.activation.env.?", "tool.poe.env.?", "tool.poe.tasks.?.env.?"],
  },
];

const expressions = delimited("{{", "}}");
const maximumDepth = 10;

/** Reads the tasks of a runner that keeps them in TOML (mise, cargo-make, pixi, those of Python): the commands of their scripts. */
export function readTomlTasks(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const commands: ShellCommand[] = [];
  const furtherCommands: ShellCommand[] = [];
  const problems: Problem[] = [];
  const document: Document = {
    path,
    dialect: "toml-tasks",
    text,
    images: [],
    commands,
    furtherCommands,
    jobs: [],
    problems,
  };
  const runner = runners.find((one) => one.path.test(path));
  if (runner === undefined || !mayNameImages(text)) return document;
  const strings = tomlTexts(text);
  const isAt = (places: readonly string[]): ((string: TomlText) => boolean) => {
    const forms = places.map((place) => place.split("."));
    return ({ path: keys }) => forms.some((form) => isLike(keys, form));
  };
  const variables = strings.filter(isAt(runner.variables));
  const named = new Map(strings.map((string) => [string.path.join("."), string]));
  const read = (script: ScriptBuilder, task: readonly string[], shell?: string): void => {
    const windowsShell = shell === undefined ? undefined : windowsShellOf(shell);
    if (shell !== undefined && windowsShell === undefined && !isShellProgram(shell.split(/\s/, 1)[0] ?? "")) return;
    const ofTask = variables.filter(({ path: keys }) => isOf(keys, task) || !keys.includes("tasks"));
    const environment = Object.fromEntries(
      ofTask.flatMap((one) => {
        const value = runner.isTemplate === true ? filled(one.text, named, 0) : one.text;
        return value === undefined ? [] : [[one.path.at(-1) ?? "", value] as const];
      }),
    );
    const reading = script.read({ environment, windowsShell });
    (windowsShell === undefined ? commands : furtherCommands).push(...reading.commands);
    furtherCommands.push(...(reading.forwarded ?? []));
    problems.push(...reading.problems);
  };
  const scriptOf = (parts: readonly TomlText[]): void => {
    const [first] = parts;
    if (first === undefined || shebangIsShell(first.text) === false) return;
    const task = first.path.slice(0, taskLength(first.path));
    const script = createScript(text);
    for (const part of parts) {
      addText(script, part, runner.isTemplate === true ? (name) => valueOf(name, named, 0) : undefined);
      script.addText("\n", part.span.end);
    }
    read(script, task, runner.shell === undefined ? undefined : named.get([...task, runner.shell].join("."))?.text);
  };
  for (const string of strings.filter(isAt(runner.scripts))) scriptOf([string]);
  const lines = new Map<string, TomlText[]>();
  for (const string of strings.filter(isAt(runner.lines ?? []))) {
    const key = string.path.join(".");
    lines.set(key, [...(lines.get(key) ?? []), string]);
  }
  for (const parts of lines.values()) scriptOf(parts);
  for (const program of strings.filter(isAt(runner.programs ?? []))) {
    const holder = program.path.slice(0, -1);
    const words = strings.filter(
      ({ path: keys }) => keys.length === holder.length + 2 && isOf(keys, [...holder, "args", "*"]),
    );
    // No shell splits them or runs anything in them.
    if (words.some((word) => /["`\\]|\$\(/.test(word.text))) continue;
    const script = createScript(text);
    addText(script, program, undefined);
    for (const word of words) {
      script.addText(' "', word.span.start);
      addText(script, word, undefined);
      script.addText('"', word.span.end);
    }
    read(script, program.path.slice(0, taskLength(program.path)));
  }
  return document;
}

function isLike(keys: readonly string[], form: readonly string[]): boolean {
  return (
    keys.length === form.length && form.every((key, index) => (key === "?" ? keys[index] !== "*" : key === keys[index]))
  );
}

/** How many of the keys name the task: those up to the one after `tasks` or `scripts`. */
function taskLength(keys: readonly string[]): number {
  return keys.findIndex((key) => key === "tasks" || key === "scripts") + 2;
}

function isOf(keys: readonly string[], task: readonly string[]): boolean {
  return task.every((key, index) => keys[index] === key);
}

type ValueOf = (name: string) => { readonly text: string; readonly string?: TomlText } | undefined;

/** Adds a string to a script, with what its expressions come to. */
function addText(script: ScriptBuilder, { pieces }: TomlText, valueOfName: ValueOf | undefined): void {
  for (const { text, at, isWritten } of pieces) {
    if (!isWritten) {
      script.addText(text, at);
      continue;
    }
    let done = 0;
    for (const { start, end, name = "" } of valueOfName === undefined ? [] : expressions(text)) {
      script.add(text.slice(done, start), at + done);
      const span = { start: at + start, end: at + end };
      script.insert({ span, name, parts: [partOf(name, span, valueOfName?.(name))] });
      done = end;
    }
    script.add(text.slice(done), at + done);
  }
}

function partOf(name: string, span: Span, value: ReturnType<ValueOf>): WordPart {
  if (value === undefined) return { span, chain: [{ span, label: "expression", text: name }] };
  const { text, string } = value;
  if (string === undefined) return { text, span, chain: [{ span, label: "expression", text: name }] };
  const [only, ...others] = string.pieces;
  const isWritten = only?.isWritten === true && others.length === 0 && only.text === text;
  const literal = isWritten ? { literal: { start: only.at, end: only.at + text.length } } : {};
  return { text, span, ...literal, chain: [{ span: string.span, label: `variable ${name}`, text: string.text }] };
}

/** What an expression comes to, of `vars.NAME` and `env.NAME` as far as the file says them. */
function valueOf(name: string, named: ReadonlyMap<string, TomlText>, depth: number): ReturnType<ValueOf> {
  const textOf = (key: string): string | undefined => {
    const string = /^(?:vars|env)\./.test(key) ? named.get(key) : undefined;
    return string === undefined ? undefined : filled(string.text, named, depth + 1);
  };
  const string = named.get(name);
  const own = textOf(name);
  if (string !== undefined && own !== undefined) return { text: own, string };
  const [value, ...others] =
    evaluateJinja(name, (key) => {
      const text = textOf(key);
      return text === undefined ? undefined : [{ parts: [{ text }], chain: [] }];
    }) ?? [];
  const text = value === undefined || others.length > 0 ? "" : knownText(value);
  return text === "" ? undefined : { text };
}

/** A text with its expressions filled in; undefined where one is not known. */
function filled(text: string, named: ReadonlyMap<string, TomlText>, depth: number): string | undefined {
  let value = "";
  let done = 0;
  for (const { start, end, name = "" } of expressions(text)) {
    const inner = depth > maximumDepth ? undefined : valueOf(name, named, depth);
    if (inner === undefined) return undefined;
    value += text.slice(done, start) + inner.text;
    done = end;
  }
  return value + text.slice(done);
}
