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

function platformsOf(index: Uint8Array): readonly string[] {
  const json = readJson(index);
  const manifests = isJsonObject(json) && isJsonArray(json["manifests"]) ? json["manifests"] : [];
  return manifests.slice(0, maximumPlatforms).flatMap((entry) => {
    const platform = isJsonObject(entry) && isJsonObject(entry["platform"]) ? entry["platform"] : {};
    const { os, architecture, variant } = platform;
    // BuildKit lists its attestations under the platform "unknown/unknown".
    if (typeof os !== "string" || typeof architecture !== "string" || os === "unknown") return [];
    return [typeof variant === "string" ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`];
  });
}
