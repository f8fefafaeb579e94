import type { Dialect, Document } from "./document.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { TemplateScope } from "./template.ts";
import { delimited, noTemplate } from "./templateSyntax.ts";
import { readYaml } from "./yaml.ts";
import {
  dereference,
  entriesOf,
  itemsOf,
  mappingOf,
  nodesAt,
  scalarOf,
  textOf,
  valueAt,
  type YamlNode,
} from "./yamlNode.ts";

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

const copilotPath = /(?:^|\/)copilot\/[^/]+\/manifest\.ya?ml$/i;

/** Reads a task definition of ECS, a Dockerrun.aws.json, or a manifest of Copilot: the images of its containers. */
export function readTaskDefinition(source: string, path: string): Document {
  const pipeline = createPipeline(source, path, "ecs", readerOf(path));
  for (const root of pipeline.roots) {
    for (const task of [root, valueAt(root, "taskDefinition")])
      for (const item of itemsOf(valueAt(task, "containerDefinitions")))
        pipeline.image(valueAt(item, "image"), "image");
    pipeline.image(valueAt(root, "Image", "Name"), "image");
    if (copilotPath.test(path)) readCopilot(pipeline, root);
  }
  return pipeline.document();
}

/** Reads a manifest of Copilot: the image of its service or job, where it is not built, and those beside it. */
function readCopilot(pipeline: Pipeline, root: YamlNode | undefined): void {
  pipeline.image(valueAt(root, "image", "location"), "image");
  for (const { value } of entriesOf(valueAt(root, "sidecars"))) {
    const image = valueAt(value, "image");
    pipeline.image(mappingOf(image) === undefined ? image : valueAt(image, "location"), "image");
  }
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

/** A text, or what an intrinsic function yields, in its short form (`!Sub`) or its long one (`Fn::Sub`). */
function addValue(pipeline: Pipeline, node: YamlNode, scope: TemplateScope, type: string, depth = 0): void {
  const { name, argument } = functionOf(node);
  if (argument === undefined || depth > maximumDepth) return;
  const text = textOf(argument) ?? "";
  switch (name) {
    case undefined:
      // An image of CodeBuild's own is not pulled from any registry.
      if (!type.includes("CodeBuild") || !text.startsWith("aws/codebuild/"))
        pipeline.image(scalarOf(argument), "image");
      return;
    case "Ref":
      if (text !== "AWS::NoValue") addReference(pipeline, argument, scope);
      return;
    case "Sub": {
      const [template, given] = itemsOf(argument);
      pipeline.image(template ?? argument, "image", { scope: withGiven(scope, given) });
      return;
    }
    case "If":
      for (const branch of itemsOf(argument).slice(1)) addValue(pipeline, branch, scope, type, depth + 1);
      return;
    default:
  }
}

const maximumDepth = 10;

function functionOf(node: YamlNode): { readonly name?: string; readonly argument: YamlNode | undefined } {
  const found = dereference(node);
  if (found?.tag !== undefined) return { name: found.tag.replace(/^!/, ""), argument: found };
  if (mappingOf(found) === undefined) return { argument: found };
  const [only] = entriesOf(found);
  return { name: only?.key.text.replace(/^Fn::/, "") ?? "", argument: only?.value };
}

/** The names that `Sub` is given beside its text come before parameters. */
function withGiven(scope: TemplateScope, given: YamlNode | undefined): TemplateScope {
  return {
    ...scope,
    lookup(name) {
      const node = given === undefined ? undefined : valueAt(given, name);
      if (node === undefined) return scope.lookup(name);
      const { name: of, argument } = functionOf(node);
      if (of === "Ref") return scope.lookup(textOf(argument) ?? "");
      return of === undefined ? [{ label: `value of ${name}`, node, scope: literal }] : [];
    },
  };
}

/** A parameter by its name; the name of a resource is another one's image. */
function addReference(pipeline: Pipeline, node: YamlNode, scope: TemplateScope): void {
  const whole = { ...scope, syntax: (text: string) => [{ start: 0, end: text.length, name: text }] };
  pipeline.image(node, "image", { scope: whole });
}
