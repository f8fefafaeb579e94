import type { BuiltName } from "./document.ts";
import type { Pipeline } from "./pipeline.ts";
import { rangeOf, type ScriptOptions } from "./pipelineScript.ts";
import { templateText, type TemplateScope } from "./template.ts";
import type { ValuePart } from "./value.ts";
import { scalarOf, textOf, type YamlEntry, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** A task with its inputs. */
export interface AzureTask {
  /** Name and version as written: `AzureContainerApps@1`. */
  readonly task: string;
  readonly inputs: readonly YamlEntry[];
  readonly template: TemplateScope;
  readonly script: ScriptOptions;
  readonly isWindows: boolean;
  /** Takes what tasks build. */
  readonly built: TaskBuilds;
}

/** What the tasks of a pipeline build. */
export interface TaskBuilds {
  readonly names: BuiltName[];
  /** What those tasks build that name no registry, in each that another task has logged in to. */
  readonly elsewhere: BuiltName[];
  /** Whether any task logs in to a registry. */
  isLoggedIn: boolean;
}

/** Inputs that name an image which the task runs or deploys; what tasks build or push is an output. */
const imageInputs = new Map([
  ["azurecontainerapps", "imagetodeploy"],
  ["azurewebappcontainer", "imagename"],
  ["azurefunctionappcontainer", "imagename"],
]);

/** The input of a task that names the image which it runs or deploys. */
export function taskImage(task: string, inputs: readonly YamlEntry[]): YamlNode | undefined {
  const name = task.replace(/@.*$/s, "").toLowerCase();
  // Names of inputs do not depend on case.
  const input = (key: string): YamlNode | undefined =>
    inputs.find((entry) => entry.key.text.toLowerCase() === key)?.value;
  const runs = name === "docker" && /^run an/i.test(textOf(input("command")) || textOf(input("action")) || "");
  const key = runs ? "imagename" : imageInputs.get(name);
  return key === undefined ? undefined : input(key);
}

/** Adds the images that a task deploys, and the commands of the tasks that run a script. */
export function readAzureTask(
  pipeline: Pipeline,
  { task, inputs, template, script, isWindows, built }: AzureTask,
): void {
  const name = task.replace(/@.*$/s, "").toLowerCase();
  // Names of inputs do not depend on case.
  const input = (key: string): YamlNode | undefined =>
    inputs.find((entry) => entry.key.text.toLowerCase() === key)?.value;
  const text = (key: string): string => textOf(input(key)) ?? "";
  const image = taskImage(task, inputs);
  if (image !== undefined) pipeline.image(image, "task", { scope: template });
  if (name === "kubernetesmanifest" || name === "azurewebappcontainer")
    for (const range of linesOf(input("containers")))
      pipeline.image(input("containers"), "task", { scope: template, ...range });
  if (name === "azurermwebappdeployment") readParts(pipeline, input, template);
  const command = text("command") || text("action");
  if (name === "docker" && /^run a docker/i.test(command))
    pipeline.script([input("customcommand")], { ...script, before: "docker " });
  if (name === "docker" && /^build(?!andpush$)/i.test(command))
    pipeline.script([input("arguments")], { ...script, before: "docker build " });
  if (name === "docker" && command === "login") built.isLoggedIn = true;
  if (name === "docker" && /^build/i.test(command))
    for (const node of [input("repository"), input("imagename")]) {
      const found = namesIn(pipeline.text, node, template);
      const others = found.map((one) => ({ ...one, name: `*/${one.name}` }));
      built.names.push(...found);
      (connections.some((key) => text(key) !== "") ? built.names : built.elsewhere).push(...others);
    }
  if (name === "docker" && /^(?:run|pull|create)$/i.test(command))
    pipeline.script([input("arguments")], { ...script, before: `docker ${command.toLowerCase()} ` });
  if (name === "kubernetes" && /^(?:set|run|create)$/i.test(command))
    pipeline.script([input("arguments")], { ...script, before: `kubectl ${command.toLowerCase()} ` });
  if (name === "helmdeploy" && /^(?:install|upgrade)$/i.test(command)) {
    pipeline.script([input("arguments")], { ...script, before: "helm upgrade release chart " });
    const values = valuesOf(pipeline.text, input("overridevalues"));
    pipeline.script(values, { ...script, before: "helm upgrade release chart --set ", between: " --set " });
  }
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
  if (name === "awsshellscript") pipeline.script([input("inlinescript")], script);
  // A name of which nothing is known is mostly that of what was just built.
  if (name === "trivy" && !/^\$(?:\([^)]*\)|\{\{[^}]*\}\})$/.test(text("image").trim()))
    pipeline.script([input("image")], { ...script, before: "trivy image " });
}

/** Inputs that name a connection to a registry, which the file does not say. */
const connections = [
  "containerregistry",
  "azurecontainerregistry",
  "dockerregistryconnection",
  "dockerregistryendpoint",
  "azuresubscriptionendpoint",
];

/** What a task builds, as it is called on this machine. */
function namesIn(text: string, node: YamlNode | undefined, scope: AzureTask["template"]): readonly BuiltName[] {
  const scalar = scalarOf(node);
  if (scalar === undefined || scalar.text === "") return [];
  const names = new Set([scalar.text, templateText(text, scalar, scope) ?? scalar.text]);
  return [...names].map((name) => ({ name, at: scalar.span.start, isAnyTag: true }));
}

/** A web app's image in parts: what stands before its repository, that, and its tag. */
function readParts(
  pipeline: Pipeline,
  input: (key: string) => YamlNode | undefined,
  scope: AzureTask["template"],
): void {
  const part = (key: string): ValuePart => {
    const scalar = scalarOf(input(key));
    const text = scalar === undefined ? undefined : templateText(pipeline.text, scalar, scope);
    return text === undefined ? {} : { text };
  };
  if (input("dockernamespace") === undefined) return;
  const before = [part("dockernamespace"), { text: "/" }];
  const after = input("dockerimagetag") === undefined ? [] : [{ text: ":" }, part("dockerimagetag")];
  pipeline.image(input("dockerrepository"), "task", { scope, before, after, pin: "none" });
}

/** What stands on lines of its own. */
function valuesOf(text: string, node: YamlNode | undefined): readonly YamlScalar[] {
  const scalar = scalarOf(node);
  if (scalar === undefined) return [];
  return [...scalar.text.matchAll(/[^\n]+/g)]
    .slice(0, 100)
    .map(({ 0: line, index }) => rangeOf(text, scalar, index, index + line.length));
}

/** Each line of an input is an image. */
function linesOf(node: YamlNode | undefined): readonly { readonly from: number; readonly to: number }[] {
  const text = scalarOf(node)?.text ?? "";
  return [...text.matchAll(/[^\s,](?:[^\n,]*[^\s,])?/g)]
    .slice(0, 100)
    .map(({ 0: line, index }) => ({ from: index, to: index + line.length }));
}
