import type { Document } from "./document.ts";
import { hclScope } from "./hclScope.ts";
import type { HclLookup, ModuleLookup } from "./hclValue.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { Placeholder, TemplateScope } from "./template.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a Packer template in JSON, the older kind (`builders`) or HCL written as JSON (`*.pkr.json`): the image that a
 * docker builder starts from, and the commands of shell provisioners.
 */
export function readPackerJson(source: string, path: string, { given, beside }: ModuleLookup): Document {
  const pipeline = createPipeline(source, path, "packer", readJsonc);
  const [root] = pipeline.roots;
  const user = userScope(valueAt(root, "variables"));
  for (const builder of itemsOf(valueAt(root, "builders")))
    if (textOf(valueAt(builder, "type")) === "docker")
      pipeline.image(valueAt(builder, "image"), "source", { scope: user });
  for (const list of ["provisioners", "post-processors"])
    for (const one of itemsOf(valueAt(root, list)).flatMap((item) => (itemsOf(item).length > 0 ? itemsOf(item) : item)))
      addCommands(pipeline, one, user);

  const lookup: HclLookup = (name) => given(name) ?? own(name) ?? beside(name);
  const own: HclLookup = (name) => {
    const [kind, variable = ""] = name.split(".");
    const node =
      kind === "var"
        ? (valueAt(root, "variable", variable, "default") ?? valueAt(root, "variables", variable))
        : valueAt(root, "locals", variable);
    if (node === undefined || (kind !== "var" && kind !== "local")) return undefined;
    return { label: kind === "var" ? `default of variable ${variable}` : `local ${variable}`, nodes: [node] };
  };
  for (const { value } of entriesOf(valueAt(root, "source", "docker"))) {
    const image = valueAt(value, "image");
    pipeline.image(image, "source", { scope: hclScope(pipeline.text, image, lookup) });
  }
  return pipeline.document();
}

function addCommands(pipeline: Pipeline, provisioner: YamlNode, scope: TemplateScope): void {
  const type = textOf(valueAt(provisioner, "type"));
  if (type !== "shell" && type !== "shell-local") return;
  pipeline.script(itemsOf(valueAt(provisioner, "inline")), { scope });
  const command = valueAt(provisioner, "command");
  if (scalarOf(command) !== undefined) pipeline.script([command], { scope });
}

/** Functions of templates; of them, what a user variable says by itself is known. */
const call = /\{\{-?\s*(?:user\s+(?:`([^`]*)`|"([^"]*)")|[^}]*)\s*-?\}\}/g;

/** User variables (`{{user "name"}}`): the variables of a template by their defaults, which may ask the environment. */
function userScope(variables: YamlNode | undefined): TemplateScope {
  const scope: TemplateScope = {
    syntax: (source) =>
      [...source.matchAll(call)].map(({ index, 0: text, 1: quoted, 2: name = quoted }): Placeholder => {
        const place = { start: index, end: index + text.length };
        return name === undefined ? place : { ...place, name };
      }),
    lookup: (name) => {
      const node = valueAt(variables, name);
      return scalarOf(node) === undefined ? [] : [{ label: `user variable ${name}`, node, scope }];
    },
  };
  return scope;
}
