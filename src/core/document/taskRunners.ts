import { withoutByteOrderMark } from "../image/span.ts";
import { mayNameImages } from "../shell/imageCommands.ts";
import type { Document } from "./document.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { entriesOf, itemsOf, scalarOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads what a `package.json` lets npm and its kind run, each script by a shell of its own. */
export function readPackageScripts(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  // Most packages run nothing that names an image.
  if (!mayNameImages(text))
    return { path, dialect: "package-scripts", text, images: [], commands: [], jobs: [], problems: [] };
  const pipeline = createPipeline(source, path, "package-scripts", readJsonc);
  for (const root of pipeline.roots)
    for (const { value } of entriesOf(valueAt(root, "scripts"))) pipeline.script([scalarOf(value)]);
  // Half of what such a file holds is no YAML's business; whoever uses it is told by npm.
  return { ...pipeline.document(), problems: [] };
}

const variable = /^\.[A-Za-z_]\w*$/;
const templates = delimited("{{", "}}", /./s);

/** Reads a Taskfile (Task 3): commands, each run by a shell of its own, with the variables that the file says. */
export function readTaskfile(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "taskfile");
  for (const root of pipeline.roots) {
    const global = [valueAt(root, "vars"), valueAt(root, "env")];
    const environment = environmentOf([valueAt(root, "env")]);
    readShellVariables(pipeline, valueAt(root, "vars"), scopeOf(global));
    for (const { value: task } of entriesOf(valueAt(root, "tasks"))) {
      const own = [...global, valueAt(task, "vars"), valueAt(task, "env")];
      const scope = scopeOf(own);
      readShellVariables(pipeline, valueAt(task, "vars"), scope);
      const inTask = { scope, environment: { ...environment, ...environmentOf([valueAt(task, "env")]) } };
      const cmds = valueAt(task, "cmds") ?? valueAt(task, "cmd") ?? task;
      for (const command of scalarOf(cmds) === undefined ? itemsOf(cmds) : [cmds])
        for (const one of [command, valueAt(command, "cmd"), valueAt(command, "defer")])
          pipeline.script([scalarOf(one)], inTask);
      for (const check of itemsOf(valueAt(task, "status"))) pipeline.script([scalarOf(check)], inTask);
      for (const check of itemsOf(valueAt(task, "preconditions")))
        pipeline.script([scalarOf(check) ?? scalarOf(valueAt(check, "sh"))], inTask);
    }
  }
  return pipeline.document();
}

/** `NAME: {sh: ...}`. */
function readShellVariables(pipeline: Pipeline, variables: YamlNode | undefined, scope: TemplateScope): void {
  for (const { value } of entriesOf(variables)) pipeline.script([scalarOf(valueAt(value, "sh"))], { scope });
}

/** `{{.NAME}}`, of the innermost mapping that says it. */
function scopeOf(mappings: readonly (YamlNode | undefined)[]): TemplateScope {
  return {
    syntax: (source) =>
      templates(source).map(({ name = "", ...placeholder }) => ({
        ...placeholder,
        ...(variable.test(name) ? { name: name.slice(1) } : {}),
      })),
    lookup: (name): readonly Definition[] => {
      const node = mappings.map((mapping) => valueAt(mapping, name)).findLast((found) => found !== undefined);
      return scalarOf(node) === undefined ? [] : [{ label: `variable ${name}`, node }];
    },
  };
}

function environmentOf(mappings: readonly (YamlNode | undefined)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    mappings.flatMap((mapping) =>
      entriesOf(mapping).flatMap(({ key, value }) => {
        const text = scalarOf(value)?.text;
        return text === undefined || text.includes("{{") ? [] : [[key.text, text]];
      }),
    ),
  );
}
