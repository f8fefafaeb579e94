import { parseReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import { describing } from "./hclImages.ts";
import { callTag } from "./hclExpression.ts";
import type { HclBlock } from "./hcl.ts";
import type { HclFile } from "./hclFile.ts";
import { attributeOf } from "./hclScope.ts";
import { isCertainImage, isPossibleImage } from "./imageShape.ts";
import { textOfValue } from "./template.ts";
import type { Value } from "./value.ts";
import { scalarOf, type YamlNode } from "./yamlNode.ts";

/** Arguments of every resource and module that say how often it is there, and after what. */
export const meta: ReadonlySet<string> = new Set(["count", "depends_on", "for_each", "provider", "providers"]);
/** What AWS keeps for its own builds is in no registry. */
export const buildImages = "aws/codebuild/";

/** Names of arguments that hold an image in most modules and resources, and one of a machine in others. */
export const guessedKeys = {
  has: (key: string): boolean => /^(?:.*_)?image(?:_(?:identifier|name|ref|reference|repository|uri|url))?$/.test(key),
};
/** Names that say what kind of image it is. */
const ofContainers = /(?:^|_)(?:container|docker)_image$/;
/** The name of a repository that only running the tool can tell, with a tag. */
export const ofTemplate = /^\$\{[^{}]*\}(?:\/[\w./-]*[\w-])?:(?:\w|\$\{)/;

/** Whether a value can hardly be anything but an image, as far as it is known. */
export function isCertain(said: Value | undefined): boolean {
  if (said === undefined) return false;
  const text = textOfValue(said);
  if (text !== undefined) return isCertainImage(text) && !text.startsWith(buildImages);
  const unknown = said.parts.findIndex((part) => part.text === undefined);
  const start = said.parts.slice(0, unknown).map((part) => part.text ?? "");
  return start.length > 0 && isCertainImage(`${start.join("")}x`);
}

/** Whether what stands under an argument of a module is an image: machines have images too, but no tags. */
function isOfContainer(key: string, written: string, said: Value | undefined): boolean {
  if (isCertain(said)) return true;
  const text = said && textOfValue(said);
  if (text === undefined) return ofTemplate.test(written);
  if (text.startsWith(buildImages) || !isPossibleImage(text)) return false;
  return ofContainers.test(key) || parseReference(text).value?.tag !== undefined || isOfHub(text);
}

/** Whether a text is a name of Docker Hub in two parts: those of Google's machines begin with the project that they are of. */
function isOfHub(text: string): boolean {
  return /^(?!linode\/|[\w-]+-cloud\/)[\w-]+\/[\w.-]+$/.test(text);
}

/** Arguments under which modules take containers, whose images nothing else is. */
const containers = /(?:^|_)containers?(?:_(?:config\w*|definitions?|specs?))?$/;

/**
 * The images that a module is told to run, with the tag that it is told beside them; of arguments in which `known` are
 * such places, those are all.
 */
export function readModule(
  file: HclFile,
  { body }: Pick<HclBlock, "body">,
  known: readonly Span[] = [],
  site = "module",
): void {
  for (const { key, value } of body.attributes) {
    if (describing.has(key.text) || meta.has(key.text)) continue;
    if (known.some(({ start, end }) => start >= value.span.start && end <= value.span.end)) continue;
    const said = guessedKeys.has(key.text) ? file.expand(value) : undefined;
    const isContainers = containers.test(key.text);
    const accepts = (one: Value | undefined): boolean => isContainers || isOfContainer(key.text, "", one);
    if (said === undefined) {
      file.imagesIn(value, guessedKeys, site, accepts);
      continue;
    }
    const labels = [`${key.text}_tag`, key.text.replace(/_(?:name|repository|uri|url)$/, "_tag")];
    const label = labels.find((one) => one !== key.text && attributeOf(body, one) !== undefined) ?? "";
    const beside = isUntagged(said) ? attributeOf(body, label) : undefined;
    const tag = file.expand(beside);
    if (beside !== undefined && tag !== undefined && textOfValue(tag) !== "") {
      const step = { span: beside.span, label, text: textOfValue(tag) ?? "" };
      const parts = [...said.parts, { text: ":" }, ...tag.parts];
      file.add(value, site, { parts, chain: [step, ...tag.chain, ...said.chain] });
    } else if (isOfContainer(key.text, textOf(value), said)) file.image(value, site);
  }
}

/** Where the images stand that templates are told. */
export const templateSite = "templatefile";

/**
 * The images that templates are told to name: scripts of machines and jobs, which only the tool fills in. Says whether
 * there are any such templates.
 */
export function readTemplateArguments(file: HclFile, node: YamlNode, depth = 0): boolean {
  if (depth >= maximumDepth || node.kind === "scalar" || node.kind === "alias") return false;
  const inner = node.kind === "mapping" ? node.entries.map(({ value }) => value) : node.items;
  const [, given] = inner;
  const isTemplate = node.tag === `${callTag}templatefile` && given?.kind === "mapping";
  if (isTemplate) readModule(file, { body: { attributes: given.entries, blocks: [] } }, [], templateSite);
  // Each is read, though one is enough.
  const others = inner.filter((item) => readTemplateArguments(file, item, depth + 1));
  return isTemplate || others.length > 0;
}

/** The images that a template is told as Terraform did before it had a function for that. */
export function readTemplateVariables(file: HclFile, { body }: HclBlock): void {
  const given = attributeOf(body, "vars");
  const attributes = given?.kind === "mapping" ? given.entries : [];
  readModule(file, { body: { attributes, blocks: [] } }, [], templateSite);
  for (const block of body.blocks) if (block.type === "vars") readModule(file, block, [], templateSite);
}

const maximumDepth = 10;

function textOf(node: YamlNode): string {
  return scalarOf(node)?.text ?? "";
}

/** Whether a value is a name to which a tag can be put. */
function isUntagged(said: Value): boolean {
  const text = textOfValue(said);
  if (text === undefined || !isPossibleImage(text)) return false;
  const { value } = parseReference(text);
  return value !== undefined && value.tag === undefined && value.digest === undefined;
}
