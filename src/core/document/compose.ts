import { withoutByteOrderMark } from "../image/span.ts";
import { interpolate } from "./composeInterpolation.ts";
import type { Document } from "./document.ts";
import { readInlineDockerfile } from "./composeDockerfile.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, type ImageCollector } from "./yamlImage.ts";
import {
  dereference,
  entriesOf,
  isNull,
  itemsOf,
  mappingOf,
  scalarOf,
  textOf,
  valueAt,
  type YamlNode,
} from "./yamlNode.ts";

/** Longer values are not interpolated; the collector says so. */
const maximumLength = 4096;
const contextWrapper = "docker-image://";

/**
 * Reads a compose file (Compose specification): images of services that are not built, named build contexts, cache
 * sources and image volumes, with variables followed to their defaults.
 */
export function readCompose(text: string, path: string): Document {
  const plain = withoutByteOrderMark(text);
  const stream = readYaml(plain);
  const images = createImageCollector(plain);
  const inline: Document[] = [];
  for (const { root } of stream.documents)
    for (const { value } of entriesOf(valueAt(root, "services"))) {
      readService(value, images, plain);
      const dockerfile = scalarOf(valueAt(value, "build", "dockerfile_inline"));
      if (dockerfile !== undefined) inline.push(readInlineDockerfile(dockerfile, plain, path));
    }
  return {
    path,
    dialect: "compose",
    text: plain,
    images: inDocumentOrder([...images.images, ...inline.flatMap((document) => document.images)]),
    commands: inline.flatMap((document) => document.commands),
    jobs: [],
    problems: [...stream.problems, ...images.problems, ...inline.flatMap((document) => document.problems)],
  };
}

function readService(service: YamlNode, images: ImageCollector, text: string): void {
  const build = valueAt(service, "build");
  const platform = textOf(valueAt(service, "platform"));
  // With `build`, `image` names what the build produces.
  if (!isPresent(build)) addImage(valueAt(service, "image"), "image", { images, text, platform });
  for (const volume of itemsOf(valueAt(service, "volumes")))
    if (textOf(valueAt(volume, "type")) === "image") addImage(valueAt(volume, "source"), "volume", { images, text });
  for (const { node, from } of namedContexts(valueAt(build, "additional_contexts")))
    if (scalarOf(node)?.text.startsWith(contextWrapper, from) === true)
      addImage(node, "build-context", { images, text, from, wrapper: contextWrapper });
  for (const source of itemsOf(valueAt(build, "cache_from"))) readCacheSource(source, images, text);
}

function isPresent(node: YamlNode | undefined): boolean {
  const found = dereference(node);
  return found !== undefined && (found.kind !== "scalar" || !isNull(found));
}

interface Site {
  readonly images: ImageCollector;
  readonly text: string;
  readonly from?: number;
  readonly wrapper?: string;
  readonly platform?: string | undefined;
}

function addImage(
  node: YamlNode | undefined,
  site: string,
  { images, text, from = 0, wrapper = "", platform }: Site,
): void {
  const scalar = scalarOf(node);
  if (scalar === undefined || scalar.text.trim() === "") return;
  if (scalar.text.length > maximumLength) {
    images.add(node, site, { from, wrapper });
    return;
  }
  const begin = from + (scalar.text.startsWith(wrapper, from) ? wrapper.length : 0);
  const value = interpolate(text, scalar, begin);
  // A value that comes to nothing without its environment starts no container from these files.
  if (value.parts.every((part) => part.text === "")) return;
  images.add(node, site, { value, from, wrapper, platform });
}

/** Named contexts are a mapping, or a list of `name=value`. */
function namedContexts(node: YamlNode | undefined): readonly { readonly node: YamlNode; readonly from: number }[] {
  if (mappingOf(node) !== undefined) return entriesOf(node).map(({ value }) => ({ node: value, from: 0 }));
  return itemsOf(node).flatMap((item) => {
    const equals = textOf(item)?.indexOf("=") ?? -1;
    return equals < 0 ? [] : [{ node: item, from: equals + 1 }];
  });
}

/** A cache source is an image, or `type=registry,ref=IMAGE`. */
function readCacheSource(node: YamlNode, images: ImageCollector, text: string): void {
  const scalar = scalarOf(node);
  if (scalar === undefined || scalar.text.length > maximumLength) return;
  if (!scalar.text.includes("=")) {
    addImage(node, "cache-from", { images, text });
    return;
  }
  const found = /(?:^|,)ref=([^,]+)/.exec(scalar.text);
  const isRegistry = /(?:^|,)type=registry(?:,|$)/.test(scalar.text);
  if (found?.[1] === undefined || !isRegistry) return;
  const from = found.index + found[0].length - found[1].length;
  images.add(node, "cache-from", {
    value: interpolate(text, scalar, from, from + found[1].length),
    from,
    to: from + found[1].length,
  });
}
