import { withoutByteOrderMark } from "../image/span.ts";
import type { Document } from "./document.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, type ImageCollector } from "./yamlImage.ts";
import { itemsOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const template = ["spec", "template", "spec"];

/** Where resources keep their PodSpec, by API group and kind. Text of ConfigMaps and policies is none. */
const podSpecs = new Map<string, readonly string[]>([
  ["/Pod", ["spec"]],
  ["/PodTemplate", ["template", "spec"]],
  ["/ReplicationController", template],
  ["/DeploymentConfig", template],
  ["apps/Deployment", template],
  ["apps/ReplicaSet", template],
  ["apps/StatefulSet", template],
  ["apps/DaemonSet", template],
  ["extensions/Deployment", template],
  ["extensions/ReplicaSet", template],
  ["extensions/DaemonSet", template],
  ["batch/Job", template],
  ["batch/CronJob", ["spec", "jobTemplate", ...template]],
  ["apps.openshift.io/DeploymentConfig", template],
  ["argoproj.io/Rollout", template],
  ["serving.knative.dev/Service", template],
  ["serving.knative.dev/Configuration", template],
  ["serving.knative.dev/Revision", ["spec"]],
  ["keda.sh/ScaledJob", ["spec", "jobTargetRef", "template", "spec"]],
]);

const containerLists = ["initContainers", "containers", "ephemeralContainers"];
const maximumNesting = 5;

/**
 * Reads Kubernetes manifests: the images of every container and image volume of the PodSpecs of known kinds, in
 * streams and lists.
 */
export function readKubernetes(text: string, path: string): Document {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const images = createImageCollector(plain);
  for (const { root } of stream.documents) readResource(root, undefined, images, 0);
  return {
    path,
    dialect: "kubernetes",
    text: plain,
    images: inDocumentOrder(images.images),
    commands: [],
    jobs: [],
    problems: [...stream.problems, ...images.problems],
  };
}

/** A typed list's items may leave out the type that the list states. */
interface ItemType {
  readonly apiVersion: string;
  readonly kind: string;
}

function readResource(
  node: YamlNode | undefined,
  inherited: ItemType | undefined,
  images: ImageCollector,
  depth: number,
): void {
  if (depth > maximumNesting) return;
  const apiVersion = textOf(valueAt(node, "apiVersion")) ?? inherited?.apiVersion;
  const kind = textOf(valueAt(node, "kind")) ?? inherited?.kind;
  if (apiVersion === undefined || kind === undefined) return;
  if (kind.endsWith("List")) {
    const itemKind = kind.slice(0, -"List".length);
    for (const item of itemsOf(valueAt(node, "items")))
      readResource(item, itemKind === "" ? undefined : { apiVersion, kind: itemKind }, images, depth + 1);
    return;
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const place = podSpecs.get(`${group}/${kind}`);
  if (place === undefined) return;
  const podSpec = valueAt(node, ...place);
  for (const list of containerLists)
    for (const container of itemsOf(valueAt(podSpec, list))) addImage(valueAt(container, "image"), "image", images);
  for (const volume of itemsOf(valueAt(podSpec, "volumes")))
    addImage(valueAt(volume, "image", "reference"), "volume", images);
}

function addImage(node: YamlNode | undefined, site: string, images: ImageCollector): void {
  if (textOf(node)?.trim()) images.add(node, site);
}
