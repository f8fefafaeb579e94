import { chartExpressions, repositoryStep } from "./chartTemplates.ts";
import type { Siblings } from "./siblings.ts";
import { nameEnd, type SuppliedPart } from "./splitImage.ts";
import type { TemplateStretch } from "./templateData.ts";
import { findTemplateImages } from "./templateImages.ts";
import { isMasked } from "./templateMask.ts";
import { createImageCollector } from "./yamlImage.ts";
import { entriesOf, scalarOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const registryKey = /(?:^|[a-z_-])(?:registry|repo|repository|hub|prefix|host)$/i;
const registryText = /^(?:[\w-]+(?:\.[\w-]+)+|localhost)(?::\d+)?(?:\/[\w./-]*)?$/;
/** Where charts keep the templates of their workloads, and those of a part under its name. */
const workloads = ["deployment", "statefulset", "daemonset", "cronjob", "job", "pod"];
const ofParts = workloads.slice(0, 3);
/** Parts whose templates are looked for. */
const maximumParts = 40;

/** What a chart's templates make of a repository in its values; `top` is the outermost key that the values have it under. */
export interface TemplateUse {
  /** The registry that stands apart from the image, which they put before it. */
  registryOf(repository: YamlNode | undefined, top: string): YamlNode | undefined;
  /** The tag that they add where the values say none. */
  tagOf(repository: YamlNode | undefined, top: string): SuppliedPart | undefined;
}

/**
 * Looks into the templates of the chart whose values stand at `path`, as soon as only they can tell: where a registry
 * is stated apart from the images, or a tag is left empty.
 */
export function valuesInTemplates(root: YamlNode | undefined, path: string, siblings: Siblings): TemplateUse {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const values = `${folder}values.yaml`;
  const stated = statedRegistries(root);
  const uses = new Map<number, readonly TemplateStretch[]>();
  const isRead = new Set<string>();
  const parts = new Set<string>();
  const learn = (template: string): void => {
    const place = `${folder}templates/${template}.yaml`;
    if (isRead.has(place)) return;
    isRead.add(place);
    const text = siblings(place);
    if (text?.includes("image") !== true) return;
    const expressions = chartExpressions(place, text, siblings);
    findTemplateImages({ text, path: place, siblings }, createImageCollector(text), () => (node) => {
      const scalar = scalarOf(node);
      if (scalar === undefined || !scalar.exact || !isMasked(scalar.text)) return;
      const said = expressions.evaluate(text.slice(scalar.span.start, scalar.span.end));
      const stretches = said.filter((stretch) => stretch.text?.trim() !== "");
      const step = repositoryStep(stretches);
      if (step?.file === values && !uses.has(step.span.start)) uses.set(step.span.start, stretches);
    });
  };
  const useOf = (repository: YamlNode, top: string): readonly TemplateStretch[] | undefined => {
    for (const kind of workloads) learn(kind);
    const part = top.replaceAll(/(?<=[a-z0-9])[A-Z]/g, "-$&").toLowerCase();
    const isNew = parts.size < maximumParts && !parts.has(part) && /^[\w-]+$/.test(part);
    if (!uses.has(repository.span.start) && isNew) {
      parts.add(part);
      for (const kind of ofParts) for (const name of [`${part}/${kind}`, `${part}-${kind}`]) learn(name);
    }
    return uses.get(repository.span.start);
  };
  return {
    registryOf(repository, top) {
      const step = repository === undefined || stated.length === 0 ? undefined : useOf(repository, top)?.[0]?.step;
      return step?.file === values ? stated.find(({ span }) => span.start === step.span.start) : undefined;
    },
    tagOf(repository, top) {
      const stretches = repository === undefined ? undefined : useOf(repository, top);
      return stretches === undefined ? undefined : tagIn(stretches);
    },
  };
}

function statedRegistries(root: YamlNode | undefined): readonly YamlScalar[] {
  const around = [root, valueAt(root, "global"), valueAt(root, "global", "image"), valueAt(root, "global", "images")];
  return around.flatMap((node) =>
    entriesOf(node).flatMap(({ key, value }) => {
      const scalar = scalarOf(value);
      return scalar !== undefined && registryKey.test(key.text) && registryText.test(scalar.text) ? [scalar] : [];
    }),
  );
}

/** The tag with which a reference ends, and what says it. */
function tagIn(stretches: readonly TemplateStretch[]): SuppliedPart | undefined {
  const whole = stretches
    .map(({ text }) => text ?? "")
    .join("")
    .trim();
  const end = nameEnd(whole);
  if (whole.charAt(end) !== ":" || whole.includes("@")) return undefined;
  const repository = stretches.findIndex(({ step }) => step !== undefined && step === repositoryStep(stretches));
  return { text: whole.slice(end + 1), steps: stretches.slice(repository + 1).flatMap(({ step }) => step ?? []) };
}
