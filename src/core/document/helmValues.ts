import { imagesByName } from "./imageNames.ts";
import { isCertainImage, isImageKey, isLikelyImage, isPossibleImage, isWholeImage } from "./imageShape.ts";
import { sharedIn, type SharedRegistries } from "./helmValuesShared.ts";
import {
  filled,
  hubOf,
  hubSplit,
  imageAt,
  imagesKey,
  isAmongImages,
  isBareName,
  isInPath,
  isMachineImage,
  isNamePlace,
  isShort,
  isToFillIn,
  isWhole,
  isWholeOf,
  namedSplit,
  policyKey,
  saysMore,
  splitOf,
  type Hub,
} from "./helmValuesSplit.ts";
import { addedTag, addedTo, endsInName, inTemplates, isPartOf, namesImage, wholeOf } from "./helmValuesUse.ts";
import { isImageAnnotation, isKeyOfNotes, readingOfKind } from "./kubernetesKinds.ts";
import { addSplitImage, isUnknown, openValue, type SplitImage, type SuppliedPart } from "./splitImage.ts";
import { namesRepository } from "./templateAction.ts";
import { isInParts, isMasked } from "./templateMask.ts";
import { knownText, type Value } from "./value.ts";
import type { TemplateUse } from "./valuesInTemplates.ts";
import type { ImageCollector } from "./yamlImage.ts";
import {
  entriesOf,
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
  /** The registries of all images that the values of a chart around state. */
  readonly shared?: SharedRegistries | undefined;
  /** Takes the texts that may be more than a value; `around` is the key of the mapping that they stand in. */
  readonly nested?: (scalar: YamlScalar, key: string, around?: string) => void;
  /** Reads only what stands around this offset. */
  readonly at?: number | undefined;
  /** What a value of a template comes to, where the values stand in one, or where the chart evaluates its values. */
  readonly expand?: (scalar: YamlScalar) => Value;
  /** The registry and tag that what is around the values states for all images by name. */
  readonly hub?: Hub | undefined;
}

const maximumDepth = 60;
/** What stands before an artifact in a registry (the values of Flux's instance). */
const artifact = "oci://";
/** Keys of the parts of an application, all of which may be named behind one repository. */
const partsKey = /(?:^|[a-z])(?:services|apps|applications|components|deployments|modules|workers|workloads|jobs)$/i;
/** A registry with its port, which reads as a name with a tag. */
const hostAlone = /^(?:localhost|[\w-]+(?:\.[\w-]+)+):\d{2,5}$/;
const unknownTag: SuppliedPart = { steps: [] };

/**
 * Reads the values of a Helm chart by the conventions that charts follow: a text under a key for an image, or a mapping
 * of registry, repository, tag and digest, at any depth, and whatever is written with a registry and a tag; `global.imageRegistry` replaces registries, that of
 * `global.image` stands for those that are not said. An empty tag stands for the version of the chart's application.
 */
export function readHelmValues(root: YamlNode | undefined, reading: HelmValuesReading): void {
  const { text, images, expand, at, templates } = reading;
  const isWanted = ({ span }: YamlNode): boolean => at === undefined || (span.start <= at && at <= span.end);
  const hub = hubOf(root) ?? reading.hub;
  const hasParts = entriesOf(root).some(({ key, value }) => partsKey.test(key.text) && sizeOf(value) > 1);

  const visit = (
    node: YamlNode | undefined,
    key: string,
    top: string,
    depth: number,
    around?: SharedRegistries,
  ): void => {
    if (depth > maximumDepth) return;
    for (const item of itemsOf(node).filter(isWanted)) visit(item, key, top, depth + 1, around);
    const mapping = mappingOf(node);
    const item = scalarOf(node);
    if (item !== undefined) reading.nested?.(item, key);
    if (node !== undefined && isWholeImage(item?.text ?? ""))
      addImageText({ key: "image", value: node, tag: undefined }, top, reading);
    if (mapping === undefined || isPolicy(mapping)) return;
    const registries = sharedIn(node, around);
    const found = splitOf(mapping, key) ?? hubSplit(mapping, hub);
    const mayBeFolder =
      imagesKey.test(key) ||
      (hasParts && depth <= 2) ||
      found?.mayBeFolder === true ||
      isShort(found) ||
      filled(valueAt(mapping, "name")) !== undefined;
    const split = inTemplates(found, top, mayBeFolder, templates);
    // What templates only put names behind is none, whatever its key.
    const folder = split === undefined ? found?.repository : undefined;
    const isSplit = split !== undefined && (isKnown(split, expand) || isTold(split.repository, top, templates));
    if (isSplit) {
      const own =
        saying(split.registry, expand) ?? (isWhole(split.repository) ? undefined : saying(registries.unsaid, expand));
      const registry =
        reading.templates?.registryOf(split.repository, top) ??
        (split.isBare === true ? own : (saying(registries.every, expand) ?? own));
      const isEmpty = split.tag === undefined ? split.needsTag === true : filled(split.tag) === undefined;
      const shared = scalarOf(split.sharedTag);
      const defaultTag = shared
        ? { text: shared.text, steps: [{ span: shared.span, label: "tag of all", text: shared.text }] }
        : isEmpty
          ? (reading.templates?.tagOf(split.repository, top) ?? reading.defaultTag?.(top) ?? unknownTag)
          : addedTag(split, top, reading.templates);
      const isOpen =
        isEmpty || split.isOpen === true || addedTo(split) || registry !== split.registry || saysMore(mapping, key);
      const whole = wholeOf({ ...split, registry, defaultTag }, top, isOpen, reading.templates);
      const isRelative = split.isRelative === true || isPartOf({ ...split, registry }, top, isOpen, reading.templates);
      const open = isImageKey(key) && isToFillIn(split) ? { tag: undefined, digest: undefined } : undefined;
      const end = open === undefined ? { defaultTag } : { ...open, defaultTag: unknownTag };
      if (whole === undefined)
        addSplitImage(text, images, { ...split, ...end, registry, isRelative }, "image", {
          isGuess: true,
          pin: "none",
          digestReplacesTag:
            filled(split.digest) !== undefined && templates?.leavesOutTag(split.repository, top) === true,
          expand,
        });
      else images.add(split.repository, "image", whole);
    }
    for (const { key: name, value } of mapping.entries) {
      const below = name.text;
      // What is merged in stands elsewhere, too, and is read there.
      if (
        below === "<<" ||
        policyKey.test(below) ||
        !isWanted(value) ||
        (isKeyOfNotes(key) && !isImageAnnotation(below))
      )
        continue;
      const scalar = scalarOf(value);
      if (imagesKey.test(below))
        for (const image of imagesByName(value))
          addImageText({ key: "image", value: image, tag: undefined }, top || below, reading);
      if (scalar !== undefined) reading.nested?.(scalar, below, key);
      if (scalar === undefined)
        visit(
          value,
          isAmongImages(value, key, mapping) ? "image" : below,
          top === "" ? below : top,
          depth + 1,
          registries,
        );
      else if (below === "artifact" && scalar.text.startsWith(artifact))
        images.add(value, "oci-repository", { wrapper: artifact });
      else if (expand !== undefined && isMasked(scalar.text)) {
        const filledIn = isImageKey(below) ? expand(scalar) : undefined;
        const isNamed = namesRepository(scalar.text) || isInParts(scalar.text);
        if (filledIn !== undefined && (isNamed || isPossibleImage(knownText(filledIn))))
          images.add(value, "image", { value: filledIn, pin: "none" });
      } else if (
        !(isSplit && [split.repository, split.name].includes(value)) &&
        value !== folder &&
        !isMachineImage(below, value, mapping)
      ) {
        const isTag = below === "tag" && split === undefined && isImageKey(key);
        const mayBeWhole = isWholeOf(below, value) || (isTag && isInPath(value));
        const isNamed = mayBeWhole && (isImageKey(key) ? isCertainImage : isWholeImage)(scalar.text);
        const named = namedSplit(below, mapping);
        // `gitRepository` and `gitTag` are none of an image, unless templates make them one.
        if (named !== undefined && (isImageKey(key) || reading.templates?.isUsed(value, top || below) === true))
          addImageText({ key: "image", value, tag: named.tag, registry: named.registry }, top || below, reading);
        else {
          const isName =
            isNamePlace(below, key, top, mapping) &&
            isPossibleImage(scalar.text) &&
            templates?.isUsed(value, top) === true;
          addImageText({ ...imageAt(isNamed || isName ? "image" : below, mapping), value }, top || below, reading);
        }
      }
    }
  };
  visit(root, "", "", 0, reading.shared);
}

function sizeOf(node: YamlNode): number {
  return entriesOf(node).length + itemsOf(node).length;
}

interface TextOfImage {
  readonly key: string;
  readonly value: YamlNode;
  readonly tag: YamlNode | undefined;
  readonly registry?: YamlNode | undefined;
}

/** A text under the key of an image, with the tag that stands beside it (`jobImage` and `jobImageTag`) or in the templates. */
function addImageText({ key, value, tag, registry }: TextOfImage, top: string, reading: HelmValuesReading): void {
  const written = textOf(value) ?? "";
  if (hostAlone.test(written)) return;
  if (tag !== undefined && isShort({ repository: value, tag }) && reading.templates?.isFolder(value, top) === true)
    return;
  const open = isImageKey(key) && isUnknown(written) ? openValue(written) : undefined;
  if (open !== undefined) {
    reading.images.add(value, "image", { value: open, pin: "none" });
    return;
  }
  const isTagged = tag !== undefined && isImageKey(key) && isPossibleImage(written) && isBareName(value);
  if (!isTagged && !isImageText(key, written)) {
    // A name alone, which only what templates do with it tells from that of something else.
    if (!isImageKey(key) || !isPossibleImage(written) || reading.templates?.isUsed(value, top) !== true) return;
  }
  const split: SplitImage = {
    registry: registry ?? reading.templates?.registryOf(value, top),
    repository: value,
    tag: isTagged ? tag : undefined,
    defaultTag: isTagged ? undefined : addedTag({ repository: value }, top, reading.templates),
  };
  const isOpen = !isTagged && addedTo({ repository: value });
  const whole = wholeOf(split, top, isOpen, reading.templates);
  if (whole !== undefined) reading.images.add(value, "image", whole);
  else if (isPartOf(split, top, isOpen, reading.templates))
    addSplitImage(reading.text, reading.images, { ...split, isRelative: true }, "image", {
      isGuess: true,
      pin: "none",
    });
  else if (split.registry === undefined && split.tag === undefined && split.defaultTag === undefined)
    reading.images.add(value, "image");
  else addSplitImage(reading.text, reading.images, split, "image", { isGuess: true, pin: "none" });
}

/** Whether templates fill in a name that is a template itself. */
function isTold(repository: YamlNode | undefined, top: string, templates: TemplateUse | undefined): boolean {
  return textOf(repository)?.includes("{{") === true && templates?.wholeOf(repository, top, true) !== undefined;
}

/** The node, unless it is a template that comes to nothing. */
function saying(node: YamlNode | undefined, expand: HelmValuesReading["expand"]): YamlNode | undefined {
  const scalar = expand === undefined ? undefined : scalarOf(node);
  const isNothing =
    scalar !== undefined && isMasked(scalar.text) && expand?.(scalar).parts.every(({ text }) => text === "");
  return isNothing === true ? undefined : node;
}

/** Whether what is known of it can be a reference. Of a template of which not all is known, the end has to say a name. */
function isKnown({ repository, registry }: SplitImage, expand: HelmValuesReading["expand"]): boolean {
  const scalar = scalarOf(repository);
  const written = scalar?.text ?? "";
  const isTemplate = isMasked(written) || written.includes("{{");
  const said = scalar !== undefined && isTemplate && expand !== undefined ? knownText(expand(scalar)) : "";
  if (isTemplate && said === "")
    return isMasked(written) ? expand !== undefined && endsInName(written) : namesImage(written);
  const name = isTemplate ? said : written;
  const host = textOf(registry);
  if (!isTemplate && isUnknown(name)) return openValue(name) !== undefined;
  return (
    !isUnknown(name) &&
    !hostAlone.test(name) &&
    isPossibleImage(name) &&
    isPossibleImage(host === undefined || isUnknown(host) ? name : `${host.replace(/\/+$/, "")}/${name}`)
  );
}

/** Under `image` a bare name counts; a key that ends in it may hold the name of something else. */
function isImageText(key: string, text: string): boolean {
  return key === "image" ? isPossibleImage(text) : isImageKey(key) && isLikelyImage(text);
}

/** Whole resources in the values are read by their shape, but patterns of policies are no images. */
function isPolicy(mapping: YamlMapping): boolean {
  const apiVersion = textOf(valueAt(mapping, "apiVersion"));
  const kind = textOf(valueAt(mapping, "kind"));
  if (apiVersion === undefined || kind === undefined) return false;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return readingOfKind(group, kind).kind === "nothing";
}
