import { isJsonArray, isJsonObject, readJson } from "../json.ts";

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
  const found = manifests.slice(0, maximumPlatforms).flatMap((entry) => {
    const platform = isJsonObject(entry) ? entry["platform"] : undefined;
    if (!isJsonObject(platform)) return [];
    const { os, architecture, variant } = platform;
    if (typeof os !== "string" || typeof architecture !== "string" || os === "unknown") return [];
    return [[os, architecture, ...(typeof variant === "string" ? [variant] : [])].join("/")];
  });
  return [...new Set(found)];
}
