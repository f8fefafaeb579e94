import type { ImageUse } from "./document.ts";
import { readTekton } from "./manifestPipeline.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";

const tektonVersion = /^[ \t-]*apiVersion[ \t]*:[ \t]*["']?(?:triggers\.)?tekton\.dev\//m;

/**
 * The images that pipelines of Tekton among a chart's templates name themselves: with the defaults of their parameters,
 * and bundles, which no shape tells.
 */
export function chartPipelineImages(text: string, path: string): readonly ImageUse[] {
  if (!text.includes("tekton.dev/") || !tektonVersion.test(text)) return [];
  return readTekton(maskTemplate(text).text, path).images.filter(
    (use) => use.reference !== undefined && !isMasked(use.text),
  );
}
