import { withoutByteOrderMark } from "../image/span.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { Document } from "./document.ts";
import { isCommandValue } from "./makefileCommand.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { ScriptCombination } from "./pipelineScript.ts";
import { noSiblings, siblingPath, type Siblings } from "./siblings.ts";
import { environmentLevel, includingLevels } from "./taskfileFiles.ts";
import { taskScope, type TaskLevel } from "./taskfileScope.ts";
import { definitionText, templateText, type TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What a task is called with: variables of the call, as the caller sees them. */
type Calls = ReadonlyMap<string, readonly TaskLevel[]>;

/** Rounds of gathering calls: a task that is called may call others with what it was given. */
const maximumRounds = 4;
const maximumCalls = 64;
const maximumItems = 200;

/**
 * Reads a Taskfile (Task 3): commands, each run by a shell of its own, with the variables that the file, the one that
 * includes it, its environment files and the calls of tasks say.
 */
export function readTaskfile(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "taskfile");
  const text = withoutByteOrderMark(source);
  // Other files matter for images alone.
  const files = mayNameImages(text) ? siblings : noSiblings;
  for (const root of pipeline.roots) readRoot(pipeline, root, { text, path, files });
  return pipeline.document();
}

interface Context {
  readonly text: string;
  readonly path: string;
  readonly files: Siblings;
}

function readRoot(pipeline: Pipeline, root: YamlNode, context: Context): void {
  const { text, path, files } = context;
  const evaluate = (node: YamlNode): string | undefined => printed(node, path, files);
  const global: readonly TaskLevel[] = [
    environmentLevel(valueAt(root, "dotenv"), path, files),
    { node: valueAt(root, "env") },
    ...includingLevels(path, text, files),
    { node: valueAt(root, "vars") },
  ];
  const scopeOf = (levels: readonly TaskLevel[]): TemplateScope => taskScope(levels, evaluate);
  readVariables(pipeline, valueAt(root, "vars"), scopeOf(global));
  const tasks = entriesOf(valueAt(root, "tasks"));
  const own = (task: YamlNode): readonly TaskLevel[] => [
    environmentLevel(valueAt(task, "dotenv"), path, files),
    { node: valueAt(task, "env") },
    { node: valueAt(task, "vars") },
  ];
  let calls: Calls = new Map();
  for (let round = 0; round < maximumRounds; round++) {
    const found = new Map<string, TaskLevel[]>();
    for (const { key, value: task } of tasks)
      for (const around of callLevels(calls, key.text))
        gatherCalls(task, [...global, ...around, ...own(task)], scopeOf, found, text);
    const isSame = [...found].every(([name, levels]) => levels.length === calls.get(name)?.length);
    calls = found;
    if (isSame) break;
  }
  for (const { key, value: task } of tasks) {
    const levels = [...global, ...own(task)];
    const scope = scopeOf(levels);
    readVariables(pipeline, valueAt(task, "vars"), scope);
    const environment = environmentOf(levels, scope, text);
    const called = (calls.get(key.text) ?? []).map((call) => [...global, call, ...own(task)]);
    const read = (node: YamlNode | undefined, items: readonly TaskLevel[] = []): void => {
      const all = (called.length === 0 ? [levels] : called).flatMap((one) =>
        items.length === 0 ? [one] : items.map((item) => [...one, item]),
      );
      const combinations =
        called.length === 0 && items.length === 0
          ? undefined
          : all.map((one): ScriptCombination => ({ scope: scopeOf(one), variable: () => undefined }));
      pipeline.script([scalarOf(node)], { scope, environment, combinations });
    };
    for (const command of commandsOf(task)) {
      const items = loopItems(command, scope, text);
      for (const one of [command, valueAt(command, "cmd"), valueAt(command, "defer")]) read(one, items);
    }
    for (const check of itemsOf(valueAt(task, "status"))) read(check);
    for (const check of itemsOf(valueAt(task, "preconditions"))) read(scalarOf(check) ?? valueAt(check, "sh"));
  }
}

/** The levels of the calls of a task; one empty one where nothing calls it. */
function callLevels(calls: Calls, name: string): readonly (readonly TaskLevel[])[] {
  const known = calls.get(name);
  return known === undefined ? [[]] : known.map((level) => [level]);
}

function commandsOf(task: YamlNode): readonly YamlNode[] {
  const cmds = valueAt(task, "cmds") ?? valueAt(task, "cmd") ?? task;
  return scalarOf(cmds) === undefined ? itemsOf(cmds) : [cmds];
}

/** Notes what a task calls others with. */
function gatherCalls(
  task: YamlNode,
  levels: readonly TaskLevel[],
  scopeOf: (levels: readonly TaskLevel[]) => TemplateScope,
  found: Map<string, TaskLevel[]>,
  text: string,
): void {
  const scope = scopeOf(levels);
  for (const call of [...commandsOf(task), ...itemsOf(valueAt(task, "deps"))]) {
    const given = valueAt(call, "defer") ?? call;
    const name = scalarOf(valueAt(given, "task"))?.text;
    const node = valueAt(given, "vars");
    if (name === undefined || node === undefined) continue;
    const items = loopItems(call, scope, text);
    for (const item of items.length === 0 ? [undefined] : items) {
      const known = found.get(name) ?? [];
      if (known.length >= maximumCalls) break;
      const around = item === undefined ? scope : scopeOf([...levels, item]);
      found.set(name, [...known, { node, scope: around }]);
    }
  }
}

/** What `for` goes over (Task, "Looping over values"): an item is `{{.ITEM}}`, or what `as` says. */
function loopItems(command: YamlNode, scope: TemplateScope, text: string): readonly TaskLevel[] {
  const loop = valueAt(command, "for");
  if (loop === undefined) return [];
  const as = scalarOf(valueAt(loop, "as"))?.text ?? "ITEM";
  const ofNodes = (nodes: readonly YamlNode[]): readonly TaskLevel[] =>
    nodes.slice(0, maximumItems).map((node) => ({ items: new Map([[as, node]]) }));
  const matrix = entriesOf(valueAt(loop, "matrix"));
  if (matrix.length > 0)
    return matrix.reduce<readonly TaskLevel[]>(
      (levels, { key, value }) =>
        levels.flatMap(({ items = new Map<string, YamlNode>() }) =>
          itemsOf(value)
            .slice(0, Math.max(1, Math.floor(maximumItems / levels.length)))
            .map((node) => ({ items: new Map([...items, [`${as}.${key.text}`, node]]) })),
        ),
      [{}],
    );
  if (itemsOf(loop).length > 0) return ofNodes(itemsOf(loop));
  const [definition] = scope.lookup(scalarOf(valueAt(loop, "var"))?.text ?? "");
  if (definition === undefined) return [];
  if ("node" in definition && itemsOf(definition.node).length > 0) return ofNodes(itemsOf(definition.node));
  const value = definitionText(text, definition, scope) ?? "";
  const words = value.split(scalarOf(valueAt(loop, "split"))?.text ?? /\s+/).map((word) => word.trim());
  return words.slice(0, maximumItems).flatMap((word) => (word === "" ? [] : [{ texts: new Map([[as, word]]) }]));
}

/** `NAME: {sh: ...}`, and variables that hold a whole command. */
function readVariables(pipeline: Pipeline, variables: YamlNode | undefined, scope: TemplateScope): void {
  for (const { value } of entriesOf(variables)) {
    pipeline.script([scalarOf(valueAt(value, "sh"))], { scope });
    if (isCommandValue(scalarOf(value)?.text ?? "")) pipeline.script([scalarOf(value)], { scope });
  }
}

/** What `sh` prints, where it prints a word or a file. */
function printed(node: YamlNode, path: string, files: Siblings): string | undefined {
  const command = scalarOf(valueAt(node, "sh"))?.text ?? "";
  const [, word] = /^\s*echo\s+["']?([\w.:/@-]+)["']?\s*$/.exec(command) ?? [];
  const [, name] = /^\s*cat\s+["']?([\w./-]+)["']?\s*$/.exec(command) ?? [];
  if (word !== undefined || name === undefined) return word;
  const file = siblingPath(path, name);
  const text = file === undefined ? "" : (files(file)?.trim() ?? "");
  return text === "" || text.length > 1000 ? undefined : text;
}

/** The environment of commands, as far as it is known. */
function environmentOf(
  levels: readonly TaskLevel[],
  scope: TemplateScope,
  text: string,
): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  for (const { node, texts, source } of levels) {
    for (const [name, value] of texts ?? []) found.set(name, value);
    for (const { key, value } of source === undefined ? entriesOf(node) : []) {
      const scalar = scalarOf(value);
      const known = scalar === undefined ? undefined : templateText(text, scalar, scope);
      if (known !== undefined && !isCommandValue(known)) found.set(key.text, known);
    }
  }
  return Object.fromEntries(found);
}
