import type { ValueStep } from "./document.ts";
import { isUnknown } from "./splitImage.ts";
import { isMasked } from "./templateMask.ts";
import { knownText, type Value, type ValuePart } from "./value.ts";
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
  /** What a lock says that a range of versions has come to. */
  readonly locked?: () => string | undefined;
  /** What a value of a template comes to. */
  readonly expand?: (scalar: YamlScalar) => Value;
  /** Whether the address of a registry stands without `oci://`, as Argo CD writes it beside a chart. */
  readonly isBare?: boolean;
}

/** The tag that a chart's version is; a range of versions is none that is known. */
export function chartTag(
  version: YamlScalar,
  expand?: OciChart["expand"],
): { readonly part: ValuePart; readonly steps: readonly ValueStep[] } {
  const filled = expand !== undefined && isMasked(version.text) ? expand(version) : undefined;
  const text = chartTagText(filled === undefined ? version.text : knownText(filled));
  if (text === undefined) return { part: {}, steps: filled?.chain ?? [] };
  return filled === undefined
    ? { part: { text, literal: version.span }, steps: [] }
    : { part: { text }, steps: filled.chain };
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
  { url, name, version, locked, isBare = false, expand }: OciChart,
  site: string,
): boolean {
  const place = scalarOf(url);
  const isWrapped = place?.text.startsWith(wrapper) === true;
  const whole = place !== undefined && expand !== undefined && isMasked(place.text) ? expand(place) : undefined;
  if (place !== undefined && whole !== undefined && knownText(whole).startsWith(wrapper)) {
    const chain = [...whole.chain];
    const parts: ValuePart[] = [{ text: knownText(whole).slice(wrapper.length).replace(/\/+$/, "") }];
    addVersion(text, version, expand, parts, chain);
    images.add(url, site, { value: { parts, chain }, pin: "none", ...(isWrapped ? { wrapper } : {}) });
    return true;
  }
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
  addVersion(text, version, expand, parts, chain, locked);
  images.add(url, site, { value: { parts, chain }, wrapper, pin: "none" });
  return true;
}

function addVersion(
  text: string,
  version: YamlNode | undefined,
  expand: OciChart["expand"],
  parts: ValuePart[],
  chain: ValueStep[],
  locked?: OciChart["locked"],
): void {
  const tag = scalarOf(version);
  if (tag === undefined) return;
  const { part, steps } = chartTag(tag, expand);
  chain.push({ span: tag.span, label: "version", text: text.slice(tag.span.start, tag.span.end) }, ...steps);
  const known = part.text ?? chartTagText(locked?.() ?? "");
  parts.push({ text: ":" }, part.text === undefined && known !== undefined ? { text: known } : part);
}
