import { parseReference } from "../image/reference.ts";
import { isImageKey } from "./imageShape.ts";
import { isUnknown, type SplitImage } from "./splitImage.ts";
import { itemsOf, mappingOf, textOf, valueAt, type YamlMapping, type YamlNode } from "./yamlNode.ts";

/** The registry and tag that all images of a chart share by name (Istio's charts). */
export interface Hub {
  readonly registry: YamlNode;
  readonly tag: YamlNode | undefined;
}

/** The registry and tag that values state for all images by name. */
export function hubOf(root: YamlNode | undefined): Hub | undefined {
  for (const around of [root, ...(mappingOf(root)?.entries.map(({ value }) => value) ?? [])]) {
    const registry = filled(valueAt(around, "global", "hub"));
    if (registry !== undefined) return { registry, tag: filled(valueAt(around, "global", "tag")) };
  }
  return undefined;
}

/** A name alone, whose registry and tag are the chart's. */
export function hubSplit(mapping: YamlMapping, hub: Hub | undefined): FoundSplit | undefined {
  const image = filled(valueAt(mapping, "image"));
  if (hub === undefined || image === undefined || /[/:@]/.test(textOf(image) ?? "")) return undefined;
  const tag = filled(valueAt(mapping, "tag"));
  return { registry: hub.registry, repository: image, tag, isBare: true, sharedTag: tag ?? hub.tag };
}

/** The nodes that share a reference in a mapping of values, and what templates make of them. */
export interface FoundSplit extends SplitImage {
  /** Whether no other registry takes the place of what is written. */
  readonly isBare?: boolean;
  /** The tag of all images, where this one has none of its own. */
  readonly sharedTag?: YamlNode | undefined;
  /** Whether templates add a tag even where no key is there for it. */
  readonly needsTag?: boolean;
  /** Whether the registry may as well be the whole repository, and the name something else. */
  readonly isPart?: boolean;
  /** Whether its key is as often that of a folder of images. */
  readonly mayBeFolder?: boolean;
  /** Whether only templates can tell what comes before the name. */
  readonly isOpen?: boolean;
  /** Whether the name may be a whole image, of which the tag beside it is no part. */
  readonly mayBeAlone?: boolean;
}

/** A registry without a name in it. */
const registryAlone = /^(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?\/?$/;

/** Keys without any of which a mapping is none of an image; what is merged in may have them. */
const names = new Set("repository repo defaultRepository image name imageRepository imageName <<".split(" "));

/** The nodes that share a reference in a mapping under `key`, where the mapping is one of an image. */
export function splitOf(mapping: YamlMapping, key: string): FoundSplit | undefined {
  if (!mapping.entries.some((entry) => names.has(entry.key.text))) return wholeRegistry(mapping, key);
  const at = (name: string): YamlNode | undefined => {
    const node = valueAt(mapping, name);
    return mappingOf(node) === undefined && itemsOf(node).length === 0 ? node : undefined;
  };
  const has = (...names: readonly string[]): boolean => names.some((name) => at(name) !== undefined);
  const ownDigest = textOf(at("useDigest")) === "false" ? undefined : at("digest");
  // Some keep a digest where a tag goes, and templates tell them apart.
  const isDigestTag = filled(ownDigest) === undefined && /^@?sha256:[0-9a-f]{64}$/.test(textOf(at("tag")) ?? "");
  const digest = isDigestTag ? at("tag") : ownDigest;
  const registry = filled(at("registry")) ?? filled(at("defaultRegistry")) ?? filled(at("hub"));
  const version = isImageKey(key) ? at("version") : undefined;
  const tag = filled(at("tag")) ?? at("defaultTag") ?? at("tag") ?? version;
  const rest = { registry, tag: isDigestTag ? undefined : tag, digest };
  const hasPolicy = has("pullPolicy", "imagePullPolicy", "pull_policy", "image_pull_policy");
  const isRepo = isImageKey(key) || (has("tag") && hasPolicy);
  const repository =
    filled(at("repository")) ?? (isRepo ? filled(at("repo")) : undefined) ?? filled(at("defaultRepository"));
  const isAlone = registryAlone.test(textOf(repository) ?? "");
  const isNamed = isImageKey(key) && (isAlone || repository === undefined);
  const image = filled(at("image")) ?? (isNamed ? filled(at("imageName")) : undefined);
  const isInRegistry = image !== undefined && isAlone && isBareName(image);
  if (repository !== undefined && image !== undefined && (has("version", "tag") || isInRegistry))
    return { registry: repository, repository: image, tag: at("tag") ?? at("version"), digest, isBare: true };
  const name = filled(at("name"));
  // What the names of images begin with.
  if (repository !== undefined && filled(at("prefix")) !== undefined && !has("tag", "digest", "name")) return undefined;
  // A repository that holds several images, and the name of one.
  if (repository !== undefined && isImageKey(key) && name !== undefined && isPart(repository, name))
    return { registry: repository, repository: name, tag: rest.tag, digest, isBare: true, isPart: true };
  if (registry !== undefined && repository !== undefined && name !== undefined && isImageKey(key))
    if ([repository, name].every((node) => /^[\w.-]+$/.test(textOf(node) ?? "")) && textOf(repository) !== textOf(name))
      return { ...rest, repository, name };
  if (repository !== undefined && (isImageKey(key) || hasPolicy || has("tag", "digest", "registry"))) {
    const mayBeFolder = repository === at("repo");
    return rest.registry === undefined && hasHost(repository)
      ? { ...rest, repository, isBare: true, mayBeFolder }
      : {
          ...rest,
          repository,
          isOpen: rest.registry === undefined && valueAt(mapping, "registry") !== undefined,
          mayBeFolder,
        };
  }
  const isVersioned = version !== undefined && /\//.test(textOf(name) ?? "");
  if (isImageKey(key) && name !== undefined && (isVersioned || has("tag", "digest", "registry", "pullPolicy")))
    return {
      ...rest,
      repository: name,
      isBare: registry === undefined,
      isOpen: has("org", "organization", "namespace", "owner", "account", "project", "group"),
      // A key for the repository that is empty: the templates put another in its place.
      isRelative: at("repository") !== undefined && !(textOf(name) ?? "").includes("/"),
    };
  const isShared = valueAt(mapping, "hub") !== undefined && registry === undefined;
  if (
    image !== undefined &&
    isBareName(image) &&
    !isShared &&
    (has("tag", "imageTag", "defaultImageVersion", "digest") || registry !== undefined)
  )
    return {
      ...rest,
      repository: image,
      tag: at("tag") ?? at("imageTag") ?? at("defaultImageVersion"),
      isBare: registry === undefined,
      mayBeAlone: registry === undefined && digest === undefined,
    };
  const whole = filled(at("imageName"));
  if (whole !== undefined && isBareName(whole) && has("version") && !has("imageTag", "imageVersion"))
    return { repository: whole, tag: at("version"), isBare: true, mayBeAlone: true };
  const ownRepository = filled(at("imageRepository"));
  const separate = ownRepository ?? whole;
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

/** A registry that holds the whole name of an image, beside its tag, where nothing else does (democratic-csi). */
function wholeRegistry(mapping: YamlMapping, key: string): FoundSplit | undefined {
  // Mappings beside it may be the images of that registry.
  if (!isImageKey(key) || mapping.entries.some(({ value }) => mappingOf(value) !== undefined)) return undefined;
  const [registry, tag] = [filled(valueAt(mapping, "registry")), filled(valueAt(mapping, "tag"))];
  if (registry === undefined || tag === undefined || !isInFolder(registry)) return undefined;
  return { repository: registry, tag, isBare: true };
}

/** What a cloud is told of a machine beside the image that it starts from. */
const machineKey = /^flavou?r$|^(?:machine|instance|server|vm)[_-]?(?:type|size|class|flavou?r)$/i;

/** Whether a text under `key` is the name of a machine's image, which no registry has: one word beside what kind of machine it is. */
export function isMachineImage(key: string, value: YamlNode, mapping: YamlMapping): boolean {
  return (
    isImageKey(key) &&
    !/[/:@]/.test(textOf(value) ?? "") &&
    mapping.entries.some(({ key }) => machineKey.test(key.text))
  );
}

const plainWord = /^(?:|true|false|\d+)$/i;
const parts = /^(?:registry|repository|repo|tag|digest|version)$|policy|secret/i;

/** Whether a mapping of an image says more than its parts, which templates may put into its name or tag, or leaves some to templates of its own. */
export function saysMore(mapping: YamlMapping, key: string): boolean {
  return mapping.entries.some(({ key: { text: name }, value }) => {
    const text = textOf(value) ?? "";
    return text.includes("{{") ? parts.test(name) : isImageKey(key) && !plainWord.test(text) && !parts.test(name);
  });
}

/** Whether a text stands where the name of an image does: in a mapping of it or among several of them, or beside its version. */
export function isNamePlace(below: string, key: string, top: string, mapping: YamlMapping): boolean {
  if (repositoryKey.test(below) || imagesKey.test(key) || imagesKey.test(top)) return true;
  if (isImageKey(key)) return !parts.test(below);
  return below === "name" && [valueAt(mapping, "version"), valueAt(mapping, "tag")].some((node) => node !== undefined);
}

/** Whatever stands before it: `operatorImageRepository`, `crdRepository`, `operator_image_name`. */
const repositoryKey = /(?:^r|R|[_-]r)epo(?:sitory)?$|image_?[nN]ame$|^image[A-Z](?!ull|ag$)/;

/** Keys under which images stand by names of their own. */
export const imagesKey = /(?:^i|[_-]i|I)mages$/;

/** Keys under which images stand that are only let through or kept. */
export const policyKey =
  /^(?:allow(?:ed)?|block(?:ed)?|den(?:y|ied)|excluded?|exempt(?:ed)?|ignored?|skip(?:ped)?)[_-]?[iI]mages$/;

/** Whether a mapping is that of an image by where it stands: among several of them, or under the key of one that has no repository itself. */
export function isAmongImages(value: YamlNode, key: string, around: YamlMapping): boolean {
  if (imagesKey.test(key)) return true;
  return (
    key === "image" && valueAt(around, "repository") === undefined && filled(valueAt(value, "repository")) !== undefined
  );
}

/** Whether an image's tag or digest is none: it stands for one that is filled in before the chart is used. */
export function isToFillIn({ tag, digest }: SplitImage): boolean {
  const version = textOf(filled(tag)) ?? "1";
  const hash = (textOf(filled(digest)) ?? "").replace(/^@/, "").replace(/^(?=[0-9a-f]{64}$)/, "sha256:");
  const end = hash === "" ? version : `${version}@${hash}`;
  return !isUnknown(end) && parseReference(`a:${end}`).value === undefined;
}

/**
 * The key of an image without what it says of its repository (`jobImageRepository`, `job_image_name`), and the tag that
 * stands beside it.
 */
export function imageAt(
  key: string,
  mapping: YamlMapping,
): { readonly key: string; readonly tag: YamlNode | undefined } {
  const stem = /^(?!default)(\w*[iI]mage)_?(?:[rR]epo(?:sitory)?|[nN]ame)$/.exec(key)?.[1];
  if (stem === undefined && !isImageKey(key)) return { key, tag: undefined };
  const own = stem === undefined ? undefined : valueAt(mapping, key);
  const short = /^(\w*[A-Za-z0-9])Image$/.exec(stem ?? key)?.[1];
  const beside = [
    ...["Tag", "_tag", "Version"].map((end) => valueAt(mapping, (stem ?? key) + end)),
    ...(short === undefined ? [] : ["Tag", "Version"].map((end) => valueAt(mapping, short + end))),
  ];
  const tag = filled(beside.find((node) => node !== undefined));
  const isSaid = own !== undefined && (tag !== undefined || !isBareName(own) || isInFolder(own));
  return { key: stem !== undefined && isSaid ? stem : key, tag };
}

/** A repository under a key of its own, and the tag and registry beside it whose keys begin alike (`proxyRepository`, `proxyTag`). */
export function namedSplit(key: string, mapping: YamlMapping): SplitImage | undefined {
  const [, stem, joint = ""] = /^(?!default)([a-z](?:[\w-]*?[a-z0-9])?)(R|[_-]r)epo(?:sitory)?$/.exec(key) ?? [];
  if (stem === undefined || /image$/i.test(stem)) return undefined;
  const beside = (name: string): YamlNode | undefined =>
    filled(valueAt(mapping, `${stem}${joint === "R" ? name : `${joint.charAt(0)}${name.toLowerCase()}`}`));
  const [repository, tag] = [valueAt(mapping, key), beside("Tag")];
  if (repository === undefined || tag === undefined || !isBareName(repository)) return undefined;
  return { registry: beside("Registry"), repository, tag };
}

/** Whether a text that is a whole image is one by its key, too, which may be any (`image.ref`, `image.cli`), but no pattern's or tag's. */
export function isWholeOf(key: string, value: YamlNode): boolean {
  if (/^(?:registry|repo|repository|hub|version|digest)$|(?:tag|pattern)$/i.test(key) || isBareName(value))
    return false;
  return !versionKey.test(key) || isInPath(value);
}

/** Keys of what a tag is made of: `tagOverride`, `appVersion`. */
const versionKey = /(?:^t|[a-z0-9]T|[_-]t)ags?(?![a-z])|[vV]ersion/;

/** Whether a text has a slash, as no tag has, not even with a digest behind it. */
export function isInPath(node: YamlNode): boolean {
  return (textOf(node) ?? "").includes("/");
}

/** Whether a text has neither a tag nor a digest of its own. */
export function isBareName(node: YamlNode | undefined): boolean {
  return !/[:@][^/]*$/.test(textOf(node) ?? "");
}

const hostAlone = /^(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?$|^[\w.-]+:\d{2,5}$/;

/** Whether a repository has a registry, or ends like a folder, and does not end in the name itself. */
function isPart(repository: YamlNode, name: YamlNode): boolean {
  const [written, around] = [textOf(name) ?? "", textOf(repository) ?? ""];
  const isFolder = hasHost(repository) || hostAlone.test(around) || around.endsWith("/");
  return isFolder && !/[/:@]/.test(written) && !around.endsWith(`/${written}`);
}

function hasHost(node: YamlNode): boolean {
  return /^(?:[^/]*[.:][^/]*|localhost)\//.test(textOf(node) ?? "");
}

/** Whether an image may be a folder of several: hardly more than a registry's name and that of an organisation or a project, or without a key for a tag. */
export function isShort(split: SplitImage | undefined): boolean {
  const node = split?.repository;
  if (node === undefined) return false;
  const isOne = filled(split?.registry) !== undefined && !/[/]/.test(textOf(node) ?? "");
  const isOpen = split?.tag === undefined && split?.digest === undefined;
  return isOne || isOpen || (hasHost(node) && !isInFolder(node));
}

/** Whether a repository has a registry and lies in a folder there, and so is hardly a folder of several. */
function isInFolder(node: YamlNode): boolean {
  return hasHost(node) && (textOf(node) ?? "").split("/").length > 2;
}

/** Whether a repository says its registry itself. */
export function isWhole(node: YamlNode | undefined): boolean {
  return node === undefined || hasHost(node);
}

/** The node, where it says something. */
export function filled(node: YamlNode | undefined): YamlNode | undefined {
  return textOf(node)?.trim() ? node : undefined;
}
