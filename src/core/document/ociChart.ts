import type { ValueStep } from "./document.ts";
import { isUnknown } from "./splitImage.ts";
import type { ValuePart } from "./value.ts";
import { literalPart, type ImageCollector } from "./yamlImage.ts";
import { scalarOf, type YamlNode, type YamlScalar } from "./yamlNode.ts";

const wrapper = "oci://";
const bareRegistry = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?(?:\/[a-z0-9/._-]*)?$/i;
const exactVersion = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** A Helm chart, or another artifact, in a registry. */
export interface OciChart {
  /** `oci://` and the repository, or what the chart's name is below. */
  readonly url: YamlNode | undefined;
  readonly name?: YamlNode | undefined;
  readonly version?: YamlNode | undefined;
  /** Whether the address of a registry stands without `oci://`, as Argo CD writes it beside a chart. */
  readonly isBare?: boolean;
}

/** The tag that a chart's version is; a range of versions is none that is known. */
export function chartTag(version: YamlScalar): ValuePart {
  const text = chartTagText(version.text);
  return text === undefined ? {} : { text, literal: version.span };
}

/** The same for its text alone. */
export function chartTagText(version: string): string | undefined {
  return exactVersion.test(version) ? version.replaceAll("+", "_") : undefined;
}

/**
 * Adds a chart that is fetched from a registry (Helm, "Use OCI-based registries"): its version is its tag, with `_` for
 * `+`. A range of versions leaves the tag unknown.
 */
export function addOciChart(
  text: string,
  images: ImageCollector,
  { url, name, version, isBare = false }: OciChart,
  site: string,
): boolean {
  const place = scalarOf(url);
  const isWrapped = place?.text.startsWith(wrapper) === true;
  if (place === undefined || (!isWrapped && !(isBare && bareRegistry.test(place.text)))) return false;
  const to = place.text.replace(/\/+$/, "").length;
  const written = literalPart(text, place, isWrapped ? wrapper.length : 0, to);
  const parts: ValuePart[] = [isUnknown(place.text) ? {} : written];
  const chain: ValueStep[] = [];
  const chart = scalarOf(name);
  if (chart !== undefined) {
    chain.push({ span: chart.span, label: "name", text: text.slice(chart.span.start, chart.span.end) });
    parts.push({ text: "/" }, isUnknown(chart.text) ? {} : { text: chart.text, literal: chart.span });
  }
  const tag = scalarOf(version);
  if (tag !== undefined) {
    chain.push({ span: tag.span, label: "version", text: text.slice(tag.span.start, tag.span.end) });
    parts.push({ text: ":" }, chartTag(tag));
  }
  images.add(url, site, { value: { parts, chain }, wrapper, pin: "none" });
  return true;
}
