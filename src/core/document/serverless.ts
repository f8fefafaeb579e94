import { readTemplate } from "./cloudFormation.ts";
import type { Document } from "./document.ts";
import { createPipeline } from "./pipeline.ts";
import { serverlessScope } from "./serverlessVariables.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a configuration of the Serverless Framework: the images of functions, and those that the provider names for
 * them; one with a path is built. Its resources are those of CloudFormation.
 */
export function readServerless(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "serverless");
  const templates: Pick<Document, "images" | "commands">[] = [];
  for (const root of pipeline.roots) {
    const scope = serverlessScope(pipeline.text, path, root, siblings);
    const named = entriesOf(valueAt(root, "provider", "ecr", "images"));
    const names = new Set(named.map(({ key }) => key.text));
    const add = (node: YamlNode | undefined): void => {
      const uri = mappingOf(node) === undefined ? node : valueAt(node, "uri");
      if (!names.has(textOf(uri) ?? "")) pipeline.image(scalarOf(uri), "image", { scope });
    };
    for (const { value } of named) add(value);
    for (const functions of listed(valueAt(root, "functions")))
      for (const { value } of entriesOf(functions)) add(valueAt(value, "image"));
    for (const template of listed(valueAt(root, "resources")))
      templates.push(readTemplate(pipeline, template, { texts: scope }));
  }
  const document = pipeline.document(templates.flatMap(({ images }) => images));
  return { ...document, commands: [...document.commands, ...templates.flatMap(({ commands }) => commands)] };
}

function listed(node: YamlNode | undefined): readonly YamlNode[] {
  return node === undefined ? [] : mappingOf(node) === undefined ? itemsOf(node) : [node];
}
