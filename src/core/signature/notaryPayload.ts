import { parseDescriptor } from "../image/manifest.ts";
import { isJsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import { signatureLimits } from "./material.ts";

/** Content type of the one payload that Notary Project signatures have (signature specification, Payload). */
export const notaryPayloadType = "application/vnd.cncf.notary.payload.v1+json";

/** The artifact that a payload names; undefined where the payload is anything else. */
export function readNotaryPayload(payload: Uint8Array): Descriptor | undefined {
  const parsed = readStrictJson(payload, signatureLimits.entryBody);
  if (parsed.kind !== "json" || !isJsonObject(parsed.value) || !Object.hasOwn(parsed.value, "targetArtifact"))
    return undefined;
  return parseDescriptor(parsed.value["targetArtifact"]);
}

/**
 * Why a signed target is not the image; undefined where it is. Digest, media type and size are all signed, and all
 * compared: the same bytes under another media type may be read as something else (CVE-2021-41190).
 */
export function objectionToTarget(target: Descriptor, image: Descriptor): Reason | undefined {
  if (target.digest !== image.digest) return { code: "other-image", message: "The signature is for another image." };
  if (target.mediaType !== image.mediaType)
    return {
      code: "other-media-type",
      message: `The signature is for a ${target.mediaType.slice(0, 80)}, and the image is a ${image.mediaType.slice(0, 80)}.`,
    };
  if (target.size !== image.size)
    return {
      code: "other-size",
      message: `The signature is for ${target.size} bytes, and the image's manifest has ${image.size}.`,
    };
  return undefined;
}
