import { shebangIsShell } from "../shell/shellInterpreter.ts";
import type { Document } from "./document.ts";
import { attributeOf } from "./hclScope.ts";
import type { HclBlock, HclBody } from "./hcl.ts";
import { createHclFile, describing, type HclFile } from "./hclFile.ts";
import { scalarOf, textOf } from "./yamlNode.ts";

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

const maximumDepth = 40;

/**
 * Reads Terraform configuration: the images of resources that run containers, charts in registries, and commands of
 * provisioners and of scripts given to machines. An image that a resource builds is an output.
 */
export function readTerraform(source: string, path: string): Document {
  const file = createHclFile(source, path, "terraform");
  for (const block of file.root.blocks) {
    if (block.type !== "resource" && block.type !== "data") continue;
    const kind = block.labels[0] ?? "";
    if (kind === "docker_image" || (kind === "docker_registry_image" && block.type === "data")) {
      const isBuilt =
        block.body.blocks.some(({ type }) => type === "build") || attributeOf(block.body, "build") !== undefined;
      if (!isBuilt) file.image(attributeOf(block.body, "name"), kind);
    }
    if (kind === "helm_release") file.image(attributeOf(block.body, "chart"), kind, "oci://");
    const known = block.type === "resource" ? resources.find(([form]) => form.test(kind)) : undefined;
    walk(file, block, kind, known?.[1] ?? new Set(), 0);
  }
  return file.document();
}

function walk(file: HclFile, block: HclBlock, kind: string, keys: ReadonlySet<string>, depth: number): void {
  if (depth > maximumDepth) return;
  for (const { key, value } of block.body.attributes) {
    if (keys.has(key.text)) {
      // What AWS keeps for its own builds is in no registry.
      if (textOf(value)?.startsWith("aws/codebuild/") !== true) file.image(value, kind);
    } else if (keys.size > 0 && !describing.has(key.text)) file.imagesIn(value, keys, kind);
    const scalar = scalarOf(value);
    if (scalar?.style === "literal" && shebangIsShell(scalar.text.trimStart()) === true) file.script(value);
  }
  if (block.type === "provisioner") readProvisioner(file, block.labels[0], block.body);
  for (const inner of block.body.blocks) if (!describing.has(inner.type)) walk(file, inner, kind, keys, depth + 1);
}

function readProvisioner(file: HclFile, kind: string | undefined, body: HclBody): void {
  if (kind === "local-exec" && attributeOf(body, "interpreter") === undefined)
    file.script(attributeOf(body, "command"));
  if (kind === "remote-exec") file.script(attributeOf(body, "inline"));
}
