import { isDigest } from "../image/digest.ts";
import { manifestMediaTypes, parseManifest } from "../image/manifest.ts";
import { isJsonArray, isJsonObject, readJson } from "../json.ts";

/** What a signature over a manifest's digest covers. A signed index covers the images that it names, by their digests. */
export type SignatureCoverage =
  | { readonly kind: "image" }
  | { readonly kind: "index"; readonly platforms: readonly string[] };

/** More platforms than these are not listed. */
const maximumPlatforms = 64;

/**
 * Reads what a manifest is, before it is signed; undefined for what is no image: it cannot be read, or its own media
 * type is not the one that it was served with. Platforms are `os/architecture[/variant]`.
 */
export function coverageOf(manifest: Uint8Array, mediaType: string): SignatureCoverage | undefined {
  const { value } = parseManifest(manifest);
  if (value === undefined || (value.mediaType !== undefined && value.mediaType !== mediaType)) return undefined;
  const isIndex = mediaType === manifestMediaTypes.ociIndex || mediaType === manifestMediaTypes.dockerList;
  if (isIndex !== (value.kind === "index")) return undefined;
  return isIndex ? { kind: "index", platforms: platformsOf(manifest) } : { kind: "image" };
}

/** The images of an index with their platforms, in its order; none for what is no index. */
export function platformManifests(
  manifest: Uint8Array,
  mediaType: string,
): readonly { readonly platform: string; readonly digest: string }[] {
  if (coverageOf(manifest, mediaType)?.kind !== "index") return [];
  return entriesOf(manifest);
}

function platformsOf(index: Uint8Array): readonly string[] {
  return entriesOf(index).map(({ platform }) => platform);
}

function entriesOf(index: Uint8Array): readonly { readonly platform: string; readonly digest: string }[] {
  const json = readJson(index);
  const manifests = isJsonObject(json) && isJsonArray(json["manifests"]) ? json["manifests"] : [];
  return manifests.slice(0, maximumPlatforms).flatMap((entry) => {
    const descriptor = isJsonObject(entry) ? entry : {};
    const platform = isJsonObject(descriptor["platform"]) ? descriptor["platform"] : {};
    const { os, architecture, variant } = platform;
    const digest = descriptor["digest"];
    // BuildKit lists its attestations under the platform "unknown/unknown".
    if (typeof os !== "string" || typeof architecture !== "string" || os === "unknown") return [];
    const name = typeof variant === "string" ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
    return typeof digest === "string" && isDigest(digest) ? [{ platform: name, digest }] : [];
  });
}
