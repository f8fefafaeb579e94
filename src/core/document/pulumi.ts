import type { Document } from "./document.ts";
import { createPipeline } from "./pipeline.ts";
import type { TemplateScope } from "./template.ts";
import { delimited } from "./templateSyntax.ts";
import { entriesOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf, type PlaceStep } from "./yamlPlaces.ts";

/** Where resources have images, below their properties. */
const places: readonly (readonly [type: RegExp, ...place: readonly PlaceStep[]])[] = [
  [/^docker:(?:index\/\w+:)?RemoteImage$/, "name"],
  [/^docker:(?:index\/\w+:)?(?:Container|Service)$/, "**", "image"],
  [/^kubernetes:/, "**", /^(?:init|ephemeral)?[cC]ontainers$/, "*", "image"],
  [/^(?:aws|awsx|aws-native):(?:ecs|batch|apprunner|lambda|sagemaker)\b/, "**", /^image(?:Uri|Identifier)?$/],
  [/^(?:gcp|google-native):cloudrun/, "**", "image"],
  [
    /^azure(?:-native)?:(?:app|web|containerapp|containerinstance|containerservice)\b/,
    "**",
    "containers",
    "*",
    "image",
  ],
  [/^azure:container(?:app)?[:/]/, "**", "image"],
];

/**
 * Reads a Pulumi program in YAML: the images of resources that run containers. What another resource makes has its name
 * there.
 */
export function readPulumi(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "pulumi");
  for (const root of pipeline.roots) {
    const scope = scopeOf(root);
    for (const { value: resource } of entriesOf(valueAt(root, "resources"))) {
      const type = textOf(valueAt(resource, "type")) ?? "";
      for (const [form, ...place] of places)
        if (form.test(type))
          for (const node of placesOf(valueAt(resource, "properties"), place)) {
            const name = /^\$\{([^}]*)\}$/.exec(textOf(node)?.trim() ?? "")?.[1];
            const isOfOther = name !== undefined && scope.lookup(name).length === 0;
            if (!isOfOther) pipeline.image(scalarOf(node), "image", { scope });
          }
    }
  }
  return pipeline.document();
}

/** Variables of the program, and configuration by its defaults. */
function scopeOf(root: YamlNode): TemplateScope {
  const scope: TemplateScope = {
    syntax: delimited("${", "}"),
    lookup(name) {
      const configured = valueAt(root, "config", name) ?? valueAt(root, "configuration", name);
      const node =
        valueAt(root, "variables", name) ??
        (scalarOf(configured) === undefined
          ? (valueAt(configured, "default") ?? valueAt(configured, "value"))
          : configured);
      return scalarOf(node) === undefined ? [] : [{ label: `variable ${name}`, node, scope }];
    },
  };
  return scope;
}
