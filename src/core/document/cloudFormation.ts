import type { Dialect, Document } from "./document.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { TemplateScope } from "./template.ts";
import { delimited, noTemplate } from "./templateSyntax.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Where resources hold images: the paths below `Properties`; `*` stands for the items of a list. */
const places = new Map<string, readonly string[]>([
  ["AWS::ECS::TaskDefinition", ["ContainerDefinitions.*.Image"]],
  ["AWS::Lambda::Function", ["Code.ImageUri"]],
  ["AWS::Serverless::Function", ["ImageUri"]],
  ["AWS::AppRunner::Service", ["SourceConfiguration.ImageRepository.ImageIdentifier"]],
  ["AWS::CodeBuild::Project", ["Environment.Image"]],
  [
    "AWS::Batch::JobDefinition",
    ["ContainerProperties.Image", "NodeProperties.NodeRangeProperties.*.Container.Image", "EcsProperties.*.Image"],
  ],
  ["AWS::SageMaker::Model", ["PrimaryContainer.Image", "Containers.*.Image"]],
]);

/** A parameter's default is text, whatever stands in it. */
const literal: TemplateScope = { syntax: noTemplate, lookup: () => [] };

/**
 * Reads a CloudFormation template, YAML or JSON: the images of resources that run containers, with `!Ref` and `!Sub`
 * followed to the defaults of parameters.
 */
export function readCloudFormation(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "cloudformation", readerOf(path));
  const [root] = pipeline.roots;
  const parameters = valueAt(root, "Parameters");
  const scope: TemplateScope = {
    syntax: delimited("${", "}", /^[^!]/),
    lookup: (name) => {
      const node = valueAt(parameters, name, "Default");
      return node === undefined ? [] : [{ label: `default of parameter ${name}`, node, scope: literal }];
    },
  };
  for (const { value: resource } of entriesOf(valueAt(root, "Resources"))) {
    const type = textOf(valueAt(resource, "Type")) ?? "";
    for (const place of places.get(type) ?? [])
      for (const node of nodesAt(valueAt(resource, "Properties"), place.split(".")))
        addValue(pipeline, node, scope, type);
  }
  return pipeline.document();
}

/** Reads a task definition of ECS, or a Dockerrun.aws.json: the images of its containers. */
export function readTaskDefinition(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "ecs", readerOf(path));
  for (const root of pipeline.roots) {
    for (const task of [root, valueAt(root, "taskDefinition")])
      for (const item of itemsOf(valueAt(task, "containerDefinitions")))
        pipeline.image(valueAt(item, "image"), "image");
    pipeline.image(valueAt(root, "Image", "Name"), "image");
  }
  return pipeline.document();
}

function readerOf(path: string): typeof readYaml {
  return /\.ya?ml$/i.test(path) ? readYaml : readJsonc;
}

/** Which of the two dialects of AWS a text with this beginning is. */
export function awsDialectOf(head: string): Dialect | undefined {
  if (/\bAWSTemplateFormatVersion\b|\bAWS::(?:ECS|Lambda|Serverless|Batch|AppRunner|CodeBuild|SageMaker)::/.test(head))
    return "cloudformation";
  return /["']?containerDefinitions["']?\s*:/.test(head) ? "ecs" : undefined;
}

function nodesAt(node: YamlNode | undefined, path: readonly string[]): readonly YamlNode[] {
  const [step, ...rest] = path;
  if (node === undefined) return [];
  if (step === undefined) return [node];
  if (step === "*") return itemsOf(node).flatMap((item) => nodesAt(item, rest));
  return nodesAt(valueAt(node, step), rest);
}

/** A text, `!Sub`, `!Ref` of a parameter, or `Fn::Sub` and `Ref` in their long forms. */
function addValue(pipeline: Pipeline, node: YamlNode, scope: TemplateScope, type: string): void {
  const scalar = scalarOf(node);
  const text = scalar?.text ?? "";
  const reference = textOf(valueAt(node, "Ref")) === undefined ? undefined : valueAt(node, "Ref");
  const substituted = valueAt(node, "Fn::Sub");
  if (type.includes("CodeBuild") && text.startsWith("aws/codebuild/")) return;
  if (reference !== undefined) addReference(pipeline, reference, scope);
  else if (substituted !== undefined) pipeline.image(itemsOf(substituted)[0] ?? substituted, "image", { scope });
  else if (scalar?.tag === "!Ref") addReference(pipeline, scalar, scope);
  else if (scalar?.tag === "!Sub") pipeline.image(scalar, "image", { scope });
  else if (scalar !== undefined && scalar.tag === undefined) pipeline.image(scalar, "image");
  else if (mappingOf(node) === undefined) pipeline.image(itemsOf(node)[0], "image", { scope });
}

/** A parameter by its name; the name of a resource is another one's image. */
function addReference(pipeline: Pipeline, node: YamlNode, scope: TemplateScope): void {
  const whole = { ...scope, syntax: (text: string) => [{ start: 0, end: text.length, name: text }] };
  pipeline.image(node, "image", { scope: whole });
}
