import { readStrictJson } from "../strictJson.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import type { FoundSignature } from "./foundSignature.ts";
import { objectAt, objectOf, readCosignAnnotations } from "./cosignAnnotations.ts";
import { signatureLimits } from "./material.ts";

/** Media type of a layer that is a signature in cosign's first format (cosign SIGNATURE_SPEC). */
export const simpleSigningMediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

/** Artifact or config type of the same layers, attached as a referrer (cosign's experimental OCI 1.1 mode). */
export const cosignArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

/** What a payload says that it is. */
export const cosignPayloadType = "cosign container image signature";

/**
 * Reads one layer of a `.sig` manifest: the blob is the signed payload (Simple Signing), its descriptor's annotations
 * hold the signature and who made it. The payload must say that it is a signature, of this image.
 */
export function readCosignLayer(layer: Descriptor, payload: Uint8Array, image: string): FoundSignature["content"] {
  const objection = objectionToPayload(payload, image);
  if (objection !== undefined) return { kind: "invalid", reason: objection };
  const annotations = readCosignAnnotations(layer);
  if ("code" in annotations) return { kind: "invalid", reason: annotations };
  const { signature, ...rest } = annotations;
  if (signature === undefined)
    return {
      kind: "invalid",
      reason: { code: "signature-malformed", message: "The layer carries no signature in Base64." },
    };
  return {
    kind: "readable",
    material: {
      ...rest,
      signature,
      message: { kind: "data", data: payload },
      // cosign used SHA-256 for this format whatever the key.
      alsoDigests: ["sha256"],
    },
  };
}

/** The image name that a payload claims (`critical.identity.docker-reference`); undefined where it claims none. */
export function claimedReferenceOf(payload: Uint8Array): string | undefined {
  const claimed = objectAt(objectAt(objectOf(payload), "critical"), "identity")?.["docker-reference"];
  return typeof claimed === "string" && claimed !== "" ? claimed : undefined;
}

function objectionToPayload(payload: Uint8Array, image: string): Reason | undefined {
  const parsed = readStrictJson(payload, signatureLimits.entryBody);
  if (parsed.kind === "refused")
    return { code: "signature-malformed", message: `The signed payload cannot be read: ${parsed.why}.` };
  const critical = objectAt(parsed.value, "critical");
  if (critical?.["type"] !== cosignPayloadType)
    return { code: "payload-type", message: "The signed payload does not say that it is an image signature." };
  const digest = objectAt(critical, "image")?.["docker-manifest-digest"];
  if (digest !== image) return { code: "other-image", message: "The signature is for another image." };
  return undefined;
}
