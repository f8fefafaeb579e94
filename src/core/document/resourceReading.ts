import type { Document } from "./document.ts";
import { isPlaceholder } from "./imageShape.ts";
import { noSiblings, type Siblings } from "./siblings.ts";
import type { SplitImage } from "./splitImage.ts";
import { expandTemplate, type TemplateScope } from "./template.ts";
import { dollar } from "./templateSyntax.ts";
import { createImageCollector, inDocumentOrder, type ImageCollector, type ImageOptions } from "./yamlImage.ts";
import { scalarOf, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** Variables with defaults, which Flux, clusterctl and envsubst fill in before a cluster sees them. */
const hasDefault = /\$\{\w+:?[-=]/;
const environment: TemplateScope = { syntax: dollar({ escape: true, bare: false }), lookup: () => [] };

/** A document of resources while it is read. */
export interface ResourceReading {
  /** Without byte-order mark. */
  readonly text: string;
  readonly path: string;
  readonly siblings: Siblings;
  /** The documents of its stream. */
  readonly documents: readonly (YamlNode | undefined)[];
  readonly images: ImageCollector;
  /** Documents within this one, with its spans. */
  readonly inner: Document[];
  /** Adds the image that a scalar names; an empty one names none. */
  add(node: YamlNode | undefined, site: string, options?: Omit<ImageOptions, "value">): void;
  /** Adds an image whose parts stand under keys of their own, where that takes more than putting them together. */
  addSplit?(split: SplitImage, site: string): void;
  /** What its variables stand for, where it has any. */
  readonly scope?: TemplateScope | undefined;
  /** The same document where `scope` says what its variables stand for. */
  within(scope: TemplateScope): ResourceReading;
}

/** Starts reading a document of resources. */
export function createResourceReading(
  text: string,
  path: string,
  siblings: Siblings = noSiblings,
  { documents = [], images = createImageCollector(text) }: Partial<Pick<ResourceReading, "documents" | "images">> = {},
): ResourceReading {
  const inner: Document[] = [];
  // A place that a table names is also met by its shape.
  const added = new Set<string>();
  const create = (scope: TemplateScope | undefined): ResourceReading => ({
    text,
    path,
    siblings,
    documents,
    images,
    inner,
    scope,
    add(node, site, options = {}) {
      const scalar = scalarOf(node);
      if (node === undefined || scalar === undefined || scalar.text.trim() === "" || isPlaceholder(scalar.text)) return;
      const place = `${node.span.start}/${options.from ?? 0}`;
      if (added.has(place)) return;
      added.add(place);
      const variables = scope ?? (hasDefault.test(scalar.text) ? environment : undefined);
      if (variables === undefined) {
        images.add(node, site, options);
        return;
      }
      const { wrapper = "", from = 0, to = scalar.text.length } = options;
      const begin = scalar.text.startsWith(wrapper, from) ? from + wrapper.length : from;
      for (const value of expandTemplate(text, scalar, variables, begin, to))
        if (value.parts.some((part) => part.text?.trim() !== "")) images.add(node, site, { ...options, value });
    },
    within: create,
  });
  return create(undefined);
}

/**
 * What a text says once its variables are filled in, as far as that is known; what is not looks like a word. Nothing
 * where the variables alone would say it.
 */
export function filledIn(scalar: YamlScalar, { text, scope = environment }: ResourceReading): string | undefined {
  if (scope.syntax(scalar.text).length === 0) return scalar.text;
  const parts = expandTemplate(text, scalar, scope)[0]?.parts ?? [];
  return parts.some((part) => /[a-z0-9]/i.test(part.text ?? ""))
    ? parts.map((part) => part.text ?? "x").join("")
    : undefined;
}

/** The images of a reading and of the documents within, in order. */
export function usesOf({ images, inner }: ResourceReading): Document["images"] {
  return inDocumentOrder([...images.images, ...inner.flatMap((document) => document.images)]);
}
