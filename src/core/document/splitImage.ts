import { parseReference } from "../image/reference.ts";
import type { ValueStep } from "./document.ts";
import { namesRepository } from "./templateAction.ts";
import { isMasked } from "./templateMask.ts";
import type { Value, ValuePart } from "./value.ts";
import { literalPart, type ImageCollector, type PinPlace } from "./yamlImage.ts";
import { scalarOf, type YamlEntry, type YamlMapping, type YamlNode, type YamlScalar } from "./yamlNode.ts";
import { printedText } from "./yamlNumber.ts";

/** A part of a reference that another file, or the dialect itself, supplies. */
export interface SuppliedPart {
  /** Absent where it is known to exist and its text is not. */
  readonly text?: string;
  readonly steps: readonly ValueStep[];
}

/** The nodes that share a reference among them; an absent or empty one says nothing. */
export interface SplitImage {
  readonly registry?: YamlNode | undefined;
  readonly repository: YamlNode | undefined;
  /** The last part of the repository, where that stands by itself. */
  readonly name?: YamlNode | undefined;
  readonly tag?: YamlNode | undefined;
  readonly digest?: YamlNode | undefined;
  /** Whether the registry is said elsewhere, in a way that is not known. */
  readonly isRelative?: boolean;
  /** The tag where no node says one. */
  readonly defaultTag?: SuppliedPart | undefined;
}

/** How a dialect puts the parts together. */
export interface SplitOptions {
  readonly wrapper?: string;
  /** Whether a tag or digest that the repository is written with means nothing, since others replace it. */
  readonly withoutOwnTag?: boolean;
  /** Whether a digest leaves the tag without a meaning. */
  readonly digestReplacesTag?: boolean;
  /** Where a digest goes if no node is there for it; absent: after the tag, or a repository that stands alone; `none`: after the tag only. */
  readonly pin?: PinPlace | "none" | undefined;
  /** What a value of a template comes to. */
  readonly expand?: ((scalar: YamlScalar) => Value) | undefined;
  /** Whether what is no reference is left out without a word. */
  readonly isGuess?: boolean;
}

/**
 * Adds a reference whose registry, repository, tag and digest stand under keys of their own. It stands where its
 * repository stands; a digest is pinned under the key that holds one, else after the tag.
 */
export function addSplitImage(
  text: string,
  images: ImageCollector,
  split: SplitImage,
  site: string,
  { wrapper = "", digestReplacesTag = false, withoutOwnTag = false, pin, expand, isGuess = false }: SplitOptions = {},
): void {
  const repository = filled(split.repository);
  if (repository === undefined) return;
  const registry = filled(split.registry);
  const digest = filled(split.digest);
  const tag = digest !== undefined && digestReplacesTag ? undefined : filled(split.tag);
  const from = repository.text.startsWith(wrapper) ? wrapper.length : 0;
  const to = withoutOwnTag ? nameEnd(repository.text) : repository.text.length;
  const chain: ValueStep[] = [];
  const parts: ValuePart[] = [];
  const add = (scalar: YamlScalar, label: string, value: string): void => {
    if (expand !== undefined && isTemplate(value)) {
      const expanded = expand(scalar);
      chain.push(...expanded.chain);
      // A template is filled in anew each time: nothing is edited in what it comes to.
      parts.push(...expanded.parts.map((part) => (part.text === undefined ? {} : { text: part.text })));
      return;
    }
    chain.push({ span: scalar.span, label, text: scalar.text });
    parts.push(
      isUnknown(value)
        ? {}
        : value === scalar.text
          ? { ...literalPart(text, scalar), literal: scalar.span }
          : { text: value, literal: scalar.span },
    );
  };
  if (registry === undefined && split.isRelative === true) parts.push({}, { text: "/" });
  if (registry !== undefined) {
    add(registry, "registry", registry.text.replace(/\/+$/, ""));
    parts.push({ text: "/" });
  }
  if (expand !== undefined && isTemplate(repository.text)) add(repository, "repository", repository.text);
  else parts.push(isUnknown(repository.text) ? {} : literalPart(text, repository, from, to));
  const name = filled(split.name);
  if (name !== undefined) {
    parts.push({ text: "/" });
    add(name, "name", name.text);
  }
  const supplied = tag === undefined && (digest === undefined || !digestReplacesTag) ? split.defaultTag : undefined;
  if (tag !== undefined) {
    parts.push({ text: ":" });
    add(tag, "tag", printedText(tag, "8"));
  } else if (supplied !== undefined && supplied.text !== "") {
    parts.push({ text: ":" }, supplied.text === undefined ? {} : { text: supplied.text });
    chain.push(...supplied.steps);
  }
  if (digest !== undefined) {
    // Templates may add the algorithm.
    parts.push({ text: /^[0-9a-f]{64}$/.test(digest.text) ? "@sha256:" : "@" });
    add(digest, "digest", digest.text.replace(/^@/, ""));
  }
  if (isGuess && !isPossible(parts)) return;
  const value: Value = { parts, chain };
  const otherwise = chain.length === 0 && pin === undefined ? inlinePlace(split) : "none";
  const place =
    digestPlace(text, split, digest) ?? (pin === "none" ? undefined : pin) ?? tagPlace(text, split, tag) ?? otherwise;
  images.add(split.repository, site, { value, wrapper, pin: place });
}

/** Where the tag or digest of a reference begins, or its end. */
export function nameEnd(reference: string): number {
  const slash = reference.lastIndexOf("/") + 1;
  const end = reference.slice(slash).search(/[:@]/);
  return end < 0 ? reference.length : slash + end;
}

/** What a text is of which a tool fills in some later, and not the end of its repository. */
export function openValue(text: string): Value | undefined {
  const pieces = text.split(placeholder);
  const marked = pieces.map((piece, index) => (index % 2 === 0 ? piece : "\uE000")).join("");
  if (pieces.length === 1 || !namesRepository(marked)) return undefined;
  const parts = pieces.map((piece, index): ValuePart => (index % 2 === 0 ? { text: piece } : {}));
  return isPossible(parts) ? { parts: parts.filter((part) => part.text !== ""), chain: [] } : undefined;
}

const placeholder = /(\$\{[^{}]*\}|__[A-Z]\w*__|%%\w+%%)/;

/** Text that a tool fills in later (`{{ a }}`, `${A}`, `__A__`, `%%A%%`), so that what it comes to is not known. */
export function isUnknown(text: string): boolean {
  return /\{\{|\$[({]|__[A-Z]\w*__|%%\w+%%/.test(text) || isMasked(text);
}

/** Whether a text has actions of a template, hidden from YAML or not. */
function isTemplate(text: string): boolean {
  return isMasked(text) || text.includes("{{");
}

/** The scalar of a node that says something. */
function filled(node: YamlNode | undefined): YamlScalar | undefined {
  const scalar = scalarOf(node);
  return scalar === undefined || scalar.text.trim() === "" ? undefined : scalar;
}

function isPossible(parts: readonly ValuePart[]): boolean {
  const known = parts.map((part) => part.text ?? "x").join("");
  return parseReference(known).value !== undefined;
}

/** The end of the repository, which alone makes the reference. */
function inlinePlace({ repository }: SplitImage): PinPlace | "none" {
  const scalar = repository?.kind === "scalar" ? repository : undefined;
  if (scalar === undefined) return "none";
  const at = scalar.text.indexOf("@");
  if (at >= 0 && !scalar.exact) return "none";
  return { at: { start: at < 0 ? scalar.span.end : scalar.span.start + at, end: scalar.span.end }, before: "@" };
}

/** The place of the node that holds a digest, or is there for one. */
function digestPlace(text: string, split: SplitImage, digest: YamlScalar | undefined): PinPlace | "none" | undefined {
  const node = split.digest;
  if (node === undefined) return undefined;
  // An alias says it for others too, and a bare hash is of a form that only its dialect knows.
  if (
    node.kind !== "scalar" ||
    !node.exact ||
    isAnchored(text, node) ||
    (digest !== undefined && !/^@?sha\d+:/.test(digest.text))
  )
    return "none";
  const isNothing = digest === undefined && node.style === "plain" && node.span.end === node.span.start;
  if (!isNothing) return { at: node.span, before: node.text.startsWith("@") ? "@" : "" };
  // Where a comment follows, the empty value stands before it, and needs its white space.
  const end = text.slice(0, node.span.start).trimEnd().length;
  return text.charAt(end - 1) === ":" ? { at: { start: end, end }, before: " " } : "none";
}

/** After the tag, or over the digest that it ends with. */
function tagPlace(text: string, split: SplitImage, tag: YamlScalar | undefined): PinPlace | undefined {
  if (tag === undefined || split.tag?.kind !== "scalar" || isTemplate(tag.text)) return undefined;
  if (!tag.exact || isAnchored(text, tag)) return undefined;
  const printed = printedText(tag, "8");
  // With a digest behind it, it is a text, which keeps its zeros.
  if (printed !== tag.text) return { at: tag.span, before: `${printed}@` };
  const digest = tag.text.indexOf("@");
  return { at: { start: digest < 0 ? tag.span.end : tag.span.start + digest, end: tag.span.end }, before: "@" };
}

/** Where a mapping gets a key that it does not have: after the value of `entry`, in the way that the mapping is written. */
export function newKeyPlace(text: string, mapping: YamlMapping, entry: YamlEntry, key: string): PinPlace | undefined {
  const { value } = entry;
  if (value.kind !== "scalar" || value.style === "literal" || value.style === "folded") return undefined;
  const end = value.style === "plain" ? value.span.end : value.span.end + 1;
  if (end > text.length) return undefined;
  const at = { start: end, end };
  if (text.charAt(mapping.span.start) === "{") return { at, before: `, ${key}: ` };
  const keyStart = entry.key.span.start - (entry.key.style === "plain" ? 0 : 1);
  const lineStart = Math.max(text.lastIndexOf("\n", keyStart - 1), text.lastIndexOf("\r", keyStart - 1)) + 1;
  const before = text.slice(lineStart, keyStart);
  // An anchor, a tag or another mapping's key before it would need more than spaces.
  if (!/^[ -]*$/.test(before)) return undefined;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  // A comment stays beside what it is about.
  const comment = /[ \t]+#[^\r\n]*/y;
  comment.lastIndex = end;
  const lineEnd = end + (comment.exec(text)?.[0].length ?? 0);
  return { at: { start: lineEnd, end: lineEnd }, before: `${newline}${" ".repeat(before.length)}${key}: ` };
}

/** Whether a scalar has an anchor, so that aliases may say it elsewhere. */
function isAnchored(text: string, { span }: YamlScalar): boolean {
  return /&[^\s,[\]{}]+\s+["']?$/.test(text.slice(Math.max(0, span.start - 100), span.start));
}
