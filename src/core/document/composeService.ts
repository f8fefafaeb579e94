import { settingsOf } from "./workspaceBuild.ts";
import { composeBuild } from "./composeBuild.ts";
import { readInlineDockerfile } from "./composeDockerfile.ts";
import { namedValues } from "./composeList.ts";
import { readContainerCommand } from "./containerCommand.ts";
import { interpolate, type ComposeEnvironment } from "./composeInterpolation.ts";
import { isPresent, type MadeHere } from "./composeOutputs.ts";
import type { Document } from "./document.ts";
import { siblingPath, type Siblings } from "./siblings.ts";
import { expandActions } from "./templateAction.ts";
import { isMasked, type MaskedTemplate } from "./templateMask.ts";
import { readYaml } from "./yaml.ts";
import type { ImageCollector } from "./yamlImage.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/** A compose file while it is read. */
export interface ComposeReading {
  readonly text: string;
  readonly path: string;
  readonly siblings: Siblings;
  readonly images: ImageCollector;
  /** Documents within this one, with its spans. */
  readonly inline: Document[];
  readonly environment: ComposeEnvironment;
  readonly services: YamlNode | undefined;
  readonly isMade: MadeHere;
  /** The file without what a tool fills in, where only that is YAML. */
  readonly masked?: MaskedTemplate | undefined;
}

/** Where in a scalar a reference stands. */
interface ComposePlace {
  readonly from?: number;
  readonly to?: number;
  readonly wrapper?: string;
  readonly platform?: string | undefined;
}

/** Longer values are not interpolated; the collector says so. */
const maximumLength = 4096;
const contextWrapper = "docker-image://";
const hooks = ["pre_start", "post_start", "pre_stop"];
const maximumExtends = 10;

/** Reads one service: what it runs, and what its build starts from. */
export function readService(name: string, service: YamlNode, reading: ComposeReading): void {
  const build = valueAt(service, "build");
  const platform = textOf(valueAt(service, "platform"));
  const image = valueAt(service, "image");
  // With `build`, `image` names what the build produces.
  if (!isBuilt(service, reading) && !isBuiltInBase(name, service, reading) && !reading.isMade(image))
    addComposeImage(image, "image", reading, { platform });
  for (const volume of itemsOf(valueAt(service, "volumes")))
    if (textOf(valueAt(volume, "type")) === "image") addComposeImage(valueAt(volume, "source"), "volume", reading);
  for (const hook of hooks)
    for (const step of itemsOf(valueAt(service, hook))) addComposeImage(valueAt(step, "image"), "hook", reading);
  if (textOf(valueAt(service, "provider", "type")) === "model")
    addComposeImage(valueAt(service, "provider", "options", "model"), "model", reading);
  readContexts(valueAt(build, "additional_contexts"), reading);
  for (const { node, from, name } of namedValues(valueAt(build, "args")))
    if (name === "BUILDKIT_SYNTAX") addComposeImage(node, "syntax", reading, { from });
  for (const source of itemsOf(valueAt(build, "cache_from"))) readCacheSource(source, reading);
  readBakeExtension(valueAt(build, "x-bake"), reading);
  readGenerator(valueAt(build, "sbom"), reading);
  readCommand(service, reading);
  const dockerfile = scalarOf(valueAt(build, "dockerfile_inline"));
  if (dockerfile !== undefined) {
    const { text, path, environment } = reading;
    const settings = settingsOf(() => [composeBuild({ build, path, text, environment })]);
    reading.inline.push(readInlineDockerfile(dockerfile, { text, path, environment, settings }));
  }
}

/** What a service runs; variables are filled in before any shell sees them. */
function readCommand(service: YamlNode, { text, path, inline, environment }: ComposeReading): void {
  const given = { program: valueAt(service, "entrypoint"), given: valueAt(service, "command") };
  const commands = readContainerCommand(text, given, (name) => environment(name)?.text);
  if (commands.length > 0)
    inline.push({ path, dialect: "compose", text, images: [], commands, jobs: [], problems: [] });
}

/** What `docker buildx bake` reads beside a service's build (Bake, "Extension field with x-bake"). */
function readBakeExtension(extension: YamlNode | undefined, reading: ComposeReading): void {
  if (extension === undefined) return;
  readContexts(valueAt(extension, "contexts"), reading);
  const caches = valueAt(extension, "cache-from");
  for (const source of scalarOf(caches) === undefined ? itemsOf(caches) : [caches])
    if (source !== undefined) readCacheSource(source, reading);
}

function readContexts(contexts: YamlNode | undefined, reading: ComposeReading): void {
  for (const { node, from } of namedValues(contexts))
    if (scalarOf(node)?.text.startsWith(contextWrapper, from) === true)
      addComposeImage(node, "build-context", reading, { from, wrapper: contextWrapper });
}

/** Adds the image that a scalar comes to; a value that comes to nothing starts no container from these files. */
export function addComposeImage(
  node: YamlNode | undefined,
  site: string,
  { images, text, environment, masked }: ComposeReading,
  { from = 0, to, wrapper = "", platform }: ComposePlace = {},
): void {
  const scalar = scalarOf(node);
  if (scalar === undefined || scalar.text.trim() === "") return;
  if (masked !== undefined && isMasked(scalar.text)) {
    const isWhole = scalar.exact && from === 0 && to === undefined && wrapper === "";
    if (isWhole)
      images.add(node, site, { value: expandActions(text, masked, scalar, () => ({ steps: [] })), pin: "none" });
    return;
  }
  const end = to ?? scalar.text.length;
  if (scalar.text.length > maximumLength) {
    images.add(node, site, { from, wrapper });
    return;
  }
  const begin = from + (scalar.text.startsWith(wrapper, from) ? wrapper.length : 0);
  const value = interpolate(text, scalar, environment, begin, end);
  if (value.parts.every((part) => part.text === "")) return;
  images.add(node, site, { value, from, to: end, wrapper, platform });
}

/** Whether a service is built, by itself or by what it extends, here or in another file. */
function isBuilt(service: YamlNode, { path, services, siblings }: ComposeReading): boolean {
  let current: YamlNode | undefined = service;
  let around = { path, services };
  for (let depth = 0; current !== undefined && depth < maximumExtends; depth++) {
    if (isPresent(valueAt(current, "build"))) return true;
    const base: YamlNode | undefined = valueAt(current, "extends");
    const name = textOf(base) ?? textOf(valueAt(base, "service"));
    const file = textOf(valueAt(base, "file"));
    if (name === undefined) return false;
    if (file !== undefined) {
      const other = siblingPath(around.path, file);
      const text = other === undefined ? undefined : siblings(other);
      if (other === undefined || text === undefined) return false;
      around = { path: other, services: valueAt(readYaml(text).documents[0]?.root, "services") };
    }
    current = valueAt(around.services, name);
  }
  return false;
}

/** Whether the file that an override file is merged into builds the service (Compose specification, Merge). */
function isBuiltInBase(name: string, service: YamlNode, reading: ComposeReading): boolean {
  const [, stem] = /^(.*)\.override\.ya?ml$/.exec(reading.path) ?? [];
  if (stem === undefined || valueAt(service, "build") !== undefined || valueAt(service, "image") === undefined)
    return false;
  for (const path of [`${stem}.yaml`, `${stem}.yml`]) {
    const text = reading.siblings(path);
    if (text === undefined) continue;
    const services = valueAt(readYaml(text).documents[0]?.root, "services");
    const base = valueAt(services, name);
    return base !== undefined && isBuilt(base, { ...reading, path, services });
  }
  return false;
}

/** A cache source is an image, or `type=registry,ref=IMAGE`. */
function readCacheSource(node: YamlNode, reading: ComposeReading): void {
  const text = textOf(node) ?? "";
  if (text.length > maximumLength) return;
  if (!text.includes("=")) {
    addComposeImage(node, "cache-from", reading);
    return;
  }
  const place = valueOf(text, "ref");
  if (place !== undefined && /(?:^|,)type=registry(?:,|$)/.test(text))
    addComposeImage(node, "cache-from", reading, place);
}

/** `generator=IMAGE` among the options of a bill of materials. */
function readGenerator(node: YamlNode | undefined, reading: ComposeReading): void {
  const text = textOf(node) ?? "";
  const place = text.length > maximumLength ? undefined : valueOf(text, "generator");
  if (place !== undefined) addComposeImage(node, "sbom", reading, place);
}

/** Where the value of an option stands in `a=b,c=d`. */
function valueOf(text: string, option: string): { readonly from: number; readonly to: number } | undefined {
  const found = new RegExp(`(?:^|,)${option}=([^,]+)`).exec(text);
  if (found?.[1] === undefined) return undefined;
  const to = found.index + found[0].length;
  return { from: to - found[1].length, to };
}
