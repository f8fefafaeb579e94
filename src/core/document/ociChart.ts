import type { ValueStep } from "./document.ts";
import { isUnknown } from "./splitImage.ts";
import { literalPart, type ImageCollector, type ValuePart } from "./yamlImage.ts";
import { scalarOf, type YamlNode } from "./yamlNode.ts";

const wrapper = "oci://";
const exactVersion = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** A Helm chart, or another artifact, in a registry. */
export interface OciChart {
  /** `oci://` and the repository, or what the chart's name is below. */
  readonly url: YamlNode | undefined;
  readonly name?: YamlNode | undefined;
  readonly version?: YamlNode | undefined;
}

/**
 * Adds a chart that is fetched from a registry (Helm, "Use OCI-based registries"): its version is its tag, with `_` for
 * `+`. A range of versions leaves the tag unknown.
 */
export function addOciChart(
  text: string,
  images: ImageCollector,
  { url, name, version }: OciChart,
  site: string,
): boolean {
  const place = scalarOf(url);
  if (place === undefined || !place.text.startsWith(wrapper)) return false;
  const to = place.text.replace(/\/+$/, "").length;
  const written = literalPart(text, place, wrapper.length, to);
  const parts: ValuePart[] = [isUnknown(place.text) ? {} : written];
  const chain: ValueStep[] = [];
  const chart = scalarOf(name);
  if (chart !== undefined) {
    chain.push({ span: chart.span, label: "name", text: chart.text });
    parts.push({ text: "/" }, isUnknown(chart.text) ? {} : { text: chart.text, literal: chart.span });
  }
  const tag = scalarOf(version);
  if (tag !== undefined) {
    chain.push({ span: tag.span, label: "version", text: tag.text });
    const exact = exactVersion.test(tag.text) ? tag.text.replaceAll("+", "_") : undefined;
    parts.push({ text: ":" }, exact === undefined ? {} : { text: exact, literal: tag.span });
  }
  images.add(url, site, { value: { parts, chain }, wrapper, to, pin: "none" });
  return true;
}
