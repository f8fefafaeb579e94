import { readSpecification } from "./codeBuild.ts";
import { readCompose } from "./compose.ts";
import type { Document } from "./document.ts";
import { readNomad } from "./nomad.ts";
import { createPipeline } from "./pipeline.ts";
import type { ValuePart } from "./value.ts";
import { itemsOf, textOf, valueAt } from "./yamlNode.ts";
import { registryHosts } from "./appPlatform.ts";
import type { HclBlock, HclBody } from "./hcl.ts";
import { attributeOf } from "./hclScope.ts";

/** Resources with the attributes that hold images, at any depth. */
const attributes: readonly (readonly [kind: RegExp, keys: readonly string[]])[] = [
  [/^docker_(?:buildx_builder|container|service)$/, ["image"]],
  [/^(?:kubectl|kubernetes|k8s)_manifest$/, ["image", "imageName"]],
  [/^kubernetes_/, ["image"]],
  // What both take as JSON is read there whatever the case of its keys.
  [/^(?:aws|awscc)_(?:batch_job_definition|ecs_task_definition)$/, ["image", "Image"]],
  [/^aws_(?:codebuild_project|ecs_express_gateway_service)$/, ["image"]],
  [/^aws_gamelift_container_group_definition$/, ["image_uri"]],
  [/^aws_imagebuilder_container_recipe$/, ["parent_image"]],
  [/^aws_lightsail_container_service_deployment_version$/, ["image"]],
  [/^aws_(?:lambda_function|sagemaker_model|apprunner_service)$/, ["image_uri", "image_identifier", "image"]],
  [/^aws_(?:emrserverless_application|bedrockagentcore_agent_runtime)$/, ["image_uri", "container_uri"]],
  [/^google_(?:app_engine_flexible_app_version|cloud_run\w*|workstations_workstation_config)$/, ["image"]],
  [/^google_dataproc_(?:batch|session_template)$/, ["container_image"]],
  [/^azurerm_container_(?:group|app|app_job)$/, ["image"]],
  [/^azurerm_spring_cloud_container_deployment$/, ["image"]],
  [/^azurerm_batch_pool$/, ["container_image_names"]],
  [/^azurerm_(?:linux|windows)_(?:web|function)_app(?:_slot)?$/, ["docker_image_name", "docker_image", "image_name"]],
  [/^(?:scaleway_container|scaleway_function)$/, ["registry_image"]],
  [/^scaleway_job_definition$/, ["image_uri"]],
  [/^oci_container_instances_container_instance$/, ["image_url"]],
  [/^oci_functions_function$/, ["image"]],
  [/^alicloud_(?:eci_container_group|fc\w*_function|sae_application)$/, ["image", "image_url"]],
  [/^tencentcloud_eks_container_instance$/, ["image"]],
  [/^ibm_code_engine_(?:app|job)$/, ["image_reference"]],
  [/^(?:podman_container|fly_machine|koyeb_service|k3d_cluster)$/, ["image"]],
  [/^kind_cluster$/, ["node_image", "image"]],
  [/^railway_service$/, ["source_image"]],
  [/^(?:ko_build|minikube_cluster)$/, ["base_image"]],
  [/^envbuilder_cached_image$/, ["builder_image"]],
  [/^spacelift_stack$/, ["runner_image"]],
  [/^cloudfoundry_app$/, ["docker_image"]],
  [/^proxmox_virtual_environment_oci_image$/, ["reference"]],
  [/^render_(?:background_worker|cron_job|private_service|web_service)$/, ["image_url"]],
];

/** Blocks whose image stands under a key that is something else in other blocks. */
const blocks: readonly (readonly [kind: RegExp, block: string, key: string])[] = [
  [/^google_(?:workbench|notebooks)_instance$/, "container_image", "repository"],
  [/^google_cloudbuild_trigger$/, "step", "name"],
  [/^yandex_serverless_container$/, "image", "url"],
  [/^digitalocean_app$/, "image", "repository"],
  [/^databricks_(?:cluster|job)$/, "docker_image", "url"],
  [/^databricks_instance_pool$/, "preloaded_docker_image", "url"],
];

const none: ReadonlySet<string> = new Set();
/** Resources whose images stand elsewhere in them, are what they make, or only say when they are made anew. */
const namedOtherwise =
  /^(?:apko_build|docker_(?:image|registry_image|tag)|helm_release|podman_image|(?:null|random|terraform|time)_\w+)$/;

/** The attributes of a resource that hold images, wherever they stand in it; undefined where the resource is not known. */
export function imageKeys({ type, labels: [kind = ""], body }: HclBlock): ReadonlySet<string> | undefined {
  if (type !== "resource" || namedOtherwise.test(kind)) return none;
  // A resource of Azure by its type there.
  if (/^azapi_(?:update_)?resource$/.test(kind))
    return new Set(
      /^Microsoft\.(?:App|ContainerInstance)\//.test(textOf(attributeOf(body, "type")) ?? "") ? ["image"] : [],
    );
  const known = attributes.find(([form]) => form.test(kind));
  return known === undefined ? undefined : new Set(known[1]);
}

/** Whether an attribute of a block of a resource holds an image. */
export function isImageOfBlock(kind: string, block: string, key: string): boolean {
  return blocks.some(([form, type, name]) => type === block && name === key && form.test(kind));
}

/** The attributes that hold the registry and the tag of the image beside them. */
export const besideImage: ReadonlyMap<string, { readonly registry?: string; readonly tag?: string }> = new Map([
  ["docker_image_name", { registry: "docker_registry_url" }],
  ["docker_image", { tag: "docker_image_tag" }],
  ["image_name", { registry: "registry_url", tag: "image_tag" }],
  ["repository", { tag: "tag" }],
  ["image_url", { tag: "tag" }],
]);

/** Whether the objects of a resource are read as blocks are: what belongs together stands in one. */
export function hasObjects(kind: string): boolean {
  return kind.startsWith("render_");
}

/** What stands before an image whose registry a resource names by its type; undefined where it does not. */
export function hostByType(kind: string, body: HclBody): readonly ValuePart[] | undefined {
  if (kind !== "digitalocean_app") return undefined;
  const type = textOf(attributeOf(body, "registry_type"));
  const host = registryHosts.get(type ?? "");
  // The registry of its own is the one of whoever deploys.
  const isOwn = type === "DOCR" && (textOf(attributeOf(body, "registry")) ?? "") === "";
  return host === undefined ? [{}] : [{ text: `${host}/` }, ...(isOwn ? [{}, { text: "/" }] : [])];
}

/** What stands before the image that an App Service of Azure runs; undefined where the attribute is another one. */
export function wrapperOf(kind: string, key: string): string | undefined {
  return key === "linux_fx_version" && kind.startsWith("azurerm_") ? "DOCKER|" : undefined;
}

/** What runs the containers of a virtual machine. */
function readDeclaration(text: string): Document {
  const pipeline = createPipeline(text, "", "kubernetes");
  for (const root of pipeline.roots)
    for (const container of itemsOf(valueAt(root, "spec", "containers")))
      pipeline.image(valueAt(container, "image"), "image");
  return pipeline.document();
}

/** Texts in the language of another tool. */
const embedded: readonly (readonly [kind: RegExp, key: string, read: (text: string) => Document])[] = [
  [/^nomad_job$/, "jobspec", (text) => readNomad(text, "")],
  [/^portainer_stack$/, "stack_file_content", (text) => readCompose(text, "compose.yaml")],
  [/^aws_codebuild_project$/, "buildspec", readSpecification],
  [/^google_compute_(?:region_)?instance/, "gce-container-declaration", readDeclaration],
  [/^yandex_compute_instance/, "docker-container-declaration", readDeclaration],
  [/^yandex_compute_instance/, "docker-compose", (text) => readCompose(text, "compose.yaml")],
];

/** How the text of an attribute is read, where it is in the language of another tool. */
export function readerOfText(kind: string, key: string): ((text: string) => Document) | undefined {
  return embedded.find(([form, name]) => name === key && form.test(kind))?.[2];
}
