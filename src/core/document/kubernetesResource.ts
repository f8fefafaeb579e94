import { addPackageDependencies } from "./chartResources.ts";
import { readClusterTest } from "./clusterTest.ts";
import { readContainerCommand } from "./containerCommand.ts";
import { readShape } from "./customShape.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { readGitOps } from "./gitOps.ts";
import { isCertainImage, isLikelyImage, isPossibleImage } from "./imageShape.ts";
import { readIstio } from "./istio.ts";
import { bootsFromImage, isImageAnnotation, isOfMachines, readingOfKind } from "./kubernetesKinds.ts";
import { readSetup } from "./machineSetup.ts";
import { readPatches } from "./kustomization.ts";
import { imagesFilledIn, readOpenShift } from "./openShift.ts";
import { readCatalog } from "./operatorCatalog.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { addSharedKeys } from "./sharedKeys.ts";
import { entriesOf, itemsOf, nodesAt, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

const containerLists = ["initContainers", "containers", "ephemeralContainers"];
const maximumNesting = 8;

/** A typed list's items may leave out the type that the list states. */
interface ItemType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Reads a Kubernetes resource of any kind, and the resources that it holds. */
export function readResource(
  node: YamlNode | undefined,
  reading: ResourceReading,
  inherited?: ItemType,
  depth = 0,
): void {
  if (depth > maximumNesting) return;
  const apiVersion = textOf(valueAt(node, "apiVersion")) ?? inherited?.apiVersion;
  const kind = textOf(valueAt(node, "kind")) ?? inherited?.kind;
  if (apiVersion === undefined || kind === undefined) {
    readCatalog(node, reading);
    return;
  }
  const items = itemsOf(valueAt(node, "items"));
  if (kind.endsWith("List") && (items.length > 0 || kind === "List")) {
    const itemKind = kind.slice(0, -"List".length);
    for (const item of items)
      readResource(item, reading, itemKind === "" ? undefined : { apiVersion, kind: itemKind }, depth + 1);
    return;
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const nested = (inner: YamlNode | undefined, around = reading): void =>
    readResource(inner, around, undefined, depth + 1);
  if (readOpenShift(node, group, kind, reading, nested)) return;
  if (readGitOps(node, group, kind, reading, nested) || readIstio(node, group, reading, nested)) return;
  if (readClusterTest(node, group, kind, reading, nested)) return;
  if (kind === "FluxInstance") readPatches(valueAt(node, "spec", "kustomize"), reading, nested);
  if (kind === "ClusterServiceVersion") readOperator(node, reading);
  if (group === "meta.pkg.crossplane.io") addPackageDependencies(valueAt(node, "spec"), reading);
  readFunction(node, reading);
  if (group === "" && kind === "Secret") readUserData(valueAt(node, "stringData"), reading);
  const found = readingOfKind(group, kind);
  if (found.kind === "nothing") return;
  readAnnotations(valueAt(node, "metadata", "annotations"), reading);
  if (found.kind === "pod") {
    readPodSpec(valueAt(node, ...found.path), imagesFilledIn(node), reading);
    if (found.path.length > 1)
      readAnnotations(valueAt(node, ...found.path.slice(0, -1), "metadata", "annotations"), reading);
    return;
  }
  const boots = bootsFromImage(group, kind) ? valueAt(node, "spec", "image") : undefined;
  const taken = boots === undefined ? addSharedKeys(node, group, kind, reading) : new Set([boots]);
  const rest = without(taken, reading);
  for (const { path, site, wrapper } of found.places)
    for (const image of nodesAt(node, path))
      if (wrapper === undefined || textOf(image)?.startsWith(wrapper) === true)
        rest.add(image, site, wrapper === undefined ? {} : { wrapper });
  const isOfMachine = isOfMachines(group) || machines.test(kind);
  const own = scalarOf(valueAt(node, "spec", "image"));
  // What a resource of anyone's runs may have a name alone.
  if (own !== undefined && !isOfMachine && !isLikelyImage(own.text) && isPossibleImage(own.text))
    rest.add(valueAt(node, "spec", "image"), "image");
  readShape(node, isOfMachines(group) ? withCertainImages(rest) : rest, nested);
}

/** Kinds of what boots from an image that no registry has. */
const machines = /machine|instance|server|node|host|droplet|disk|vm|image$/i;

/** Where some nodes are no references by themselves, though they stand where one does. */
function without(nodes: ReadonlySet<YamlNode>, reading: ResourceReading): ResourceReading {
  if (nodes.size === 0) return reading;
  const isOne = (node: YamlNode | undefined) => node !== undefined && nodes.has(node);
  return { ...reading, add: (node, site, options) => void (isOne(node) || reading.add(node, site, options)) };
}

/** Where images of machines have the same keys as those of containers, a name alone is no reference. */
function withCertainImages(reading: ResourceReading): ResourceReading {
  return {
    ...reading,
    add: (node, site, options) => {
      if (isCertainImage(textOf(node) ?? "")) reading.add(node, site, options);
    },
  };
}

/** A function that a resource is given to (KRM Functions Specification): the image stands in YAML in an annotation. */
function readFunction(node: YamlNode | undefined, reading: ResourceReading): void {
  const annotations = valueAt(node, "metadata", "annotations");
  for (const name of ["config.kubernetes.io/function", "config.k8s.io/function"]) {
    const written = scalarOf(valueAt(annotations, name));
    if (written === undefined) continue;
    const read = (root: YamlNode | undefined, inner: string) => {
      const within = createResourceReading(inner, reading.path);
      within.add(valueAt(root, "container", "image"), "annotation");
      return usesOf(within);
    };
    reading.inner.push(readEmbeddedYaml(written, reading.text, reading.path, read));
  }
}

/** What cloud-init is given by way of a secret (KubeVirt, `secretRef`; Cluster API). */
function readUserData(texts: YamlNode | undefined, reading: ResourceReading): void {
  for (const { key, value } of entriesOf(texts))
    if (/^user-?data$/i.test(key.text) && scalarOf(value) !== undefined) readSetup(value, reading);
}

/** Annotations by which an operator names its own images, and variables that name those which it runs. */
const operatorAnnotations = ["containerImage", "operators.openshift.io/must-gather-image"];
const relatedImage = /^RELATED_IMAGE_/;

/** What an operator's bundle says of images beside its containers: those that tools pin for installation without a network. */
function readOperator(node: YamlNode | undefined, reading: ResourceReading): void {
  for (const name of operatorAnnotations) reading.add(valueAt(node, "metadata", "annotations", name), "annotation");
  for (const deployment of itemsOf(valueAt(node, "spec", "install", "spec", "deployments")))
    for (const list of containerLists)
      for (const container of itemsOf(valueAt(deployment, "spec", "template", "spec", list)))
        for (const variable of itemsOf(valueAt(container, "env")))
          if (relatedImage.test(textOf(valueAt(variable, "name")) ?? ""))
            reading.add(valueAt(variable, "value"), "related-image");
}

/** What a container runs, with the variables that it is given as they are. */
function readCommand(container: YamlNode, { text, path, inner }: ResourceReading): void {
  const given = { program: valueAt(container, "command"), given: valueAt(container, "args") };
  const commands = readContainerCommand(text, given, (name) =>
    textOf(
      valueAt(
        itemsOf(valueAt(container, "env")).find((one) => textOf(valueAt(one, "name")) === name),
        "value",
      ),
    ),
  );
  if (commands.length > 0)
    inner.push({ path, dialect: "kubernetes", text, images: [], commands, jobs: [], problems: [] });
}

/** The images of a pod's containers and of its image volumes, and the commands that they run. */
function readPodSpec(
  podSpec: YamlNode | undefined,
  isFilledIn: (container: YamlNode) => boolean,
  reading: ResourceReading,
): void {
  for (const list of containerLists)
    for (const container of itemsOf(valueAt(podSpec, list))) {
      if (!isFilledIn(container)) reading.add(valueAt(container, "image"), "image");
      readCommand(container, reading);
    }
  for (const volume of itemsOf(valueAt(podSpec, "volumes")))
    reading.add(valueAt(volume, "image", "reference"), "volume");
}

function readAnnotations(node: YamlNode | undefined, reading: ResourceReading): void {
  for (const { key, value } of entriesOf(node)) if (isImageAnnotation(key.text)) reading.add(value, "annotation");
}
