import type { Pipeline } from "./pipeline.ts";
import type { ScriptOptions } from "./pipelineScript.ts";
import type { TemplateScope } from "./template.ts";
import { scalarOf, textOf, type YamlEntry, type YamlNode } from "./yamlNode.ts";

/** A task with its inputs. */
export interface AzureTask {
  /** Name and version as written: `AzureContainerApps@1`. */
  readonly task: string;
  readonly inputs: readonly YamlEntry[];
  readonly template: TemplateScope;
  readonly script: ScriptOptions;
  readonly isWindows: boolean;
}

/** Inputs that name an image which the task runs or deploys; what tasks build or push is an output. */
const imageInputs = new Map([
  ["azurecontainerapps", "imagetodeploy"],
  ["azurewebappcontainer", "imagename"],
  ["azurefunctionappcontainer", "imagename"],
]);

/** Adds the images that a task deploys, and the commands of the tasks that run a script. */
export function readAzureTask(pipeline: Pipeline, { task, inputs, template, script, isWindows }: AzureTask): void {
  const name = task.replace(/@.*$/s, "").toLowerCase();
  // Names of inputs do not depend on case.
  const input = (key: string): YamlNode | undefined =>
    inputs.find((entry) => entry.key.text.toLowerCase() === key)?.value;
  const image = imageInputs.get(name);
  if (image !== undefined) pipeline.image(input(image), "task", { scope: template });
  if (name === "kubernetesmanifest" || name === "azurewebappcontainer")
    for (const range of linesOf(input("containers")))
      pipeline.image(input("containers"), "task", { scope: template, ...range });
  if (name === "docker" && /^run/i.test(textOf(input("command")) ?? textOf(input("action")) ?? ""))
    pipeline.image(input("imagename"), "task", { scope: template });
  if (name === "docker" && /^build(?!andpush$)/i.test(textOf(input("command")) ?? textOf(input("action")) ?? ""))
    pipeline.script([input("arguments")], { ...script, before: "docker build " });
  if (name === "bash" || name === "cmdline")
    pipeline.script([input("script")], name === "cmdline" && isWindows ? { ...script, windowsShell: "cmd" } : script);
  if (name === "powershell" || name === "azurepowershell")
    pipeline.script([input(name === "powershell" ? "script" : "inline")], { ...script, windowsShell: "powershell" });
  if (name === "azurecli") {
    const type = (textOf(input("scripttype")) ?? "").toLowerCase();
    const windowsShell = type === "batch" ? "cmd" : type.startsWith("ps") ? "powershell" : undefined;
    pipeline.script([input("inlinescript")], { ...script, windowsShell });
  }
  if (name === "ssh") pipeline.script([input("commands"), input("inline")], script);
}

/** Each line of an input is an image. */
function linesOf(node: YamlNode | undefined): readonly { readonly from: number; readonly to: number }[] {
  const text = scalarOf(node)?.text ?? "";
  return [...text.matchAll(/[^\s,](?:[^\n,]*[^\s,])?/g)]
    .slice(0, 100)
    .map(({ 0: line, index }) => ({ from: index, to: index + line.length }));
}
