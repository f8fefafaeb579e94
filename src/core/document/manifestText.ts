import type { Span } from "../image/span.ts";
import { readShape } from "./customShape.ts";
import type { Document } from "./document.ts";
import { readEmbeddedYaml } from "./embedded.ts";
import { createResourceReading, usesOf, type ResourceReading } from "./resourceReading.ts";
import { isMasked, maskTemplate } from "./templateMask.ts";
import type { Value } from "./value.ts";
import { itemsOf, scalarOf, textOf, valueAt, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Keys whose texts charts put into their manifests as they are. */
const manifestKey = /(?:[cC]ontainers|[sS]idecars|^extra(?:Deploy|Objects|Manifests|Resources))$/;

/** Keys under which charts for whatever resources take those, as mappings or as texts (`raw`), in a list or each by a name. */
const resourcesKey = /(?:^|[a-z_-])(?:[tT]emplates|[rR]esources|[mM]anifests|[oO]bjects)$/;

/** Reads a resource of any kind. */
type ReadResource = (node: YamlNode | undefined, reading: ResourceReading) => void;

/** Where a text stands, and what reads the resources in it. */
export interface ManifestReading {
  readonly text: string;
  readonly path: string;
  readonly readResource: ReadResource;
  /** What a template at a place in it comes to, where that is known: some charts evaluate such texts. */
  readonly evaluate?: ((source: string, span: Span) => Value) | undefined;
}

/**
 * Reads a value of a chart that is a text of containers or of whole resources, by its key or that of the mapping
 * `around` it; what a template in it only yields later is left out. Undefined where it is no such text.
 */
export function readManifestText(
  scalar: YamlScalar,
  key: string,
  around: string,
  { text, path, readResource, evaluate }: ManifestReading,
): Document | undefined {
  const place = keyOfManifests(key, scalar, around);
  if (place === undefined) return undefined;
  const read = (root: YamlNode | undefined, inner: string) => {
    const within = withTemplates(createResourceReading(inner, path), scalar.text, evaluate);
    const nested = (node: YamlNode | undefined): void => readResource(node, within);
    const isResource = (node: YamlNode | undefined): boolean => textOf(valueAt(node, "kind")) !== undefined;
    if (isResource(root)) nested(root);
    else if (itemsOf(root).some(isResource)) itemsOf(root).forEach(nested);
    else readShape(root, within, nested, /[sS]idecars$/.test(place) ? "sidecars" : "containers");
    return usesOf(within).filter(({ reference }) => reference !== undefined);
  };
  return readEmbeddedYaml(scalar, text, path, read, maskTemplate(scalar.text).text);
}

/** The reading where templates of the text are known; `source` is that text with them. */
function withTemplates(
  reading: ResourceReading,
  source: string,
  evaluate: ManifestReading["evaluate"],
): ResourceReading {
  return {
    ...reading,
    add(node, site, options) {
      const scalar = scalarOf(node);
      const isTemplate = scalar !== undefined && isMasked(scalar.text);
      const value = isTemplate ? evaluate?.(source.slice(scalar.span.start, scalar.span.end), scalar.span) : undefined;
      if (value !== undefined) reading.images.add(node, site, { value, pin: "none" });
      else if (!isTemplate) reading.add(node, site, options);
    },
  };
}

/** The key that makes a text one of manifests. */
function keyOfManifests(key: string, { style, text }: YamlScalar, around: string): string | undefined {
  if ((style !== "literal" && style !== "folded") || !/\bimage\b/.test(text)) return undefined;
  if (/^apiVersion:/m.test(text) && /^kind:/m.test(text))
    for (const one of [key, around]) if (resourcesKey.test(one) || manifestKey.test(one)) return one;
  return manifestKey.test(key) ? key : undefined;
}
