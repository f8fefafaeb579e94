import { parseReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { ImageUse, Resolution, ValueStep } from "./document.ts";
import { dereference, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

/** A stretch of a value: what it says, as far as the files tell, and the literal that says it. */
export interface ValuePart {
  /** Absent where it cannot be known. */
  readonly text?: string;
  /** Where `text` stands in the document as it is. */
  readonly span?: Span;
  /** Whether the literal says this for other places too, so that a change for this one would change those. */
  readonly shared?: boolean;
}

/** A value put together from literals, variables and defaults. */
export interface Value {
  readonly parts: readonly ValuePart[];
  /** How variables were followed; empty where the value stands there as it is. */
  readonly chain: readonly ValueStep[];
}

/** Collects the image uses of one YAML document; the same use, met twice through an alias, is listed once. */
export interface ImageCollector {
  readonly images: readonly ImageUse[];
  readonly problems: readonly Problem[];
  /**
   * Adds what `node` refers to. `value` is what its text comes to, where the dialect has variables; `wrapper` stands
   * before the reference and is no part of it.
   */
  add(node: YamlNode | undefined, site: string, options?: ImageOptions): void;
}

/** What a dialect knows of a use beyond its node. */
export interface ImageOptions {
  readonly value?: Value;
  readonly wrapper?: string;
  /** Offset in the scalar's value where the reference begins, after what the dialect writes before it. */
  readonly from?: number;
  /** Exclusive end in the scalar's value. */
  readonly to?: number;
  readonly platform?: string | undefined;
}

/** Creates the collector for a document's text. */
export function createImageCollector(text: string): ImageCollector {
  const images: ImageUse[] = [];
  const problems: Problem[] = [];
  const seen = new Set<string>();
  return {
    images,
    problems,
    add(node, site, options = {}) {
      const scalar = dereference(node);
      if (node === undefined || scalar?.kind !== "scalar") return;
      const use = toUse(text, node, scalar, site, options);
      if ("code" in use) {
        if (!problems.some(({ span }) => span?.start === use.span?.start)) problems.push(use);
        return;
      }
      const identity = JSON.stringify([site, use.span, use.reference ?? use.resolution]);
      if (seen.has(identity)) return;
      seen.add(identity);
      images.push(use);
    },
  };
}

/** A scalar's stretch as a part: with its place only where the document holds it as it is. */
export function literalPart(text: string, scalar: YamlScalar, from = 0, to = scalar.text.length): ValuePart {
  const value = scalar.text.slice(from, to);
  const span = createScalarMap(text, scalar).spanOf(from, to);
  return text.slice(span.start, span.end) === value ? { text: value, span } : { text: value };
}

function toUse(
  text: string,
  node: YamlNode,
  scalar: YamlScalar,
  site: string,
  { value, wrapper = "", from = 0, to = scalar.text.length, platform }: ImageOptions,
): ImageUse | Problem {
  const begin = scalar.text.startsWith(wrapper, from) ? from + wrapper.length : from;
  const written = createScalarMap(text, scalar).spanOf(begin, to);
  const span = node.kind === "alias" ? node.span : written;
  const { parts, chain } = value ?? { parts: [literalPart(text, scalar, begin, to)], chain: [] };
  const shown = text.slice(span.start, span.end);
  const known = parts.map((part) => part.text ?? "").join("");
  const isKnown = parts.every((part) => part.text !== undefined);
  const parsed = isKnown ? parseReference(known) : undefined;
  const throughAlias: readonly ValueStep[] =
    node.kind === "alias"
      ? [{ span: written, label: `anchor ${node.name}`, text: text.slice(written.start, written.end) }]
      : [];
  const steps = [...throughAlias, ...chain];
  if (parsed !== undefined && parsed.value === undefined) {
    if (!looksLikeTemplate(known)) {
      const message = parsed.problems[0]?.message ?? `'${known.slice(0, 80)}' is not an image reference.`;
      return { code: "reference-invalid", message, span };
    }
    return { span, text: shown, site, resolution: "unresolved", chain: steps };
  }
  const resolution: Resolution =
    parsed === undefined
      ? knowsRepository(parts)
        ? "partial"
        : "unresolved"
      : steps.length > 0
        ? "resolved"
        : "literal";
  const pinAt = parsed === undefined ? undefined : pinPlace(parts);
  const definedAt = steps.length > 0 ? definingLiteral(parts, span) : undefined;
  return {
    span,
    text: shown,
    site,
    ...(parsed?.value === undefined ? {} : { reference: parsed.value }),
    resolution,
    ...(definedAt === undefined ? {} : { definedAt }),
    ...(pinAt === undefined ? {} : { pinAt }),
    chain: steps,
    ...(platform === undefined ? {} : { platform }),
  };
}

/** Text that some other tool fills in before it is read (a chart's template, `envsubst`, a pipeline's variables). */
function looksLikeTemplate(text: string): boolean {
  return /\$|\{\{|<[^>]*>|%\w|__\w+__|\[\[/.test(text);
}

/** Whether what is known before the first unknown part names the repository: a tag or digest has begun. */
function knowsRepository(parts: readonly ValuePart[]): boolean {
  let known = "";
  for (const part of parts) {
    if (part.text === undefined) break;
    known += part.text;
  }
  const name = /^(.*[^/:@])[:@][^/]*$/s.exec(known)?.[1];
  return name !== undefined && parseReference(name).value !== undefined;
}

function lastPart(parts: readonly ValuePart[]): ValuePart | undefined {
  return parts.findLast((part) => part.text !== "");
}

/** Where `@sha256:...` goes: after the literal that ends the value, or over the digest that it holds. */
function pinPlace(parts: readonly ValuePart[]): Span | undefined {
  const last = lastPart(parts);
  if (last?.span === undefined || last.text === undefined) return undefined;
  const isWhole = parts.every((part) => part === last || part.text === "");
  if (last.shared === true && !isWhole) return undefined;
  const at = last.text.indexOf("@");
  const hasDigest = parts.some((part) => part.text?.includes("@") === true);
  if (!hasDigest) return { start: last.span.end, end: last.span.end };
  return at < 0 ? undefined : { start: last.span.start + at, end: last.span.end };
}

function definingLiteral(parts: readonly ValuePart[], use: Span): Span | undefined {
  const span = lastPart(parts)?.span;
  if (span === undefined) return undefined;
  return span.start === use.start && span.end === use.end ? undefined : span;
}
