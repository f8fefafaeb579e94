import { mayNameImages } from "../shell/imageCommands.ts";
import { readContainerCommand } from "./containerCommand.ts";
import { readScriptLines } from "./pipelineScript.ts";
import type { ResourceReading } from "./resourceReading.ts";
import { siblingPath } from "./siblings.ts";
import type { TemplateScope, TemplateSyntax } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { itemsOf, nodesAt, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Reads a resource that a test creates. */
type ReadResource = (node: YamlNode | undefined, reading: ResourceReading) => void;

/** What a test does, and after it; what it expects is not created. */
const phases = ["try", "catch", "finally", "cleanup"];
const creations = ["apply", "create", "patch", "update"];
const maximumNesting = 4;

/** Reads the commands of tests of clusters (KUTTL, Chainsaw), and the resources that they create; gives whether it is one. */
export function readClusterTest(
  node: YamlNode | undefined,
  group: string,
  kind: string,
  reading: ResourceReading,
  read: ReadResource,
): boolean {
  if (group === "kuttl.dev" || group === "kudo.dev") {
    const commands = itemsOf(valueAt(node, "commands")).flatMap((one) => [
      valueAt(one, "command"),
      valueAt(one, "script"),
    ]);
    const collectors = itemsOf(valueAt(node, "collectors")).map((one) => valueAt(one, "command"));
    for (const line of [...commands, ...collectors]) readScript(line, reading);
    return /^Test(?:Suite|Step|Assert|File)$/.test(kind);
  }
  if (group !== "chainsaw.kyverno.io") return false;
  readSteps(valueAt(node, "spec"), reading, read, [], 0);
  return true;
}

function readSteps(
  holder: YamlNode | undefined,
  reading: ResourceReading,
  read: ReadResource,
  around: readonly YamlNode[],
  depth: number,
): void {
  if (depth > maximumNesting) return;
  const bindings = [...itemsOf(valueAt(holder, "bindings")), ...around];
  for (const step of itemsOf(valueAt(holder, "steps"))) readSteps(step, reading, read, bindings, depth + 1);
  const within = reading.within(bindingScope(bindings));
  for (const phase of phases)
    for (const operation of itemsOf(valueAt(holder, phase))) {
      for (const creation of creations) read(valueAt(operation, creation, "resource"), within);
      readScript(valueAt(operation, "script", "content"), reading);
      const command = valueAt(operation, "command");
      const written = { program: valueAt(command, "entrypoint"), given: valueAt(command, "args") };
      if (written.program !== undefined) addWords(written, reading);
    }
}

function readScript(node: YamlNode | undefined, { text, path, inner }: ResourceReading): void {
  const script = scalarOf(node);
  if (script === undefined || !mayNameImages(script.text)) return;
  const { commands } = readScriptLines(text, [script]);
  inner.push({ path, dialect: "kubernetes", text, images: [], commands, jobs: [], problems: [] });
}

/** A program, and the words that it is given. */
function addWords(
  { program, given }: { readonly program: YamlNode | undefined; readonly given: YamlNode | undefined },
  { text, path, inner }: ResourceReading,
): void {
  const words = [program, ...itemsOf(given)].flatMap((word) => word ?? []);
  const list: YamlNode = { kind: "sequence", span: program?.span ?? { start: 0, end: 0 }, items: words };
  const commands = readContainerCommand(text, { program: list, given: undefined }, () => undefined);
  if (commands.length > 0)
    inner.push({ path, dialect: "kubernetes", text, images: [], commands, jobs: [], problems: [] });
}

/** Whether a file holds what a test beside it only compares with (Chainsaw, `assert` and `error`). */
export function isExpectation({ path, siblings }: ResourceReading): boolean {
  if (!/(?:assert|error)[^/]*\.ya?ml$/i.test(path)) return false;
  const test = siblingPath(path, "chainsaw-test.yaml");
  const text = test === undefined || test === path ? undefined : siblings(test);
  if (test === undefined || text === undefined) return false;
  return readYaml(text).documents.some(({ root }) =>
    nodesAt(root, ["spec", "steps", "*"]).some((step) =>
      phases.some((phase) =>
        itemsOf(valueAt(step, phase)).some((operation) =>
          ["assert", "error"].some((key) => siblingPath(test, textOf(valueAt(operation, key, "file")) ?? "") === path),
        ),
      ),
    ),
  );
}

/** Expressions in brackets, of which those that are a name alone may be told (Chainsaw, "Bindings"). */
const syntax: TemplateSyntax = (source) => {
  const name = /^\(\s*\$([A-Za-z]\w*)\s*\)$/.exec(source)?.[1];
  if (name !== undefined) return [{ start: 0, end: source.length, name }];
  return /^\(.*\)$/s.test(source) ? [{ start: 0, end: source.length }] : [];
};

function bindingScope(bindings: readonly YamlNode[]): TemplateScope {
  return {
    syntax,
    lookup(name) {
      const node = valueAt(
        bindings.find((one) => textOf(valueAt(one, "name")) === name),
        "value",
      );
      return scalarOf(node) === undefined ? [] : [{ label: `binding ${name}`, node }];
    },
  };
}
