import type { Span } from "../image/span.ts";

/** How a scalar is written (YAML 1.2.2, chapters 7.3 and 8.1). */
export type YamlScalarStyle = "plain" | "single-quoted" | "double-quoted" | "literal" | "folded";

/** A single value. Nothing is typed: `1`, `true` and `~` stay text, so that no version of YAML's types is assumed. */
export interface YamlScalar {
  readonly kind: "scalar";
  /** The content without quotes, without a block scalar's header and without its outer white space. */
  readonly span: Span;
  /** The value after folding and escapes. */
  readonly text: string;
  readonly style: YamlScalarStyle;
  /** Whether the document's text at `span` is the value, so that offsets in one are offsets in the other. */
  readonly exact: boolean;
  /** Offset of a block scalar's first content line; else the span's start. */
  readonly contentStart: number;
  /** The tag as written (`!Ref`), where one is. */
  readonly tag?: string;
  /** Whether no document holds it: it comes from a text that was put together, which its `span` leads to. */
  readonly isMade?: boolean;
}

/** A key with its value, in document order. Keys that are no scalars are left out. */
export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

/** A mapping (YAML 1.2, 3.2.1.1) with its entries in document order, duplicates included. */
export interface YamlMapping {
  readonly kind: "mapping";
  readonly span: Span;
  readonly entries: readonly YamlEntry[];
  /** The tag as written, where one is. */
  readonly tag?: string;
}

interface YamlSequence {
  readonly kind: "sequence";
  readonly span: Span;
  readonly items: readonly YamlNode[];
  /** The tag as written (`!reference`), where one is. */
  readonly tag?: string;
}

/**
 * `*name`. `target` is absent where the anchor does not exist, contains the alias itself, or would make the
 * document larger than its limits; so following targets always ends, and soon.
 */
export interface YamlAlias {
  readonly kind: "alias";
  readonly span: Span;
  readonly name: string;
  readonly target: YamlNode | undefined;
}

/** What a YAML document is made of; every scalar is read as text. */
export type YamlNode = YamlScalar | YamlMapping | YamlSequence | YamlAlias;

/** The node that an alias stands for, or the node itself. */
export function dereference(node: YamlNode | undefined): Exclude<YamlNode, YamlAlias> | undefined {
  let current = node;
  while (current?.kind === "alias") current = current.target;
  return current;
}

/** The node as a mapping, through aliases. */
export function mappingOf(node: YamlNode | undefined): YamlMapping | undefined {
  const found = dereference(node);
  return found?.kind === "mapping" ? found : undefined;
}

/** The items of a sequence, through aliases; empty for everything else. */
export function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  const found = dereference(node);
  return found?.kind === "sequence" ? found.items : [];
}

/** The node as a scalar, through aliases; undefined for collections and for null. */
export function scalarOf(node: YamlNode | undefined): YamlScalar | undefined {
  const found = dereference(node);
  return found?.kind === "scalar" && !isNull(found) ? found : undefined;
}

/** The text of a scalar, through aliases; undefined for collections and for null. */
export function textOf(node: YamlNode | undefined): string | undefined {
  return scalarOf(node)?.text;
}

/** Whether the scalar is null in YAML's core schema (10.3.2). */
export function isNull(scalar: YamlScalar): boolean {
  const { style, text } = scalar;
  return style === "plain" && text.length <= 4 && /^(?:~|null|Null|NULL|)$/.test(text);
}

/**
 * The entries of a mapping as its readers see them: with merge keys (`<<`) filled in, which its own keys override,
 * the last of duplicate keys. Empty for everything that is no mapping.
 */
export function entriesOf(node: YamlNode | undefined): readonly YamlEntry[] {
  const mapping = mappingOf(node);
  if (mapping === undefined) return [];
  const entries = new Map<string, YamlEntry>();
  for (const entry of mapping.entries) if (!isMerge(entry)) entries.set(entry.key.text, entry);
  // Nothing is merged, and no key repeated.
  if (entries.size === mapping.entries.length) return mapping.entries;
  for (const source of mergedInto(mapping))
    for (const entry of entriesOf(source)) if (!entries.has(entry.key.text)) entries.set(entry.key.text, entry);
  return [...entries.values()];
}

/** Whether an entry merges another mapping into its own. */
export function isMerge({ key }: { readonly key: YamlScalar }): boolean {
  return key.text === "<<" && key.style === "plain";
}

/** The mappings that are merged into one, the one that wins first: of several merge keys, that is the last. */
function mergedInto(mapping: YamlMapping): readonly YamlNode[] {
  const merges = mapping.entries.filter(isMerge);
  return merges.toReversed().flatMap(({ value }) => (mappingOf(value) === undefined ? itemsOf(value) : [value]));
}

/** The value under `key` of a mapping, through aliases and merge keys; undefined where there is none. */
export function valueAt(node: YamlNode | undefined, ...path: readonly string[]): YamlNode | undefined {
  let current = node;
  for (const key of path) current = valueOf(current, key);
  return current;
}

function valueOf(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const mapping = mappingOf(node);
  if (mapping === undefined) return undefined;
  const { entries } = mapping;
  let merges = false;
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const { text } = entry.key;
    if (text === "<<" && isMerge(entry)) merges = true;
    else if (text === key) return entry.value;
  }
  // Most keys that are asked for are not there, and most mappings merge nothing.
  if (!merges) return undefined;
  for (const source of mergedInto(mapping)) {
    const found = valueOf(source, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All nodes at a path, where `*` is each item of a sequence. Aliases cannot multiply them: their reader counts what they lead to. */
export function nodesAt(node: YamlNode | undefined, path: readonly string[]): readonly YamlNode[] {
  let current: readonly YamlNode[] = node === undefined ? [] : [node];
  for (const key of path) {
    const step = (one: YamlNode): readonly YamlNode[] => {
      const found = valueAt(one, key);
      return found === undefined ? [] : [found];
    };
    current = current.flatMap((one) => (key === "*" ? itemsOf(one) : step(one)));
  }
  return current;
}
