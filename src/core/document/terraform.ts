import { shebangIsShell } from "../shell/shellInterpreter.ts";
import type { Document, ImageUse } from "./document.ts";
import { attributeOf } from "./hclScope.ts";
import type { HclBlock, HclBody } from "./hcl.ts";
import { blocksIn, instancesOf } from "./hclBlocks.ts";
import { createHclFile, type HclFile } from "./hclFile.ts";
import { describing } from "./hclImages.ts";
import { isCertainImage } from "./imageShape.ts";
import { readKubernetes } from "./kubernetes.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { textOfValue } from "./template.ts";
import { readHelmRelease } from "./terraformHelm.ts";
import { moduleLookup } from "./terraformModule.ts";
import { scalarOf, type YamlNode } from "./yamlNode.ts";

/** Resources with the attributes that hold images, at any depth. */
const resources: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/^docker_(?:container|service)$/, new Set(["image"])],
  [/^kubernetes_/, new Set(["image"])],
  [/^aws_ecs_task_definition$/, new Set(["image"])],
  [/^aws_batch_job_definition$/, new Set(["image"])],
  [/^aws_(?:lambda_function|sagemaker_model|apprunner_service)$/, new Set(["image_uri", "image_identifier", "image"])],
  [/^aws_codebuild_project$/, new Set(["image"])],
  [/^google_cloud_run/, new Set(["image"])],
  [/^azurerm_container_(?:group|app|app_job)$/, new Set(["image"])],
  [/^azurerm_(?:linux|windows)_(?:web|function)_app/, new Set(["docker_image_name"])],
  [/^(?:scaleway_container|scaleway_function)$/, new Set(["registry_image"])],
  [/^podman_container$/, new Set(["image"])],
];

/** Arguments of every resource that say how often it is there, and after what. */
const meta: ReadonlySet<string> = new Set(["count", "depends_on", "for_each", "provider"]);
/** What AWS keeps for its own builds is in no registry. */
const buildImages = "aws/codebuild/";
const maximumDepth = 40;

/**
 * Reads Terraform configuration: the images of resources that run containers, charts in registries, and commands of
 * provisioners and of scripts given to machines. An image that a resource builds is an output.
 */
export function readTerraform(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const file = createHclFile(source, path, "terraform", moduleLookup(path, siblings));
  const charts: ImageUse[] = [];
  for (const block of file.root.blocks) {
    if (block.type === "module") for (const seen of instancesOf(file, block)) readModule(seen, block);
    if (block.type !== "resource" && block.type !== "data") continue;
    const kind = block.labels[0] ?? "";
    const instances = instancesOf(file, block);
    if (kind === "docker_image" || (kind === "docker_registry_image" && block.type === "data")) {
      const isBuilt =
        block.body.blocks.some(({ type }) => type === "build") || attributeOf(block.body, "build") !== undefined;
      if (!isBuilt) for (const seen of instances) seen.image(attributeOf(block.body, "name"), kind);
    }
    if (/^(?:kubectl|kubernetes|k8s)_manifest$/.test(kind)) readManifests(file, block);
    const known = block.type === "resource" ? resources.find(([form]) => form.test(kind)) : undefined;
    for (const seen of instances) {
      if (kind === "helm_release") charts.push(...readHelmRelease(seen, block));
      walk(seen, block, { kind, keys: known?.[1] ?? new Set() }, 0);
    }
  }
  const distinct = new Map(charts.map((use) => [JSON.stringify([use.span, use.reference ?? null]), use]));
  return file.document([...distinct.values()]);
}

/** How a resource is read. */
interface ResourceForm {
  readonly kind: string;
  readonly keys: ReadonlySet<string>;
}

/** The images that a module is told to run, where they cannot be anything else. */
function readModule(file: HclFile, { body }: HclBlock): void {
  const accepts = (text: string): boolean => isCertainImage(text) && !text.startsWith(buildImages);
  for (const { key, value } of body.attributes) {
    if (describing.has(key.text) || meta.has(key.text)) continue;
    const said = moduleKeys.has(key.text) ? file.expand(value) : undefined;
    if (said === undefined) file.imagesIn(value, moduleKeys, "module", accepts);
    else if (accepts(textOfValue(said) ?? "")) file.image(value, "module");
  }
}

const moduleKeys = { has: (key: string): boolean => /^(?:.*_)?image(?:_uri|_url)?$/.test(key) };

/** Manifests of Kubernetes that stand there as YAML. */
function readManifests(file: HclFile, { body }: HclBlock): void {
  for (const { value } of body.attributes)
    if (scalarOf(value)?.style === "literal") file.embedded(value, (source) => readKubernetes(source, ""));
}

function walk(file: HclFile, block: HclBlock, form: ResourceForm, depth: number): void {
  if (depth > maximumDepth) return;
  const { kind, keys } = form;
  for (const { key, value } of block.body.attributes) {
    if (keys.has(key.text)) {
      const said = file.expand(value);
      if (said === undefined || textOfValue(said)?.startsWith(buildImages) !== true) addImage(file, block, value, form);
    } else if (keys.size > 0 && !describing.has(key.text) && !meta.has(key.text)) file.imagesIn(value, keys, kind);
    const scalar = scalarOf(value);
    if (scalar?.style === "literal" && shebangIsShell(scalar.text.trimStart()) === true) file.script(value);
  }
  if (block.type === "provisioner") readProvisioner(file, block.labels[0], block.body);
  for (const { file: seen, block: inner } of blocksIn(file, block.body))
    if (!describing.has(inner.type)) walk(seen, inner, form, depth + 1);
}

function addImage(file: HclFile, { body }: HclBlock, node: YamlNode, { kind }: ResourceForm): void {
  const registry = file.expand(attributeOf(body, "docker_registry_url"));
  const name = registry === undefined ? undefined : file.expand(node);
  if (registry === undefined || name === undefined) {
    file.image(node, kind);
    return;
  }
  // A web app is told the registry apart.
  const host = textOfValue(registry)
    ?.replace(/^https?:\/\//, "")
    .replace(/\/+$/, "");
  const before = host === undefined ? {} : { text: `${host}/` };
  const step = { span: node.span, label: "docker_registry_url", text: host ?? "" };
  file.add(node, kind, { parts: [before, ...name.parts], chain: [step, ...registry.chain, ...name.chain] });
}

function readProvisioner(file: HclFile, kind: string | undefined, body: HclBody): void {
  if (kind === "local-exec" && attributeOf(body, "interpreter") === undefined)
    file.script(attributeOf(body, "command"));
  if (kind === "remote-exec") file.script(attributeOf(body, "inline"));
}
