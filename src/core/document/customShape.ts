import { imagesByName } from "./imageNames.ts";
import { isCertainImage, isImageKey, isLikelyImage, isPossibleImage } from "./imageShape.ts";
import { isImageAnnotation, isKeyOfNotes } from "./kubernetesKinds.ts";
import { isSetupKey, readSetup, readMachineUnit } from "./machineSetup.ts";
import { isMasked } from "./templateMask.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { createResourceReading, filledIn, usesOf, type ResourceReading } from "./resourceReading.ts";
import { filled } from "./helmValuesSplit.ts";
import { addSplitImage, nameEnd, type SplitImage } from "./splitImage.ts";
import {
  dereference,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlMapping,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

const containerLists = new Set(
  "containers initContainers ephemeralContainers sidecars container script steps stepTemplate".split(" "),
);
/** What a resource says about itself, what describes other data, and what it makes (Shipwright), is not what it runs. */
const notRead = new Set("status openAPIV3Schema schema labels matchLabels description data env output".split(" "));
/** Disks of virtual machines, the second by its first name. */
const diskKeys = new Set(["containerDisk", "registryDisk"]);
const imageWrapper = "docker://";
const staticPods = /^\/etc\/kubernetes\/manifests\/|^\/var\/lib\/rancher\/(?:rke2|k3s)\/agent\/pod-manifests\//;
const maximumDepth = 60;

/**
 * Reads what a custom resource runs by its shape: containers and image volumes at any depth, images under keys that
 * name them (a text, or a repository with its tag), what machines run when they start, and whole resources within, which
 * `nested` reads, among them those that are written to a machine for its kubelet. Alternatives that stand side by side under one key all count. `under`
 * is the key that holds the node, where it is a part of a resource.
 */
export function readShape(
  node: YamlNode | undefined,
  reading: ResourceReading,
  nested: (node: YamlNode, around?: ResourceReading) => void,
  under = "",
): void {
  const visit = (current: YamlNode | undefined, key: string, depth: number, isItem = false): void => {
    if (depth > maximumDepth) return;
    for (const item of itemsOf(current)) {
      if (key === "volumes") reading.add(valueAt(item, "image", "reference"), "volume");
      visit(item, key, depth + 1, true);
    }
    const mapping = mappingOf(current);
    if (mapping === undefined) return;
    if (depth > 0 && current !== undefined && isResource(mapping)) {
      nested(current);
      return;
    }
    if (isItem && key === "files") readStaticPod(mapping, reading, nested);
    if (isItem && key === "units") readMachineUnit(mapping, reading);
    if (containerLists.has(key)) for (const image of containerImages(mapping)) reading.add(image, "image");
    if (isImageKey(key)) readSplit(mapping, reading);
    const parts = partsOf(mapping);
    if (parts !== undefined) addSplit(parts, reading);
    if (key === "image") readDescribed(mapping, reading);
    // Some charts and resources name their containers as keys.
    const isNamed = !isItem && (key === "containers" || key === "initContainers");
    for (const { key: name, value } of mapping.entries) {
      // What is merged in stands elsewhere, too, and is read there.
      if (notRead.has(name.text) || name.text === "<<") continue;
      const scalar = dereference(value)?.kind === "scalar" ? scalarOf(value) : undefined;
      if (isSetupKey(name.text)) readSetup(value, reading);
      if (name.text === "images") for (const image of imagesByName(value)) reading.add(image, "image");
      if (scalar === undefined) visit(value, isNamed ? "container" : name.text, depth + 1);
      else if (parts?.repository === value) continue;
      else if (diskKeys.has(key) && name.text === "image") reading.add(value, "volume");
      else if (name.text === "image" && isSelected(mapping, scalar))
        addSplit({ repository: value, defaultTag: { steps: [] } }, reading);
      else if (addTagged(mapping, name.text, value, reading)) continue;
      else if (isKeyOfNotes(key) ? isImageAnnotation(name.text) : isImage(name.text, scalar, reading))
        reading.add(value, key === "annotations" ? "annotation" : "image");
      else if (name.text === "url" && isWrappedImage(scalar.text))
        reading.add(value, "volume", { wrapper: imageWrapper });
    }
  };
  visit(node, under, 0);
}

/** A file that a machine is given where its kubelet looks for pods to run (Cluster API, `files` of a bootstrap). */
function readStaticPod(
  file: YamlMapping,
  reading: ResourceReading,
  nested: (node: YamlNode, around?: ResourceReading) => void,
): void {
  const content = scalarOf(valueAt(file, "content"));
  if (content === undefined || !staticPods.test(textOf(valueAt(file, "path")) ?? "")) return;
  const encoding = textOf(valueAt(file, "encoding"));
  if (encoding !== undefined && encoding !== "") return;
  const read = (root: YamlNode | undefined, inner: string) => {
    const within = createResourceReading(inner, reading.path);
    if (root !== undefined) nested(root, within);
    return usesOf(within);
  };
  reading.inner.push(readEmbeddedYaml(content, reading.text, reading.path, read));
}

/** Keys under `image` by which resources name it whole (modules of Envoy, catalogs, Confluent's platform). */
const wholeKeys = ["name", "ref", "url", "uri", "application", "init"];

/** An image that is described by keys of its own; an image volume's source may stand anywhere (extensions of PostgreSQL). */
function readDescribed(image: YamlMapping, reading: ResourceReading): void {
  const source = valueAt(image, "reference");
  if (isLikelyImage(textOf(source) ?? "")) reading.add(source, "volume");
  for (const key of wholeKeys) {
    const whole = valueAt(image, key);
    const isShared =
      key === "name" && ["repository", "tag", "digest"].some((name) => valueAt(image, name) !== undefined);
    if (!isShared && isCertainImage(textOf(whole) ?? "")) reading.add(whole, "image");
  }
}

/** A container's own image, or those that stand there side by side; a mapping there is read by its shape. */
function containerImages(container: YamlMapping): readonly YamlNode[] {
  const own = container.entries.filter(({ key }) => key.text === "image");
  const images = own.length > 0 ? own.map(({ value }) => value) : [valueAt(container, "image")];
  return images.flatMap((image) => (image === undefined || textOf(image) === undefined ? [] : [image]));
}

/** Adds an image whose tag stands under a key that is called after its own (`image_version`, `imageTag`); gives whether it does. */
function addTagged(mapping: YamlMapping, key: string, repository: YamlNode, reading: ResourceReading): boolean {
  const name = isImageKey(key) ? (textOf(repository) ?? "") : "";
  if (name === "" || nameEnd(name) < name.length || !isPossibleImage(name)) return false;
  const tag = tagKeys.map((end) => filled(valueAt(mapping, key + end))).find((found) => found !== undefined);
  if (tag === undefined) return false;
  // A container's own image is whole.
  const isKnown = reading.images.images.some(({ span }) => span.start === repository.span.start);
  if (!isKnown) addSplit({ repository, tag }, reading);
  return true;
}

/** Whether a range of versions chooses the tag of an image (Carvel's `tagSelection`). */
function isSelected(mapping: YamlMapping, { text }: YamlScalar): boolean {
  return nameEnd(text) === text.length && valueAt(mapping, "tagSelection", "semver") !== undefined;
}

const tagKeys = ["Tag", "_tag", "Version", "_version"];

function isImage(key: string, scalar: YamlScalar, reading: ResourceReading): boolean {
  if (!isImageKey(key)) return false;
  // What a template yields is looked at by those who can tell what it comes to.
  if (isMasked(scalar.text)) return true;
  // What a person is to fill in is some word.
  return isLikelyImage((filledIn(scalar, reading) ?? "").replace(/<[^<>\s]*>/g, "x"));
}

function isWrappedImage(text: string): boolean {
  return text.startsWith(imageWrapper) && isPossibleImage(text.slice(imageWrapper.length));
}

function isResource(mapping: YamlMapping): boolean {
  return textOf(valueAt(mapping, "apiVersion")) !== undefined && textOf(valueAt(mapping, "kind")) !== undefined;
}

function readSplit(mapping: YamlMapping, reading: ResourceReading): void {
  const tagged = valueAt(mapping, "tag") ?? valueAt(mapping, "digest");
  const name = tagged === undefined ? undefined : valueAt(mapping, "name");
  const split = {
    registry: valueAt(mapping, "registry"),
    repository: valueAt(mapping, "repository") ?? valueAt(mapping, "repo") ?? name,
    tag: valueAt(mapping, "tag") ?? valueAt(mapping, "version"),
    digest: valueAt(mapping, "digest"),
  };
  addSplit(split, reading);
}

function addSplit(split: SplitImage, reading: ResourceReading): void {
  if (reading.addSplit !== undefined) reading.addSplit(split, "image");
  else addSplitImage(reading.text, reading.images, split, "image", { isGuess: true, pin: "none" });
}

/** What a component runs, said in parts: `repository`, `image` below it, and `version` or `tag` (the GPU operator). */
function partsOf(mapping: YamlMapping): SplitImage | undefined {
  const [registry, repository, version] = ["repository", "image", "version"].map((key) => valueAt(mapping, key));
  const tag = version ?? valueAt(mapping, "tag");
  const isSaid = [registry, repository, tag].every((node) => (textOf(node) ?? "") !== "");
  return isSaid && !/[:@]/.test(textOf(repository) ?? "") ? { registry, repository, tag } : undefined;
}
