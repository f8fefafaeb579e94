import type { Pipeline } from "./pipeline.ts";
import { placedVariables, textsOf } from "./pipelineVariables.ts";
import type { ScriptOptions } from "./pipelineScript.ts";
import type { Definition, TemplateScope } from "./template.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** Values of parameters by name. */
export type PipelineParameters = ReadonlyMap<string, Definition>;

/** A list of `name` with a value under the first of `keys` (with dots between those of a path) that it has; `scope` resolves what the values use. */
export function parametersOf(
  list: YamlNode | undefined,
  keys: readonly string[],
  label: string,
  scope?: TemplateScope,
): PipelineParameters {
  const found = new Map<string, Definition>();
  for (const item of itemsOf(list)) {
    const name = textOf(valueAt(item, "name"));
    const node = keys.map((key) => valueAt(item, ...key.split("."))).find((value) => value !== undefined);
    if (name !== undefined && node !== undefined)
      found.set(name, { label: `${label} ${name}`, node, ...(scope === undefined ? {} : { scope }) });
  }
  return found;
}

/** What the environment of a container (`env`, a list of names and values) sets. */
export function containerEnvironment(
  pipeline: Pipeline,
  container: YamlNode | undefined,
  scope: TemplateScope,
): ReturnType<typeof placedVariables> {
  const entries = itemsOf(valueAt(container, "env")).flatMap((item): readonly YamlEntry[] => {
    const key = scalarOf(valueAt(item, "name"));
    const value = valueAt(item, "value");
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });
  return placedVariables(pipeline.text, entries, scope);
}

/** Adds the commands of a container: the script under `scriptKey` where it has one, else the words that it runs. */
export function readContainerCommands(
  pipeline: Pipeline,
  container: YamlNode | undefined,
  scriptKey: string,
  { scope, ...options }: ScriptOptions & { readonly scope: TemplateScope },
): void {
  const own = textsOf(containerEnvironment(pipeline, container, scope));
  const around = { ...options, scope, environment: { ...options.environment, ...own } };
  const script = valueAt(container, scriptKey);
  const command = itemsOf(valueAt(container, "command"));
  if (script === undefined) pipeline.words([...command, ...itemsOf(valueAt(container, "args"))], around);
  else if (command.length === 0 || /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(textOf(command[0]) ?? ""))
    pipeline.script([script], around);
}

/** Adds the images that a pod mounts as volumes. */
export function readImageVolumes(pipeline: Pipeline, holder: YamlNode | undefined, scope: TemplateScope): void {
  for (const volume of itemsOf(valueAt(holder, "volumes")))
    pipeline.image(valueAt(volume, "image", "reference"), "volume", { scope });
}
