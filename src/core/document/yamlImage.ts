import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { ImageUse, ValueStep } from "./document.ts";
import { invalidUse, useOfValue } from "./imageUse.ts";
import type { Value, ValuePart } from "./value.ts";
import { dereference, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { createScalarMap } from "./yamlScalarMap.ts";

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
  /** Where and after what a digest is written, where the dialect keeps it apart; `none` where that is not safe. */
  readonly pin?: PinPlace | "none";
}

/** Where a digest is written, and what stands before it. */
export interface PinPlace {
  readonly at: Span;
  readonly before: string;
}

/** Most images that are listed for one file. */
const maximumImages = 10_000;
/** Most problems that are listed for one file. */
const maximumProblems = 50;
/** No reference, with all its expressions, is longer. */
const maximumLength = 4096;

/** Creates the collector for a document's text. */
export function createImageCollector(text: string): ImageCollector {
  const images: ImageUse[] = [];
  const problems: Problem[] = [];
  const firstAt = new Map<number, ImageUse>();
  const seen = new Map<string, ImageUse>();
  return {
    images,
    problems,
    add(node, site, options = {}) {
      const scalar = dereference(node);
      if (node === undefined || scalar?.kind !== "scalar" || images.length >= maximumImages) return;
      const use = toUse(text, node, scalar, site, options);
      if ("code" in use) {
        if (problems.length < maximumProblems && !problems.some(({ span }) => span?.start === use.span?.start))
          problems.push(use);
        return;
      }
      const first = firstAt.get(use.span.start);
      if (first === undefined) firstAt.set(use.span.start, use);
      else {
        if (!seen.has(identityOf(first))) seen.set(identityOf(first), first);
        const identity = identityOf(use);
        const same = seen.get(identity);
        if (same !== undefined && (same.resolution !== "unresolved" || use.resolution !== "partial")) return;
        // Of what nobody knows, one place holds one: that of which most is known.
        if (same !== undefined) images.splice(images.lastIndexOf(same), 1);
        seen.set(identity, use);
      }
      images.push(use);
    },
  };
}

function identityOf({ site, span, reference }: ImageUse): string {
  return JSON.stringify([site, span, reference ?? ""]);
}

/** Uses as a person meets them in the text; those at one place keep their order. */
export function inDocumentOrder(uses: readonly ImageUse[]): readonly ImageUse[] {
  return uses.toSorted((one, other) => one.span.start - other.span.start);
}

/**
 * A scalar's stretch as a part: with its place only where the document holds it as it is. The line ends that a block
 * scalar keeps at its end (YAML 1.2.2, 8.1.1.2) are not meant as a part of any reference.
 */
export function literalPart(text: string, scalar: YamlScalar, from = 0, to = scalar.text.length): ValuePart {
  const end = contentEnd(scalar, from, to);
  const value = scalar.text.slice(from, end);
  const span = createScalarMap(text, scalar).spanOf(from, end);
  return text.slice(span.start, span.end) === value ? { text: value, span } : { text: value };
}

/**
 * A scalar's stretch as parts. Where the document writes some of it otherwise (escapes, joined lines), the part behind
 * all of these has its place, so that a digest can follow it.
 */
function writtenParts(text: string, scalar: YamlScalar, from: number, to: number): readonly ValuePart[] {
  const whole = literalPart(text, scalar, from, to);
  if (whole.span !== undefined || whole.text === undefined) return [whole];
  const { end } = createScalarMap(text, scalar).spanOf(from, from + whole.text.length);
  let length = 0;
  while (length < whole.text.length && text.charAt(end - 1 - length) === whole.text.at(-1 - length)) length++;
  if (length === 0) return [whole];
  const head = whole.text.slice(0, whole.text.length - length);
  return [{ text: head }, { text: whole.text.slice(head.length), span: { start: end - length, end } }];
}

/** Whether a dialect with variables found none. */
function isAsWritten({ parts, chain }: Value, text: string): boolean {
  return chain.length === 0 && parts.length === 1 && parts[0]?.text === text && parts[0].span === undefined;
}

function contentEnd({ style, text }: YamlScalar, from: number, to: number): number {
  const isBlock = style === "literal" || style === "folded";
  return isBlock && to === text.length ? Math.max(from, text.trimEnd().length) : to;
}

function toUse(
  text: string,
  node: YamlNode,
  scalar: YamlScalar,
  site: string,
  { value, wrapper = "", from = 0, to: end = scalar.text.length, platform, pin }: ImageOptions,
): ImageUse | Problem {
  const begin = scalar.text.startsWith(wrapper, from) ? from + wrapper.length : from;
  const to = contentEnd(scalar, begin, end);
  const written = createScalarMap(text, scalar).spanOf(begin, to);
  const span = node.kind === "alias" ? node.span : written;
  if (to - begin > maximumLength)
    return invalidUse(`An image reference of ${to - begin} characters was not read.`, span);
  const isWritten = value === undefined || isAsWritten(value, scalar.text.slice(begin, to));
  const { parts, chain } = isWritten ? { parts: writtenParts(text, scalar, begin, to), chain: [] } : value;
  const throughAlias: readonly ValueStep[] =
    node.kind === "alias"
      ? [{ span: written, label: `anchor ${node.name}`, text: text.slice(written.start, written.end) }]
      : [];
  return useOfValue(text, {
    span,
    site,
    parts,
    chain: [...throughAlias, ...chain],
    hasVariables: chain.length > 0,
    platform,
    pin,
    ...(node.kind === "alias" ? { around: written } : {}),
  });
}
