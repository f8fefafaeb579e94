import { isJsonArray, isJsonObject, readJson } from "../json.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { parseManifest } from "./manifest.ts";

/** More platforms than images are built for. */
const maximumPlatforms = 50;

/**
 * The platforms that an image index holds (OCI image specification, "Image Index": `linux/arm64`, `linux/arm/v7`), each
 * once; undefined where the bytes are no index. Entries for no platform, as build attestations are, are left out.
 */
export function platformsOf(bytes: Uint8Array): readonly string[] | undefined {
  const json = readJson(bytes);
  const manifests = isJsonObject(json) ? json["manifests"] : undefined;
  if (!isJsonArray(manifests)) return undefined;
  const found = manifests.slice(0, maximumPlatforms).flatMap((entry) => platformIn(entry) ?? []);
  return [...new Set(found)];
}

/** The images of an index by platform, and the manifests that hold what the builder says of them (BuildKit, unsigned). */
export interface PlatformImages {
  readonly platforms: readonly { readonly platform: string; readonly descriptor: Descriptor }[];
  readonly attestations: readonly Descriptor[];
}

/** Reads the images of an index (OCI image specification, "Image Index"); undefined where the bytes are none. */
export function platformImages(bytes: Uint8Array): PlatformImages | undefined {
  const { value: index } = parseManifest(bytes);
  const json = readJson(bytes);
  const entries = isJsonObject(json) ? json["manifests"] : undefined;
  if (index?.kind !== "index" || !isJsonArray(entries)) return undefined;
  const listed = index.manifests.slice(0, maximumPlatforms);
  const attestations = listed.filter(
    (descriptor) => descriptor.annotations?.[builderAnnotation] === "attestation-manifest",
  );
  const platforms = listed.flatMap((descriptor, i) => {
    const platform = platformIn(entries[i]);
    return platform === undefined || attestations.includes(descriptor) ? [] : [{ platform, descriptor }];
  });
  return { platforms, attestations };
}

/** Marks what BuildKit puts into an index besides images. */
const builderAnnotation = "vnd.docker.reference.type";

function platformIn(entry: unknown): string | undefined {
  const platform = isJsonObject(entry) ? entry["platform"] : undefined;
  if (!isJsonObject(platform)) return undefined;
  const { os, architecture, variant } = platform;
  if (typeof os !== "string" || typeof architecture !== "string" || os === "unknown") return undefined;
  return [os, architecture, ...(typeof variant === "string" ? [variant] : [])].join("/");
}
