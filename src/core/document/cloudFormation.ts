import { readScripts } from "./cloudFormationScripts.ts";
import {
  functionOf,
  intrinsicValues,
  referenceScope,
  substitutionScope,
  templateContext,
  type TemplateContext,
  type TemplateSurroundings,
} from "./cloudFormationValue.ts";
import type { Document, ImageUse } from "./document.ts";
import { useOfValue } from "./imageUse.ts";
import { readJsonc } from "./jsonc.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { samOverrides } from "./samConfig.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { readYaml } from "./yaml.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** Where resources hold images: the paths below `Properties`; `*` stands for the items of a list. */
const places = new Map<string, readonly string[]>([
  ["AWS::ECS::TaskDefinition", ["ContainerDefinitions.*.Image"]],
  ["AWS::ECS::ExpressGatewayService", ["PrimaryContainer.Image"]],
  ["AWS::Lambda::Function", ["Code.ImageUri"]],
  ["AWS::Serverless::Function", ["ImageUri"]],
  ["AWS::AppRunner::Service", ["SourceConfiguration.ImageRepository.ImageIdentifier"]],
  ["AWS::CodeBuild::Project", ["Environment.Image"]],
  [
    "AWS::Batch::JobDefinition",
    [
      "ContainerProperties.Image",
      "NodeProperties.NodeRangeProperties.*.Container.Image",
      "NodeProperties.NodeRangeProperties.*.EcsProperties.TaskProperties.*.Containers.*.Image",
      "EcsProperties.TaskProperties.*.Containers.*.Image",
      "EksProperties.PodProperties.Containers.*.Image",
      "EksProperties.PodProperties.InitContainers.*.Image",
    ],
  ],
  ["AWS::SageMaker::Model", ["PrimaryContainer.Image", "Containers.*.Image"]],
  ["AWS::SageMaker::ModelPackage", ["InferenceSpecification.Containers.*.Image"]],
  ["AWS::SageMaker::ImageVersion", ["BaseImage"]],
  ["AWS::SageMaker::InferenceComponent", ["Specification.Container.Image"]],
  ...["DataQuality", "ModelBias", "ModelExplainability", "ModelQuality"].map(
    (kind) => [`AWS::SageMaker::${kind}JobDefinition`, [`${kind}AppSpecification.ImageUri`]] as const,
  ),
  [
    "AWS::SageMaker::MonitoringSchedule",
    ["MonitoringScheduleConfig.MonitoringJobDefinition.MonitoringAppSpecification.ImageUri"],
  ],
  ["AWS::ImageBuilder::ContainerRecipe", ["ParentImage"]],
  ["AWS::Lightsail::Container", ["ContainerServiceDeployment.Containers.*.Image"]],
  ["AWS::BedrockAgentCore::Runtime", ["AgentRuntimeArtifact.ContainerConfiguration.ContainerUri"]],
  ["AWS::EMRServerless::Application", ["ImageConfiguration.ImageUri"]],
  [
    "AWS::GameLift::ContainerGroupDefinition",
    ["GameServerContainerDefinition.ImageUri", "SupportContainerDefinitions.*.ImageUri"],
  ],
]);

/**
 * Reads a CloudFormation template, YAML or JSON: the images of resources that run containers, with intrinsic functions
 * followed to the defaults of parameters and to mappings, and the scripts of machines and builds.
 */
export function readCloudFormation(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const pipeline = createPipeline(source, path, "cloudformation", readerOf(path));
  const [root] = pipeline.roots;
  const { images, commands } = readTemplate(pipeline, root, { given: samOverrides(path, siblings) });
  const document = pipeline.document(images);
  return { ...document, commands: [...document.commands, ...commands] };
}

/**
 * Adds what a template names to a document, which may have variables of its own in texts; gives what stands in texts of
 * the template.
 */
export function readTemplate(
  pipeline: Pipeline,
  root: YamlNode | undefined,
  surroundings: TemplateSurroundings = {},
): Pick<Document, "images" | "commands"> {
  const context = templateContext(pipeline.text, root, surroundings);
  const uses: ImageUse[] = [];
  const read = (node: YamlNode | undefined, type: string, place: string): void => {
    for (const value of nodesBelow(node, place.split("."))) uses.push(...addValue(pipeline, value, context, type));
  };
  // What SAM gives all functions.
  read(valueAt(root, "Globals", "Function"), "AWS::Serverless::Function", "ImageUri");
  const inner: Document[] = [];
  for (const { value: resource } of entriesOf(valueAt(root, "Resources"))) {
    inner.push(...readScripts(pipeline, context, resource));
    const type = textOf(valueAt(resource, "Type")) ?? "";
    // A function that says how its image is built runs what `sam build` has made.
    if (type.endsWith("::Function") && valueAt(resource, "Metadata", "Dockerfile") !== undefined) continue;
    for (const place of places.get(type) ?? []) read(valueAt(resource, "Properties"), type, place);
  }
  return {
    images: [...uses, ...inner.flatMap(({ images }) => images)],
    commands: inner.flatMap(({ commands }) => commands),
  };
}

/** The nodes at a path, through both sides of every condition on the way. */
function nodesBelow(node: YamlNode | undefined, [step, ...rest]: readonly string[], depth = 0): readonly YamlNode[] {
  if (node === undefined || depth > maximumDepth) return [];
  if (step === undefined) return [node];
  const { name, argument } = functionOf(node);
  if (name === "If")
    return itemsOf(argument)
      .slice(1)
      .flatMap((branch) => nodesBelow(branch, [step, ...rest], depth + 1));
  if (step !== "*") return nodesBelow(valueAt(node, step), rest, depth + 1);
  return itemsOf(node).flatMap((item) => nodesBelow(item, rest, depth + 1));
}

/** Conditions and keys on the way to an image. */
const maximumDepth = 20;

const copilotPath = /(?:^|\/)copilot\/[^/]+\/manifest\.ya?ml$/i;

/**
 * Reads a task definition of ECS, a Dockerrun.aws.json, a deployment to Lightsail, or a manifest of Copilot: the images
 * of its containers.
 */
export function readTaskDefinition(source: string, path: string): Document {
  const read = readerOf(path);
  const pipeline = createPipeline(source, path, "ecs", (text) =>
    read(/^\s*[[{]/.test(text) ? withoutBarePlaceholders(text) : text),
  );
  for (const root of pipeline.roots) {
    const tasks = [root, valueAt(root, "taskDefinition")].map((task) => valueAt(task, "containerDefinitions"));
    // A file that holds the containers alone is put into a definition by another tool.
    for (const list of [root, ...tasks])
      for (const item of itemsOf(list)) pipeline.image(valueAt(item, "image"), "image");
    pipeline.image(scalarOf(valueAt(root, "image")), "image");
    for (const { value } of entriesOf(valueAt(root, "containers"))) pipeline.image(valueAt(value, "image"), "image");
    pipeline.image(valueAt(root, "Image", "Name"), "image");
    if (copilotPath.test(path)) readCopilot(pipeline, root);
  }
  return pipeline.document();
}

/** What another tool fills in for a number or an object, as a number of that length. */
function withoutBarePlaceholders(text: string): string {
  return text.replaceAll(/"(?:[^"\\\n]|\\.)*"?|\$\{[^{}"\n]*\}|\{\{[^{}"\n]*\}\}/g, (found) =>
    found.startsWith('"') ? found : "0".padEnd(found.length),
  );
}

/**
 * Reads a manifest of Copilot: the image of its service or job, where it is not built, and those beside it; and what
 * environments have instead.
 */
function readCopilot(pipeline: Pipeline, root: YamlNode | undefined): void {
  for (const manifest of [root, ...entriesOf(valueAt(root, "environments")).map(({ value }) => value)]) {
    pipeline.image(valueAt(manifest, "image", "location"), "image");
    // What routes the logs.
    pipeline.image(valueAt(manifest, "logging", "image"), "image");
    for (const { value } of entriesOf(valueAt(manifest, "sidecars"))) {
      const image = valueAt(value, "image");
      pipeline.image(mappingOf(image) === undefined ? image : valueAt(image, "location"), "image");
    }
  }
}

function readerOf(path: string): typeof readYaml {
  if (/\.json\.\w+$/i.test(path)) return readJsonc;
  if (/\.ya?ml$/i.test(path)) return readYaml;
  return /\.json$/i.test(path) ? readJsonc : (text) => (/^\s*\{/.test(text) ? readJsonc(text) : readYaml(text));
}

/** An image of CodeBuild's own is not pulled from any registry, nor is one that Image Builder has by its name in AWS. */
const isOfService = (value: string): boolean => /^(?:aws\/codebuild\/|arn:)/.test(value);

/** Adds a text, or what an intrinsic function yields; gives the uses of functions whose value no one text writes. */
function addValue(
  pipeline: Pipeline,
  node: YamlNode,
  context: TemplateContext,
  type: string,
  depth = 0,
): readonly ImageUse[] {
  const { name, argument } = functionOf(node);
  if (argument === undefined || depth > maximumDepth) return [];
  const skip = /^AWS::(?:CodeBuild|ImageBuilder)::/.test(type) ? { skip: isOfService } : {};
  switch (name) {
    case undefined:
      pipeline.image(scalarOf(argument), "image", { ...skip, scope: context.texts });
      return [];
    case "Ref": {
      // The name of a resource is another one's image.
      const scope = referenceScope(context);
      if (textOf(argument) !== "AWS::NoValue") pipeline.image(argument, "image", { ...skip, scope });
      return [];
    }
    case "Sub": {
      const [template, given] = itemsOf(argument);
      if (textOf(template ?? argument)?.startsWith("arn:") === true) return [];
      pipeline.image(template ?? argument, "image", { ...skip, scope: substitutionScope(context, given) });
      return [];
    }
    case "If":
      return itemsOf(argument)
        .slice(1)
        .flatMap((branch) => addValue(pipeline, branch, context, type, depth + 1));
    default: {
      const uses = intrinsicValues(context, node).flatMap(({ parts, chain }) => {
        if (isOfService(parts[0]?.text ?? "") || parts.every(({ text }) => text === "")) return [];
        const { span } = argument;
        const step = { span, label: `Fn::${name}`, text: pipeline.text.slice(span.start, span.end) };
        return useOfValue(pipeline.text, {
          span,
          site: "image",
          parts,
          chain: [step, ...chain],
          hasVariables: true,
        });
      });
      return uses.flatMap((use) => ("code" in use ? [] : [use]));
    }
  }
}
