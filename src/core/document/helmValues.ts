import { imagesByName } from "./imageNames.ts";
import { isImageKey, isLikelyImage, isPossibleImage } from "./imageShape.ts";
import { readingOfKind } from "./kubernetesKinds.ts";
import { addSplitImage, isUnknown, type SplitImage, type SuppliedPart } from "./splitImage.ts";
import { namesRepository } from "./templateAction.ts";
import { isMasked } from "./templateMask.ts";
import type { Value } from "./value.ts";
import type { TemplateUse } from "./valuesInTemplates.ts";
import type { ImageCollector } from "./yamlImage.ts";
import {
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlMapping,
  type YamlNode,
  type YamlScalar,
} from "./yamlNode.ts";

/** What the values of a chart are read with. */
export interface HelmValuesReading {
  readonly text: string;
  /** What is added here is a guess by convention: problems of it are none of the file. */
  readonly images: ImageCollector;
  /** The tag that the chart's templates take where a value leaves it empty; `key` is the value's outermost key. */
  readonly defaultTag?: (key: string) => SuppliedPart;
  /** What the chart's templates make of the values. */
  readonly templates?: TemplateUse;
  /** Takes the texts that may be more than a value. */
  readonly nested?: (scalar: YamlScalar, key: string) => void;
  /** What a value of a template comes to, where the values stand in one. */
  readonly expand?: (scalar: YamlScalar) => Value;
}

const maximumDepth = 60;
/** What stands before an artifact in a registry (the values of Flux's instance). */
const artifact = "oci://";
const unknownTag: SuppliedPart = { steps: [] };

/**
 * Reads the values of a Helm chart by the conventions that charts follow: a text under a key for an image, or a mapping
 * of registry, repository, tag and digest, at any depth; `global.imageRegistry` replaces registries, that of
 * `global.image` stands for those that are not said. An empty tag stands for the version of the chart's application.
 */
export function readHelmValues(root: YamlNode | undefined, reading: HelmValuesReading): void {
  const { text, images, expand } = reading;
  const globalRegistry = filled(valueAt(root, "global", "imageRegistry"));
  const sharedRegistry = filled(valueAt(root, "global", "image", "registry"));
  const hub = hubOf(root);

  const visit = (node: YamlNode | undefined, key: string, top: string, depth: number): void => {
    if (depth > maximumDepth) return;
    for (const item of itemsOf(node)) visit(item, key, top, depth + 1);
    const mapping = mappingOf(node);
    const item = scalarOf(node);
    if (item !== undefined) reading.nested?.(item, key);
    if (mapping === undefined || isPolicy(mapping)) return;
    const split = splitOf(mapping, key) ?? hubSplit(mapping, hub);
    const isSplit = split !== undefined && isKnown(split, expand);
    if (isSplit) {
      const own = split.registry ?? (isWhole(split.repository) ? undefined : sharedRegistry);
      const registry =
        reading.templates?.registryOf(split.repository, top) ?? (split.isBare === true ? own : (globalRegistry ?? own));
      const isEmpty = split.tag === undefined ? split.needsTag === true : filled(split.tag) === undefined;
      const shared = scalarOf(split.sharedTag);
      const defaultTag = shared
        ? { text: shared.text, steps: [{ span: shared.span, label: "tag of all", text: shared.text }] }
        : isEmpty
          ? (reading.templates?.tagOf(split.repository, top) ?? reading.defaultTag?.(top) ?? unknownTag)
          : undefined;
      addSplitImage(text, images, { ...split, registry, defaultTag }, "image", {
        isGuess: true,
        pin: "none",
        expand,
      });
    }
    for (const { key: name, value } of mapping.entries) {
      const below = name.text;
      // What is merged in stands elsewhere, too, and is read there.
      if (below === "<<") continue;
      const scalar = scalarOf(value);
      if (below === "images") for (const image of imagesByName(value)) images.add(image, "image");
      if (scalar !== undefined) reading.nested?.(scalar, below);
      if (scalar === undefined) visit(value, below, top === "" ? below : top, depth + 1);
      else if (below === "artifact" && scalar.text.startsWith(artifact))
        images.add(value, "oci-repository", { wrapper: artifact });
      else if (expand !== undefined && isMasked(scalar.text)) {
        if (isImageKey(below) && namesRepository(scalar.text))
          images.add(value, "image", { value: expand(scalar), pin: "none" });
      } else if (isImageText(below, scalar.text) && !(isSplit && split.repository === value)) {
        const registry = reading.templates?.registryOf(value, top === "" ? below : top);
        if (registry === undefined) images.add(value, "image");
        else addSplitImage(text, images, { registry, repository: value }, "image", { isGuess: true, pin: "none" });
      }
    }
  };
  visit(root, "", "", 0);
}

/** The registry and tag that all images of a chart share by name (Istio's charts). */
interface Hub {
  readonly registry: YamlNode;
  readonly tag: YamlNode | undefined;
}

function hubOf(root: YamlNode | undefined): Hub | undefined {
  for (const around of [root, ...(mappingOf(root)?.entries.map(({ value }) => value) ?? [])]) {
    const registry = filled(valueAt(around, "global", "hub"));
    if (registry !== undefined) return { registry, tag: filled(valueAt(around, "global", "tag")) };
  }
  return undefined;
}

/** A name alone, whose registry and tag are the chart's. */
function hubSplit(mapping: YamlMapping, hub: Hub | undefined): FoundSplit | undefined {
  const image = filled(valueAt(mapping, "image"));
  if (hub === undefined || image === undefined || /[/:@]/.test(textOf(image) ?? "")) return undefined;
  const tag = filled(valueAt(mapping, "tag"));
  return { registry: hub.registry, repository: image, tag, isBare: true, sharedTag: tag ?? hub.tag };
}

interface FoundSplit extends SplitImage {
  /** Whether no other registry takes the place of what is written. */
  readonly isBare?: boolean;
  /** The tag of all images, where this one has none of its own. */
  readonly sharedTag?: YamlNode | undefined;
  /** Whether templates add a tag even where no key is there for it. */
  readonly needsTag?: boolean;
}

/** The nodes that share a reference in a mapping under `key`, where the mapping is one of an image. */
function splitOf(mapping: YamlMapping, key: string): FoundSplit | undefined {
  const at = (name: string): YamlNode | undefined => {
    const node = valueAt(mapping, name);
    return mappingOf(node) === undefined && itemsOf(node).length === 0 ? node : undefined;
  };
  const has = (...names: readonly string[]): boolean => names.some((name) => at(name) !== undefined);
  const digest = textOf(at("useDigest")) === "false" ? undefined : at("digest");
  const registry = filled(at("registry")) ?? filled(at("defaultRegistry")) ?? filled(at("hub"));
  const rest = { registry, tag: at("tag") ?? (isImageKey(key) ? at("version") : undefined), digest };
  const repository = filled(at("repository")) ?? (isImageKey(key) ? filled(at("repo")) : undefined);
  const image = filled(at("image"));
  if (repository !== undefined && image !== undefined && has("version", "tag"))
    return { registry: repository, repository: image, tag: at("tag") ?? at("version"), digest, isBare: true };
  const name = filled(at("name"));
  // A repository that holds several images, and the name of one.
  if (repository !== undefined && isImageKey(key) && name !== undefined && isPart(repository, name))
    return { registry: repository, repository: name, tag: rest.tag, digest, isBare: true };
  if (
    repository !== undefined &&
    (isImageKey(key) || has("tag", "digest", "registry", "pullPolicy", "imagePullPolicy"))
  )
    return rest.registry === undefined && hasHost(repository)
      ? { ...rest, repository, isBare: true }
      : { ...rest, repository };
  if (isImageKey(key) && name !== undefined && has("tag", "digest", "registry", "pullPolicy"))
    return {
      ...rest,
      repository: name,
      isBare: registry === undefined,
      // A key for the repository that is empty: the templates put another in its place.
      isRelative: at("repository") !== undefined && !(textOf(name) ?? "").includes("/"),
    };
  const isShared = valueAt(mapping, "hub") !== undefined && registry === undefined;
  if (
    image !== undefined &&
    isBareName(image) &&
    !isShared &&
    (has("tag", "imageTag", "digest") || registry !== undefined)
  )
    return { ...rest, repository: image, tag: at("tag") ?? at("imageTag"), isBare: registry === undefined };
  const ownRepository = filled(at("imageRepository"));
  const separate = ownRepository ?? filled(at("imageName"));
  if (separate !== undefined && (has("imageTag") || (ownRepository !== undefined && hasHost(ownRepository))))
    return {
      registry: filled(at("imageRegistry")),
      repository: separate,
      tag: at("imageTag"),
      isBare: true,
      needsTag: true,
    };
  return undefined;
}

/** Whether what is known of it can be a reference. */
function isKnown({ repository, registry }: SplitImage, expand: HelmValuesReading["expand"]): boolean {
  const scalar = scalarOf(repository);
  const written = scalar?.text ?? "";
  const name =
    scalar !== undefined && expand !== undefined && isMasked(written)
      ? expand(scalar)
          .parts.map((part) => part.text ?? "{{")
          .join("")
      : written;
  const host = textOf(registry);
  return (
    !isUnknown(name) &&
    isPossibleImage(name) &&
    isPossibleImage(host === undefined || isUnknown(host) ? name : `${host.replace(/\/+$/, "")}/${name}`)
  );
}

/** Under `image` a bare name counts; a key that ends in it may hold the name of something else. */
function isImageText(key: string, text: string): boolean {
  return key === "image" ? isPossibleImage(text) : isImageKey(key) && isLikelyImage(text);
}

/** Whether a text has neither a tag nor a digest of its own. */
function isBareName(node: YamlNode): boolean {
  return !/[:@][^/]*$/.test(textOf(node) ?? "");
}

/** Whether a repository has a registry and does not end in the name itself. */
function isPart(repository: YamlNode, name: YamlNode): boolean {
  const written = textOf(name) ?? "";
  return hasHost(repository) && !/[/:@]/.test(written) && !(textOf(repository) ?? "").endsWith(`/${written}`);
}

function hasHost(node: YamlNode): boolean {
  return /^(?:[^/]*[.:][^/]*|localhost)\//.test(textOf(node) ?? "");
}

/** Whether a repository says its registry itself. */
function isWhole(node: YamlNode | undefined): boolean {
  return node === undefined || hasHost(node);
}

function filled(node: YamlNode | undefined): YamlNode | undefined {
  return textOf(node)?.trim() ? node : undefined;
}

/** Whole resources in the values are read by their shape, but patterns of policies are no images. */
function isPolicy(mapping: YamlMapping): boolean {
  const apiVersion = textOf(valueAt(mapping, "apiVersion"));
  const kind = textOf(valueAt(mapping, "kind"));
  if (apiVersion === undefined || kind === undefined) return false;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return readingOfKind(group, kind).kind === "nothing";
}
