import { filled, isBareName, type FoundSplit } from "./helmValuesSplit.ts";
import { isPossibleImage } from "./imageShape.ts";
import type { SplitImage, SuppliedPart } from "./splitImage.ts";
import { namesRepository } from "./templateAction.ts";
import { isMasked, maskTemplate, unmasked } from "./templateMask.ts";
import { valueOfStretches } from "./templateStretches.ts";
import type { Value } from "./value.ts";
import type { TemplateUse } from "./valuesInTemplates.ts";
import { scalarOf, textOf, type YamlNode } from "./yamlNode.ts";

/** What shares an image, as templates have it: some put a name into the tag, or other names behind all of it. */
export function inTemplates(
  split: FoundSplit | undefined,
  top: string,
  mayBeFolder: boolean,
  templates: TemplateUse | undefined,
): FoundSplit | undefined {
  if (split === undefined || templates === undefined) return split;
  const { registry, repository } = split;
  if (split.isPart === true && registry !== undefined && templates.isUsed(registry, top))
    return { ...split, registry: undefined, repository: registry, isOpen: true };
  if (split.name !== undefined && repository !== undefined && templates.isUsed(repository, top))
    return { ...split, name: undefined };
  if (split.mayBeAlone === true && isAlone(repository, top, templates)) return { ...split, tag: undefined };
  return mayBeFolder && split.name === undefined && templates.isFolder(repository, top) ? undefined : split;
}

/** Whether templates write a name and no more, whatever stands beside it. */
function isAlone(repository: YamlNode | undefined, top: string, templates: TemplateUse): boolean {
  const stretches = templates.wholeOf(repository, top, true);
  return stretches !== undefined && stretches.map(({ text }) => text).join("") === textOf(repository);
}

/** What templates make of an image in another way than its values alone suggest. */
export function wholeOf(
  split: SplitImage,
  top: string,
  isOpen: boolean,
  templates: TemplateUse | undefined,
): { readonly value: Value; readonly pin: "none" } | undefined {
  const digest = textOf(filled(split.digest));
  // With a digest only a registry that the templates add makes another image.
  if (templates === undefined || (digest !== undefined && filled(split.registry) !== undefined)) return undefined;
  // Where the name stands behind its repository, templates end with that.
  const stretches = templates.wholeOf(split.name ?? split.repository, top, isOpen);
  const scalar = scalarOf(split.name ?? split.repository);
  if (stretches === undefined || scalar === undefined) return undefined;
  const made = stretches.map(({ text = "" }) => text).join("");
  const isKnown = stretches.every(({ text }) => text !== undefined);
  if (digest !== undefined && (!isKnown || !made.includes(`/${scalar.text}:`) || !made.endsWith(`@${digest}`)))
    return undefined;
  const registry = textOf(split.registry)?.replace(/\/+$/, "");
  const tag = textOf(filled(split.tag)) ?? split.defaultTag?.text;
  const folder = split.name === undefined ? "" : `${textOf(split.repository) ?? ""}/`;
  const alone = `${registry ? `${registry}/` : ""}${folder}${scalar.text}${tag ? `:${tag}` : ""}`;
  // A tag that only the templates say is none that the values hold.
  const isSaid = split.defaultTag === undefined || split.defaultTag.steps.length > 0;
  if (isSaid && made === alone) return undefined;
  return {
    value: valueOfStretches(stretches, { span: scalar.span, label: "repository", text: scalar.text }),
    pin: "none",
  };
}

/** Whether templates put a registry before an image that the files do not say. */
export function isPartOf(split: SplitImage, top: string, isOpen: boolean, templates: TemplateUse | undefined): boolean {
  return filled(split.registry) === undefined && templates?.isRelative(split.repository, top, isOpen) === true;
}

/** Whether templates may add a tag to a repository beside which the values have no key for one. */
export function addedTo({ repository, tag, digest }: SplitImage): boolean {
  return repository !== undefined && tag === undefined && digest === undefined && isBareName(repository);
}

/** The tag that templates add to a repository beside which the values have no key for one. */
export function addedTag(split: SplitImage, top: string, templates: TemplateUse | undefined): SuppliedPart | undefined {
  return addedTo(split) ? templates?.tagOf(split.repository, top) : undefined;
}

/** Whether a template says the name of an image itself, and leaves to others what comes before it: `{{ .Values.hub }}/web:1`. */
export function namesImage(template: string): boolean {
  if (!template.includes("/")) return false;
  const { text } = maskTemplate(template);
  return isMasked(text) && text.includes("/") && endsInName(text);
}

/** Whether a text whose actions are hidden ends in the name of an image: `{{ .Values.prefix }}web`. */
export function endsInName(masked: string): boolean {
  return namesRepository(masked) && isPossibleImage(unmasked(masked, "x"));
}
