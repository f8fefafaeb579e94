import { withoutByteOrderMark } from "../image/span.ts";
import { addComposeImage, readService, type ComposeReading } from "./composeService.ts";
import { environmentBeside } from "./composeEnvironment.ts";
import { imagesMade } from "./composeOutputs.ts";
import type { Document } from "./document.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { maskTemplate, withoutSteeringLines, type MaskedTemplate } from "./templateMask.ts";
import { readYaml, type YamlStream } from "./yaml.ts";
import { createImageCollector, inDocumentOrder } from "./yamlImage.ts";
import { entriesOf, itemsOf, mappingOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";

/**
 * Reads a compose file (Compose specification): images of services that are not built, named build contexts, cache
 * sources, image volumes, models and included projects, with variables followed to the `.env` beside it and to their
 * defaults.
 */
export function readCompose(source: string, path: string, siblings: Siblings = noSiblings): Document {
  const text = withoutByteOrderMark(source);
  const { stream, masked } = readMaybeTemplate(text);
  const images = createImageCollector(text);
  const inline: Document[] = [];
  const environment = environmentBeside(path, siblings);
  for (const { root } of stream.documents) {
    const services = servicesOf(root);
    const isMade = imagesMade(services, text, environment);
    const reading: ComposeReading = { text, path, siblings, images, inline, environment, services, isMade, masked };
    for (const { key, value } of entriesOf(reading.services)) readService(key.text, value, reading);
    for (const { value } of entriesOf(valueAt(root, "models")))
      addComposeImage(mappingOf(value) === undefined ? value : valueAt(value, "model"), "model", reading);
    for (const included of itemsOf(valueAt(root, "include"))) readInclude(included, reading);
  }
  return {
    path,
    dialect: "compose",
    text,
    images: inDocumentOrder([...images.images, ...inline.flatMap((document) => document.images)]),
    commands: inline.flatMap((document) => document.commands),
    jobs: [],
    problems: [...stream.problems, ...images.problems, ...inline.flatMap((document) => document.problems)],
  };
}

/**
 * A file that a tool fills in has lines which only steer that; they are hidden where it would not be YAML otherwise, and
 * whatever stands in braces where it still is none.
 */
function readMaybeTemplate(text: string): { readonly stream: YamlStream; readonly masked?: MaskedTemplate } {
  const stream = readYaml(text);
  if (stream.problems.length === 0 || !text.includes("{")) return { stream };
  const hidden = withoutSteeringLines(text);
  const unsteered = readYaml(hidden);
  if (unsteered.problems.length === 0 || !text.includes("{{")) return { stream: unsteered };
  const masked = maskTemplate(hidden);
  const blank = readYaml(masked.text);
  return blank.problems.length < unsteered.problems.length ? { stream: blank, masked } : { stream: unsteered };
}

/** What only the current format has at the top of a file. */
const sections = ["services", "include", "name", "version", "networks", "volumes", "configs", "secrets", "models"];

/** The services of a file; in the first format they stand at its top. */
function servicesOf(root: YamlNode | undefined): YamlNode | undefined {
  const entries = entriesOf(root);
  const isFirst =
    entries.length > 0 &&
    entries.every(
      ({ key, value }) => !sections.includes(key.text) && !key.text.startsWith("x-") && mappingOf(value) !== undefined,
    );
  return isFirst ? root : valueAt(root, "services");
}

const registryWrapper = "oci://";

/** A project that is fetched from a registry; other files of the workspace are read by themselves. */
function readInclude(node: YamlNode, reading: ComposeReading): void {
  const path = mappingOf(node) === undefined ? node : valueAt(node, "path");
  for (const one of itemsOf(path).length > 0 ? itemsOf(path) : [path])
    if (textOf(one)?.startsWith(registryWrapper) === true)
      addComposeImage(one, "include", reading, { wrapper: registryWrapper });
}
