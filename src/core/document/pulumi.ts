import type { Document } from "./document.ts";
import { readInlineValues } from "./helmParameters.ts";
import { addOciChart } from "./ociChart.ts";
import { createPipeline } from "./pipeline.ts";
import { createResourceReading, usesOf } from "./resourceReading.ts";
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
  [/^docker-build:(?:index:)?Image$/, "cacheFrom", "*", "registry", "ref"],
];
/** What a command of a machine runs when its resource comes, changes and goes. */
const scripts = ["create", "update", "delete"];

/**
 * Reads a Pulumi program in YAML: the images of resources that run containers. What another resource makes has its name
 * there.
 */
export function readPulumi(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "pulumi");
  const releases = createResourceReading(pipeline.text, path);
  for (const root of pipeline.roots) {
    const scope = scopeOf(root);
    for (const { value: resource } of entriesOf(valueAt(root, "resources"))) {
      const type = textOf(valueAt(resource, "type")) ?? "";
      const properties = valueAt(resource, "properties");
      if (type.startsWith("kubernetes:helm.sh")) {
        const chart = { url: valueAt(properties, "chart"), version: valueAt(properties, "version") };
        addOciChart(pipeline.text, releases.images, chart, "chart");
        readInlineValues(valueAt(properties, "values"), releases);
      }
      if (/^command:(?:local|remote):Command$/.test(type))
        for (const key of scripts) pipeline.script([scalarOf(valueAt(properties, key))], { scope });
      for (const [form, ...place] of places)
        if (form.test(type))
          for (const node of placesOf(properties, place)) {
            const name = /^\$\{([^}]*)\}$/.exec(textOf(node)?.trim() ?? "")?.[1];
            const isOfOther = name !== undefined && scope.lookup(name).length === 0;
            if (!isOfOther) pipeline.image(scalarOf(node), "image", { scope });
          }
    }
  }
  return pipeline.document(usesOf(releases));
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
