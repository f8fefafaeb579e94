import { mayNameImages } from "../shell/imageCommands.ts";
import type { WindowsShell } from "../shell/windowsShell.ts";
import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { Placeholder, TemplateScope } from "./template.ts";
import { noTemplate } from "./templateSyntax.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const variable =
  /\$\{(?:(input):([^}]+)|(?:command|config|env):[^}]+|(?:cwd|default|execPath|file|lineNumber|pathSeparator|relativeFile|selectedText|userHome|workspace)\w*(?::[^}]*)?)\}/g;
const plain: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/** What a task is on one system, over what it is elsewhere. */
const systems: readonly (readonly [key: string, shell: WindowsShell | undefined])[] = [
  ["linux", undefined],
  ["osx", undefined],
  ["windows", "powershell"],
];

/**
 * Reads the editor's tasks (VS Code, `tasks.json`, or those of a workspace file): their commands, and the images that
 * tasks of its Docker extension run but do not build.
 */
export function readEditorTasks(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  if (!mayNameImages(text))
    return { path, dialect: "editor-tasks", text, images: [], commands: [], jobs: [], problems: [] };
  const pipeline = createPipeline(source, path, "editor-tasks", readJsonc);
  for (const root of pipeline.roots)
    readTasks(pipeline, /\.code-workspace$/i.test(path) ? valueAt(root, "tasks") : root);
  // Whatever else is wrong with the file, the editor itself tells.
  return { ...pipeline.document(), problems: [] };
}

function readTasks(pipeline: Pipeline, root: YamlNode | undefined): void {
  const scope = inputsOf(root);
  const tasks = itemsOf(valueAt(root, "tasks"));
  const built = new Set(tasks.map((task) => withoutLatest(textOf(valueAt(task, "dockerBuild", "tag")) ?? "")));
  const untagged = new Set(tasks.filter(isUntaggedBuild).map(labelOf));
  for (const task of tasks) {
    const dependsOn = valueAt(task, "dependsOn");
    const runsBuilt = [dependsOn, ...itemsOf(dependsOn)].some((one) => untagged.has(textOf(one) ?? ""));
    pipeline.image(valueAt(task, "dockerRun", "image"), "image", {
      scope,
      skip: (name) => built.has(withoutLatest(name)) || (runsBuilt && /^[\w.-]+$/.test(withoutLatest(name))),
    });
    readCommand(pipeline, task, scope);
    for (const [key, windowsShell] of systems)
      if (valueAt(task, key, "command") !== undefined || valueAt(task, key, "args") !== undefined)
        readCommand(pipeline, task, scope, { own: valueAt(task, key), windowsShell });
  }
}

/** Whether a task builds an image that the editor calls after the project. */
function isUntaggedBuild(task: YamlNode): boolean {
  return textOf(valueAt(task, "type")) === "docker-build" && valueAt(task, "dockerBuild", "tag") === undefined;
}

/** What others depend on a task by, which the kind of a task says where nothing else does. */
function labelOf(task: YamlNode): string {
  return textOf(valueAt(task, "label")) ?? textOf(valueAt(task, "type")) ?? "";
}

function withoutLatest(name: string): string {
  return name.replace(/:latest$/, "");
}

/** A command line, or a program with its arguments, each of which may say how it is quoted. */
function readCommand(
  pipeline: Pipeline,
  task: YamlNode,
  scope: TemplateScope,
  { own, windowsShell }: { own?: YamlNode | undefined; windowsShell?: WindowsShell | undefined } = {},
): void {
  const command = wordOf(valueAt(own, "command") ?? valueAt(task, "command"));
  const given = itemsOf(valueAt(own, "args") ?? valueAt(task, "args")).flatMap((word) => wordOf(word) ?? []);
  if (command === undefined) return;
  if (given.length === 0) pipeline.script([command], { scope, windowsShell });
  else pipeline.words([command, ...given], { scope });
}

function wordOf(node: YamlNode | undefined): YamlNode | undefined {
  return scalarOf(node) === undefined ? valueAt(node, "value") : node;
}

/** What the editor replaces in tasks (VS Code, "Variables Reference"): only an input's default is known. */
function inputsOf(root: YamlNode | undefined): TemplateScope {
  const inputs = new Map(
    itemsOf(valueAt(root, "inputs")).map((input) => [textOf(valueAt(input, "id")), valueAt(input, "default")]),
  );
  return {
    syntax: placeholders,
    lookup(name) {
      const node = inputs.get(name);
      return node === undefined ? [] : [{ label: `default of input ${name}`, node, scope: plain }];
    },
  };
}

function placeholders(source: string): readonly Placeholder[] {
  return [...source.matchAll(variable)].map((match): Placeholder => {
    const place = { start: match.index, end: match.index + match[0].length };
    return match[2] === undefined ? place : { ...place, name: match[2] };
  });
}
