import { parseReference } from "../image/reference.ts";
import { keepingLast } from "../lastResults.ts";
import { imageFiles, libraryFiles, partOf } from "./chartFiles.ts";
import { chartData, chartExpressions, type ChartExpressions, type GivenValues } from "./chartTemplates.ts";
import type { ValueStep } from "./document.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import { nameEnd, type SuppliedPart } from "./splitImage.ts";
import type { TemplateStretch } from "./templateData.ts";
import { findTemplateImages, isSource } from "./templateImages.ts";
import { templateMentions, type TemplateMention } from "./templateMentions.ts";
import { isMasked } from "./templateMask.ts";
import { repositoryStep, trimmedStretches, withoutOption } from "./templateStretches.ts";
import { createImageCollector } from "./yamlImage.ts";
import { entriesOf, itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const registryKey = /registry|(?:^|[a-z_-])(?:repo|repository|hub|prefix|host|url|fqdn|mirror|proxy)$/i;
/** Registries that are known by their names alone. */
const knownRegistry =
  /^(?:[\w-]+\.)*(?:docker\.io|ghcr\.io|quay\.io|gcr\.io|k8s\.io|pkg\.dev|azurecr\.io|mcr\.microsoft\.com|public\.ecr\.aws|dkr\.ecr\.[\w-]+\.amazonaws\.com)(?:\/[\w./-]*)?$/;
const registryText = /^(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(?:\/[\w./-]*)?$/;
/** Keys beside which a registry is that of one image. */
const ofImages = new Set(["repository", "image", "tag", "name"]);
const maximumDepth = 3;
/** Templates that are looked into, and the longest of them. */
const maximumTemplates = 100;
const maximumLength = 200_000;

/** What a chart's templates make of a repository in its values; `top` is the outermost key that the values have it under. */
export interface TemplateUse {
  /** Whether they may make something else of it than the values alone suggest. */
  mayDiffer(repository: YamlNode): boolean;
  /** Whether they run it. */
  isUsed(repository: YamlNode, top: string): boolean;
  /** Whether they only put other names behind it. */
  isFolder(repository: YamlNode | undefined, top: string): boolean;
  /** The registry that stands apart from the image, which they put before it. */
  registryOf(repository: YamlNode | undefined, top: string): YamlNode | undefined;
  /** The tag that they add where the values say none. */
  tagOf(repository: YamlNode | undefined, top: string): SuppliedPart | undefined;
  /** All that they make of it, where that is known; `isOpen` says that the values alone leave something open. */
  wholeOf(repository: YamlNode | undefined, top: string, isOpen: boolean): readonly TemplateStretch[] | undefined;
  /** Whether they write it with its digest and without a tag. */
  leavesOutTag(repository: YamlNode | undefined, top: string): boolean;
  /** Whether they put a registry before it that nobody has said yet. */
  isRelative(repository: YamlNode | undefined, top: string, isOpen: boolean): boolean;
}

/** What every place of a resource that names an image is written with. */
const imageKey = /mage\w*["']?[ \t]*:|RepositoryAndTag|docker:\/\//;

/** Where a template puts images together: asked for by each file of values, and while one is written, again and again. */
const expressionsIn = keepingLast(48, (text) => {
  const found: TemplateMention[] = [];
  if (!imageKey.test(text)) return found;
  const chart = { text, path: "", siblings: noSiblings };
  const add = () => (node: YamlNode | undefined) => {
    const scalar = scalarOf(node);
    if (scalar !== undefined && isSource(scalar, text) && isMasked(scalar.text))
      found.push({ source: text.slice(scalar.span.start, scalar.span.end), start: scalar.span.start });
  };
  findTemplateImages(chart, createImageCollector(text), add, ({ source, repository }) =>
    found.push({ source, start: repository.span.start }),
  );
  return found;
});

/** The chart that values are for. */
export interface ChartOfValues {
  /** Empty, or with a slash at the end. */
  readonly folder: string;
  /** Where the values stand. */
  readonly path: string;
  /** They themselves, where they are not those of the chart itself. */
  readonly given?: GivenValues | undefined;
  /** The values for all charts that the one around states. */
  readonly around?: YamlNode | undefined;
}

/**
 * Looks into the templates of the chart whose values stand at `path`, as soon as only they can tell: where a registry
 * is stated apart from the images, or a tag is left empty.
 */
export function valuesInTemplates(
  root: YamlNode | undefined,
  { folder, path, given, around }: ChartOfValues,
  siblings: Siblings,
): TemplateUse {
  const data = chartData(folder, siblings, given);
  const stated = statedRegistries(root);
  const hasShared = valueAt(root, "global") !== undefined;
  const awaitsRegistry = [root, around].some((values) => hasOpenRegistry(valueAt(values, "global"), 0));
  // A name alone may be one of a registry that all images share, and that is said elsewhere.
  const mayDiffer = (repository: YamlNode): boolean =>
    stated.length > 0 || awaitsRegistry || (hasShared && !(textOf(repository) ?? "/").includes("/"));
  const uses = new Map<number, Use>();
  const isRead = new Map<string, boolean>();
  const folders = new Set<number>();
  /** What templates tell of images elsewhere, looked at where they run none of the same repository. */
  const mentioning: (() => void)[] = [];
  const parts = new Set<string>();
  /** Gives whether what the template says is known. */
  const learn = (place: string): boolean => {
    const known = isRead.get(place);
    if (known !== undefined || isRead.size >= maximumTemplates) return known ?? true;
    const text = siblings(place);
    isRead.set(place, text !== undefined);
    if (text?.includes("mage") !== true || text.length > maximumLength) return text !== undefined;
    const expressions = chartExpressions(place, text, siblings, folder, data);
    learnFrom(expressionsIn(text), expressions);
    mentioning.push(() => learnFrom(templateMentions(text), expressions));
    return true;
  };
  const learnFrom = (mentions: readonly TemplateMention[], expressions: ChartExpressions): void => {
    for (const { source, start, isWhole } of mentions) {
      const items = expressions
        .evaluateEach(source, start)
        .map(trimmedStretches)
        .map((stretches) => (isWhole === true ? withoutOption(stretches) : stretches));
      for (const [index, stretches] of items.entries()) {
        if (isWhole === true && wholeOf(stretches)?.search(/[:@][^/]+$/) === -1) continue;
        const step = repositoryStep(stretches);
        for (const folder of foldersIn(stretches))
          if (folder !== step && folder.file === path) folders.add(folder.span.start);
        if (step?.file !== path) continue;
        const use: Use = { stretches, isLeftOut: () => expressions.leavesOut(start, { index, count: items.length }) };
        const before = uses.get(step.span.start);
        if (before === undefined || isBetter(use, before)) uses.set(step.span.start, use);
      }
    }
  };
  const useOf = (repository: YamlNode, top: string): readonly TemplateStretch[] | undefined => {
    const at = repository.span.start;
    if (uses.has(at)) return uses.get(at)?.stretches;
    for (const stage of imageFiles(folder, partOf(top, parts), siblings)) {
      const isKnown = stage.map(learn).every(Boolean);
      if (uses.has(at)) return uses.get(at)?.stretches;
      // What is said to be there and is not known may tell.
      if (!isKnown && siblings(`${folder}templates/`) !== undefined) return undefined;
    }
    // A library may write whole workloads, and the chart only call it.
    for (const stage of libraryFiles(folder, siblings)) {
      for (const place of stage) learn(place);
      if (uses.has(at)) return uses.get(at)?.stretches;
    }
    for (const learnMore of mentioning.splice(0)) learnMore();
    return uses.get(at)?.stretches;
  };
  return {
    mayDiffer,
    isUsed: (repository, top) => useOf(repository, top) !== undefined,
    isFolder: (repository, top) =>
      repository !== undefined && useOf(repository, top) === undefined && folders.has(repository.span.start),
    registryOf(repository, top) {
      const step = repository === undefined || stated.length === 0 ? undefined : useOf(repository, top)?.[0]?.step;
      if (step?.file !== path || step.span.start === repository?.span.start) return undefined;
      return stated.find(({ span }) => span.start === step.span.start);
    },
    tagOf(repository, top) {
      const stretches = repository === undefined ? undefined : useOf(repository, top);
      return stretches === undefined ? undefined : tagIn(stretches);
    },
    leavesOutTag(repository, top) {
      const stretches = repository === undefined ? undefined : useOf(repository, top);
      const { value } = parseReference(stretches?.map(({ text }) => text ?? "").join("") ?? "");
      return value?.digest !== undefined && value.tag === undefined;
    },
    isRelative(repository, top, isOpen) {
      if (repository === undefined || !(isOpen || mayDiffer(repository))) return false;
      const [first] = useOf(repository, top) ?? [];
      return first?.text?.startsWith("/") === true;
    },
    wholeOf(repository, top, isOpen) {
      if (repository === undefined || !(isOpen || mayDiffer(repository))) return undefined;
      const stretches = useOf(repository, top);
      return stretches === undefined || wholeOf(stretches) === undefined ? undefined : stretches;
    },
  };
}

/** What says the folders of a reference, behind which its name stands. */
function foldersIn(stretches: readonly TemplateStretch[]): readonly ValueStep[] {
  const said = stretches.filter(({ text }) => text !== "");
  return said.flatMap(({ step }, index) => {
    const next = said[index + 1]?.text;
    return step !== undefined && next?.startsWith("/") === true ? [step] : [];
  });
}

/** What a template makes of a repository, and whether the condition that it stands under is known not to hold. */
interface Use {
  readonly stretches: readonly TemplateStretch[];
  readonly isLeftOut: () => boolean;
}

/** Whether what another place of the templates makes of the same repository is rather what they come to. */
function isBetter(use: Use, before: Use): boolean {
  const [whole, wholeBefore] = [wholeOf(use.stretches), wholeOf(before.stretches)];
  if (whole === undefined ? wholeBefore !== undefined : whole === wholeBefore) return false;
  const isKnownAlone = whole !== undefined && wholeBefore === undefined;
  return isKnownAlone || (before.isLeftOut() && !use.isLeftOut());
}

/** The reference that stretches come to, where all of it is known and it is one. */
function wholeOf(stretches: readonly TemplateStretch[]): string | undefined {
  if (stretches.some(({ text }) => text === undefined)) return undefined;
  const whole = stretches.map(({ text }) => text ?? "").join("");
  return parseReference(whole).value === undefined ? undefined : whole;
}

/** Registries that stand apart from the images: not beside a repository, at the top or under keys of their own. */
function statedRegistries(root: YamlNode | undefined): readonly YamlScalar[] {
  const found: YamlScalar[] = [];
  const visit = (node: YamlNode | undefined, under: string, depth: number): void => {
    const entries = entriesOf(node);
    const isImage = depth > 0 && under !== "global" && entries.some(({ key }) => ofImages.has(key.text));
    for (const { key, value } of entries) {
      const scalar = scalarOf(value);
      if (scalar === undefined) {
        if (depth < maximumDepth) visit(value, key.text, depth + 1);
      } else if (isRegistry(key.text, scalar.text, isImage)) found.push(scalar);
    }
  };
  visit(root, "", 0);
  return found;
}

/** Whether there is a key for a registry of all images that has to be filled in; most charts go without `imageRegistry`. */
function hasOpenRegistry(node: YamlNode | undefined, depth: number): boolean {
  return entriesOf(node).some(({ key, value }) => {
    if (entriesOf(value).length > 0) return depth < maximumDepth && hasOpenRegistry(value, depth + 1);
    return (
      registryKey.test(key.text) &&
      key.text !== "imageRegistry" &&
      itemsOf(value).length === 0 &&
      !textOf(value)?.trim()
    );
  });
}

function isRegistry(key: string, text: string, isInImage: boolean): boolean {
  if (isInImage) return false;
  return registryKey.test(key) ? registryText.test(text) : knownRegistry.test(text);
}

const tagForm = /^\w[\w.-]*$/;

/** The tag with which a reference ends, and what says it. */
function tagIn(stretches: readonly TemplateStretch[]): SuppliedPart | undefined {
  const whole = stretches
    .map(({ text }) => text ?? "")
    .join("")
    .trim();
  const end = nameEnd(whole);
  if (whole.charAt(end) !== ":" || whole.includes("@")) return undefined;
  const repository = stretches.findIndex(({ step }) => step !== undefined && step === repositoryStep(stretches));
  const text = whole.slice(end + 1);
  // A tag that is demanded and that nobody says, or only the cluster; or what others than Helm fill in.
  if (!tagForm.test(text) || stretches.some((stretch) => stretch.text === undefined)) return { steps: [] };
  return { text, steps: stretches.slice(repository + 1).flatMap(({ step }) => step ?? []) };
}
