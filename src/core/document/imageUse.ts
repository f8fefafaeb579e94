import { parseReference, type ImageReference } from "../image/reference.ts";
import type { Span } from "../image/span.ts";
import type { Problem } from "../problem.ts";
import type { ImageUse, Resolution, ValueStep } from "./document.ts";
import type { ValuePart } from "./value.ts";
import type { PinPlace } from "./yamlImage.ts";

/** A reference as a document writes it, and what it comes to. */
export interface WrittenUse {
  readonly span: Span;
  readonly site: string;
  readonly parts: readonly ValuePart[];
  readonly chain: readonly ValueStep[];
  /** Whether variables were followed, so that what is no reference is the fault of a value and not of the text. */
  readonly hasVariables: boolean;
  /** The literal to edit where no part says another: an anchor's value. */
  readonly around?: Span;
  readonly platform?: string | undefined;
  /** Where and after what a digest is written; `none` where that is not safe; absent: at the value's own end. */
  readonly pin?: PinPlace | "none" | undefined;
}

/** What a value refers to; a problem where the text itself is no reference. */
export function useOfValue(
  text: string,
  { span, site, parts, chain, hasVariables, around, platform, pin }: WrittenUse,
): ImageUse | Problem {
  let known = "";
  let isKnown = true;
  for (const part of parts) {
    known += part.text ?? "";
    if (part.text === undefined) isKnown = false;
  }
  const parsed = isKnown ? parseReference(known) : undefined;
  const reference = parsed?.value;
  if (parsed !== undefined && reference === undefined && !hasVariables && !looksLikeTemplate(known))
    return invalidUse(parsed.problems[0]?.message ?? `'${known}' is not an image reference.`, span);
  const definedAt = reference === undefined ? undefined : (definingLiteral(parts, reference) ?? around);
  const place = pin ?? inlinePin(parts);
  const pinned = reference === undefined || place === undefined || place === "none" ? undefined : place;
  const use: { -readonly [field in keyof ImageUse]: ImageUse[field] } = {
    span,
    text: text.slice(span.start, span.end),
    site,
    resolution: resolutionOf(parts, reference !== undefined, chain.length > 0),
    chain,
  };
  if (reference !== undefined) use.reference = reference;
  if (definedAt !== undefined) use.definedAt = definedAt;
  if (pinned !== undefined) use.pinAt = pinned.at;
  if (pinned !== undefined && pinned.before !== "@") use.pinBefore = pinned.before;
  if (platform !== undefined) use.platform = platform;
  return use;
}

/**
 * The use as it is pinned for a tool that takes a tag or a digest and not both: the digest replaces the tag, which must
 * stand in the text right before it.
 */
export function withDigestForTag(use: ImageUse, text: string): ImageUse {
  const { pinAt, pinBefore, ...rest } = use;
  const tag = use.reference?.tag;
  if (pinAt === undefined || tag === undefined) return use;
  const start = pinAt.start - tag.length - 1;
  const stands = pinBefore === undefined && start >= 0 && text.slice(start, pinAt.start) === `:${tag}`;
  return stands ? { ...rest, pinAt: { start, end: pinAt.end } } : rest;
}

/** The problem that a text is no image reference. */
export function invalidUse(message: string, span: Span): Problem {
  return { code: "reference-invalid", message, span };
}

function resolutionOf(parts: readonly ValuePart[], isKnown: boolean, isFollowed: boolean): Resolution {
  if (isKnown) return isFollowed ? "resolved" : "literal";
  return knowsRepository(parts) ? "partial" : "unresolved";
}

/** Text that some other tool fills in before it is read (a chart's template, `envsubst`, a pipeline's variables, `{version}`). */
function looksLikeTemplate(text: string): boolean {
  return /\$|\{\{|\{[\w.-]+\}|<[^>]*>|%\w|__\w+__|\[\[/.test(text);
}

/** Whether what is known before the first unknown part names the repository: a tag or digest has begun. */
function knowsRepository(parts: readonly ValuePart[]): boolean {
  const unknown = parts.findIndex((part) => part.text === undefined);
  const end = unknown < 0 ? parts.length : unknown;
  // What looks like a tag is a port where a path follows.
  if (parts.slice(end).some((part) => part.text?.includes("/") === true)) return false;
  const known = parts
    .slice(0, end)
    .map((part) => part.text)
    .join("");
  const name = /^(.*[^/:@])[:@][^/]*$/s.exec(known)?.[1];
  return name !== undefined && parseReference(name).value !== undefined;
}

function lastPart(parts: readonly ValuePart[]): ValuePart | undefined {
  return parts.findLast((part) => part.text !== "");
}

/** Where `@sha256:...` goes: after the literal that ends the value, or over the digest that it holds. */
function inlinePin(parts: readonly ValuePart[]): PinPlace | undefined {
  const at = pinPlace(parts);
  return at === undefined ? undefined : { at, before: "@" };
}

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

/** The first literal elsewhere that the tag or digest comes from, or else the end of the name. */
function definingLiteral(parts: readonly ValuePart[], { tag, digest, repository }: ImageReference): Span | undefined {
  const length = parts.reduce((sum, part) => sum + (part.text?.length ?? 0), 0);
  const suffix = (tag === undefined ? 0 : tag.length) + (digest === undefined ? 0 : digest.length + 1);
  const from = length - (suffix > 0 ? suffix : repository.length - repository.lastIndexOf("/") - 1);
  let at = 0;
  for (const part of parts) {
    at += part.text?.length ?? 0;
    if (part.text !== "" && at > from && part.literal !== undefined) return part.literal;
  }
  return undefined;
}
