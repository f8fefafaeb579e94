import type { Value, ValuePart } from "./value.ts";
import { expandTemplate, type TemplateScope } from "./template.ts";
import type { ImageCollector, PinPlace } from "./yamlImage.ts";
import { scalarOf, type YamlNode, type YamlScalar } from "./yamlNode.ts";

/** A piece of a reference: what the dialect adds, what it does not say, or a scalar with what is left out at its end. */
export type ImagePiece = string | undefined | { readonly scalar: YamlScalar; readonly label?: string };

/**
 * Adds a reference that stands at `at` and is put together from pieces, where the dialect takes a digest nowhere but
 * under a key of its own: `digest` is that key's value, absent where there is none.
 */
export function addImagePieces(
  text: string,
  images: ImageCollector,
  {
    at,
    site,
    pieces,
    digest,
  }: {
    readonly at: YamlNode;
    readonly site: string;
    readonly pieces: readonly ImagePiece[];
    readonly digest?: YamlNode | undefined;
  },
  scope: TemplateScope,
): void {
  const all = digest === undefined ? pieces : [...pieces, "@", ...pieceOf(digest, "digest")];
  const values = all.map((piece): Value => {
    if (piece === undefined) return { parts: [{}], chain: [] };
    if (typeof piece === "string") return { parts: [{ text: piece }], chain: [] };
    const { scalar, label } = piece;
    const [value = { parts: [{}], chain: [] }] = expandTemplate(text, scalar, scope);
    if (label === undefined) return value;
    const parts = value.parts.map((part): ValuePart => ({ ...part, literal: scalar.span }));
    return { parts, chain: [{ span: scalar.span, label, text: scalar.text }, ...value.chain] };
  });
  const value = { parts: values.flatMap(({ parts }) => parts), chain: values.flatMap(({ chain }) => chain) };
  images.add(at, site, { value, pin: pinOf(digest) });
}

/** The scalar of a node as pieces; none where it says nothing. */
export function pieceOf(node: YamlNode | undefined, label?: string): readonly ImagePiece[] {
  const scalar = scalarOf(node);
  return scalar === undefined || scalar.text.trim() === ""
    ? []
    : [{ scalar, ...(label === undefined ? {} : { label }) }];
}

function pinOf(digest: YamlNode | undefined): PinPlace | "none" {
  const isPlain = digest?.kind === "scalar" && digest.exact && digest.text.startsWith("sha256:");
  return isPlain ? { at: digest.span, before: "" } : "none";
}
