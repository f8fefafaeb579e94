import { siblingPath, type Siblings } from "./siblings.ts";
import { addSplitImage, nameEnd, newKeyPlace, type SuppliedPart } from "./splitImage.ts";
import { readYaml } from "./yaml.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { entriesOf, itemsOf, mappingOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** What an `images:` list is read with. */
interface KustomizeReading {
  readonly text: string;
  readonly images: ImageCollector;
  /** The tags that an image has in what is changed, where the files tell. */
  readonly tagsOf?: (name: string) => readonly SuppliedPart[];
}

const unknownTag: readonly SuppliedPart[] = [{ steps: [] }];

/**
 * Reads a list of image changes (Kustomize, `images`): the image as it results. `name` alone only selects; a digest
 * wins over a tag; a tag that is not changed is the base's.
 */
export function readKustomizeImages(list: YamlNode | undefined, reading: KustomizeReading): void {
  for (const item of itemsOf(list)) readKustomizeImage(item, reading);
}

/** Reads one image change. */
export function readKustomizeImage(item: YamlNode | undefined, { text, images, tagsOf }: KustomizeReading): void {
  if (item === undefined) return;
  const newName = filled(valueAt(item, "newName"));
  const tag = filled(valueAt(item, "newTag"));
  const digest = filled(valueAt(item, "digest"));
  const suffix = filled(valueAt(item, "tagSuffix"));
  const name = valueAt(item, "name");
  if (newName === undefined && tag === undefined && digest === undefined && suffix === undefined) return;
  // A new name that has a tag or digest of its own is taken as it is.
  const isWhole = nameEnd(textOf(newName) ?? "") < (textOf(newName) ?? "").length;
  const keepsTag = tag === undefined && digest === undefined && !isWhole;
  const known = keepsTag && suffix === undefined ? (tagsOf?.(textOf(name) ?? "") ?? []) : [];
  const tags = keepsTag ? (known.length > 0 ? known : unknownTag) : [undefined];
  for (const defaultTag of tags)
    addSplitImage(
      text,
      images,
      { repository: newName ?? name, tag, digest: valueAt(item, "digest"), defaultTag },
      "images",
      {
        digestReplacesTag: true,
        withoutOwnTag: newName === undefined,
        pin: tag === undefined ? newDigestPlace(text, item) : undefined,
      },
    );
}

function newDigestPlace(text: string, item: YamlNode): ReturnType<typeof newKeyPlace> | "none" {
  const mapping = item.kind === "mapping" ? mappingOf(item) : undefined;
  const last = mapping?.entries.findLast(({ key }) => key.text === "newName" || key.text === "name");
  return mapping === undefined || last === undefined ? "none" : (newKeyPlace(text, mapping, last, "digest") ?? "none");
}

function filled(node: YamlNode | undefined): YamlNode | undefined {
  return textOf(node)?.trim() ? node : undefined;
}

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const maximumDepth = 5;
const maximumFiles = 100;

/** Finds the tags that images have in the resources of the kustomization at `path`. */
export function tagsInBase(
  root: YamlNode | undefined,
  path: string,
  siblings: Siblings,
): (name: string) => readonly SuppliedPart[] {
  let found: ReadonlyMap<string, readonly SuppliedPart[]> | undefined;
  return (name) => (found ??= collectTags(root, path, siblings)).get(name) ?? [];
}

/** The tags of images by their names. */
type FoundTags = Map<string, readonly SuppliedPart[]>;

function collectTags(
  root: YamlNode | undefined,
  path: string,
  siblings: Siblings,
): ReadonlyMap<string, readonly SuppliedPart[]> {
  let left = maximumFiles;
  const readFile = (file: string, text: string, found: FoundTags): void => {
    for (const { root: resource } of readYaml(text).documents)
      forEachImage(resource, 0, (image, span) => {
        const [, name = image, tag = "", digest = ""] = /^(.+?)(?::([^:/@]+))?(@.*)?$/.exec(image) ?? [];
        const known = found.get(name) ?? [];
        // A digest alone stays behind no tag.
        const part = digest !== "" && tag === "" ? {} : { text: tag + digest };
        if (known.some(({ text: before }) => before === part.text)) return;
        found.set(name, [...known, { ...part, steps: [{ span, file, label: "image of the base", text: image }] }]);
      });
  };
  const readBase = (node: YamlNode | undefined, from: string, depth: number, found: FoundTags): void => {
    if (depth > maximumDepth) return;
    for (const list of ["resources", "bases", "components"])
      for (const item of itemsOf(valueAt(node, list))) {
        const target = siblingPath(from, textOf(item) ?? "");
        if (target === undefined || left-- <= 0) continue;
        const text = /\.ya?ml$/.test(target) ? siblings(target) : undefined;
        if (text !== undefined) readFile(target, text, found);
        else if (!/\.ya?ml$/.test(target))
          for (const file of fileNames.map((name) => `${target}/${name}`)) {
            const kustomization = siblings(file);
            if (kustomization === undefined) continue;
            const [inner] = readYaml(kustomization).documents;
            const within: FoundTags = new Map();
            readBase(inner?.root, file, depth + 1, within);
            for (const change of itemsOf(valueAt(inner?.root, "images"))) applyChange(change, file, within);
            for (const [name, parts] of within) found.set(name, [...(found.get(name) ?? []), ...parts]);
            break;
          }
      }
  };
  const all: FoundTags = new Map();
  readBase(root, path, 0, all);
  return all;
}

/** What an image change of the base makes of the images in it. */
function applyChange(change: YamlNode, file: string, found: FoundTags): void {
  const name = textOf(valueAt(change, "name")) ?? "";
  const before = found.get(name);
  if (before === undefined) return;
  const tag = scalarOf(filled(valueAt(change, "newTag")));
  const isOpen = ["digest", "tagSuffix"].some((key) => filled(valueAt(change, key)) !== undefined);
  const after: readonly SuppliedPart[] = isOpen
    ? unknownTag
    : tag === undefined
      ? before
      : [{ text: tag.text, steps: [{ span: tag.span, file, label: "tag of the base", text: tag.text }] }];
  found.delete(name);
  found.set(textOf(filled(valueAt(change, "newName"))) ?? name, after);
}

function forEachImage(
  node: YamlNode | undefined,
  depth: number,
  visit: (image: string, span: YamlNode["span"]) => void,
): void {
  if (depth > 40) return;
  for (const item of itemsOf(node)) forEachImage(item, depth + 1, visit);
  for (const { key, value } of entriesOf(node)) {
    const image = key.text === "image" ? textOf(value) : undefined;
    if (image === undefined) forEachImage(value, depth + 1, visit);
    else visit(image, value.span);
  }
}
