import { withoutByteOrderMark } from "../image/span.ts";
import type { Document, ShellCommand } from "./document.ts";
import { readWords } from "./pipelineScript.ts";
import { addImagePieces, pieceOf, type ImagePiece } from "./imagePieces.ts";
import { anyOf, delimited } from "./templateSyntax.ts";
import type { TemplateScope } from "./template.ts";
import { readYaml } from "./yaml.ts";
import { createImageCollector, inDocumentOrder, literalPart, type ImageCollector } from "./yamlImage.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode } from "./yamlNode.ts";
import { placesOf } from "./yamlPlaces.ts";

/** Concourse's variables, which credential managers and `set_pipeline` fill in. */
const scope: TemplateScope = { syntax: anyOf(delimited("((", "))"), delimited("{{", "}}")), lookup: () => [] };

/** What an image's address begins with, where a task gives one. */
const scheme = "docker://";

/** What a pipeline or a task has at its top level. */
const pipelineKeys = ["jobs", "resources", "resource_types", "image_resource", "run"];

/**
 * Reads pipelines and tasks of Concourse: images of tasks, of resource types, and of resources that a job gets. A
 * resource that is only put is what is built. A digest is given as the version, and nowhere else.
 */
export function readConcourse(source: string, path: string): Document {
  const text = withoutByteOrderMark(source);
  const stream = readYaml(text);
  const images = createImageCollector(text);
  const commands: ShellCommand[] = [];
  for (const { root } of stream.documents) {
    if (root === undefined) continue;
    for (const node of placesOf(root, ["**", "image_resource"])) addResource(text, images, node, "image-resource");
    if (text.includes(scheme)) for (const node of placesOf(root, ["**"])) addAddress(text, images, node);
    for (const node of itemsOf(valueAt(root, "resource_types"))) addResource(text, images, node, "resource-type");
    // What pipelines are put together of holds resources anywhere.
    if (!pipelineKeys.some((key) => valueAt(root, key) !== undefined))
      for (const node of placesOf(root, ["**"])) addResource(text, images, node, "resource");
    for (const run of placesOf(root, ["**", "run"])) readRun(text, run, commands);
    const made = resourcesMade(root);
    for (const node of itemsOf(valueAt(root, "resources")))
      if (!made.has(textOf(valueAt(node, "name")) ?? "")) addResource(text, images, node, "resource");
  }
  const problems = [...stream.problems, ...images.problems];
  // What an alias repeats stands in one place.
  const distinct = new Map(images.images.map((use) => [use.span.start, use]));
  const all = inDocumentOrder([...distinct.values()]);
  return { path, dialect: "concourse", text, images: all, commands, jobs: [], problems };
}

/** What a task runs: a program with its arguments, often a shell with a script. */
function readRun(text: string, run: YamlNode, commands: ShellCommand[]): void {
  const program = valueAt(run, "path");
  if (program === undefined || scalarOf(program) === undefined) return;
  commands.push(...readWords(text, [program, ...itemsOf(valueAt(run, "args"))], { scope }).commands);
}

/** Adds the image of a task in the older form, an address of a root file system: `docker:///a/tool#v1`. */
function addAddress(text: string, images: ImageCollector, node: YamlNode): void {
  if (valueAt(node, "platform") === undefined || valueAt(node, "run") === undefined) return;
  const image = valueAt(node, "image");
  const scalar = scalarOf(image);
  if (image === undefined || scalar?.text.startsWith(scheme) !== true) return;
  const from = scalar.text.startsWith("/", scheme.length) ? scheme.length + 1 : scheme.length;
  const hash = scalar.text.indexOf("#", from);
  if (hash < 0) {
    images.add(image, "image", { from });
    return;
  }
  const parts = [literalPart(text, scalar, from, hash), { text: ":" }, literalPart(text, scalar, hash + 1)];
  images.add(image, "image", { from, value: { parts, chain: [] }, pin: "none" });
}

function addResource(text: string, images: ImageCollector, node: YamlNode, site: string): void {
  // A task runs in an image, of whatever type of its own a pipeline has it brought.
  const isOfTask = site === "image-resource";
  if (!isOfTask && !/^(?:registry-image|docker-image)$/.test(textOf(valueAt(node, "type")) ?? "")) return;
  const repository = filledIn(text, valueAt(node, "source", "repository"));
  if (repository === undefined || scalarOf(repository) === undefined) return;
  const tag = pieceOf(filledIn(text, valueAt(node, "source", "tag")), "tag");
  const pieces = [...elasticRegistry(node), ...pieceOf(repository), ...(tag.length === 0 ? [] : [":", ...tag])];
  const digest = valueAt(node, "version", "digest");
  const isSaid = scalarOf(digest) !== undefined;
  if (pieces.length > 0)
    addImagePieces(text, images, { at: repository, site, pieces, ...(isSaid ? { digest } : {}) }, scope);
}

/** A value that `fly` fills in before the file is YAML, which without quotes is a mapping there: `{{tag}}`. */
function filledIn(text: string, node: YamlNode | undefined): YamlNode | undefined {
  if (node?.kind !== "mapping") return node;
  const { span } = node;
  const written = text.slice(span.start, span.end);
  return /^\{\{[^{}]*\}\}$/.test(written)
    ? { kind: "scalar", span, text: written, style: "plain", exact: true, contentStart: span.start }
    : node;
}

/** The registry of an account in a region of Amazon's, where a resource says that its repository is there. */
function elasticRegistry(node: YamlNode): readonly ImagePiece[] {
  const region = pieceOf(valueAt(node, "source", "aws_region"));
  const isWhole = /^[^/]+\.[^/]+\//.test(textOf(valueAt(node, "source", "repository")) ?? "");
  if (region.length === 0 || isWhole || textOf(valueAt(node, "type")) !== "registry-image") return [];
  const account = pieceOf(valueAt(node, "source", "aws_account_id"));
  return [...(account.length === 0 ? [undefined] : account), ".dkr.ecr.", ...region, ".amazonaws.com/"];
}

/** Names of the resources that some step puts and none gets. */
function resourcesMade(root: YamlNode): ReadonlySet<string> {
  const made = new Set<string>();
  const got = new Set<string>();
  for (const step of placesOf(valueAt(root, "jobs"), ["**"])) {
    const resource = textOf(valueAt(step, "resource"));
    const put = textOf(valueAt(step, "put"));
    const get = textOf(valueAt(step, "get"));
    if (put !== undefined) made.add(resource ?? put);
    if (get !== undefined) got.add(resource ?? get);
  }
  return new Set([...made].filter((name) => !got.has(name)));
}
