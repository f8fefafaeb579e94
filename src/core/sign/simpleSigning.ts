import { manifestMediaTypes } from "../image/manifest.ts";
import { cosignPayloadType, simpleSigningMediaType } from "../signature/cosign.ts";
import { cosignAnnotations } from "../signature/cosignAnnotations.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { describeBytes, type DescribedBytes } from "./attachment.ts";

/**
 * The payload that cosign's first format signs (cosign SIGNATURE_SPEC; Simple Signing), byte for byte as cosign writes it.
 * `repository` is the image's name without tag and digest.
 */
export function simpleSigningPayload(repository: string, digest: string): Buffer {
  const payload = {
    critical: {
      identity: { "docker-reference": repository },
      image: { "docker-manifest-digest": digest },
      type: cosignPayloadType,
    },
    optional: null,
  };
  return Buffer.from(JSON.stringify(payload), "utf8");
}

/** A layer of the `.sig` manifest: the payload, with its signature in the annotations of the descriptor. */
export function simpleSigningLayer(
  payload: Uint8Array,
  signature: Uint8Array,
  timestamp: Uint8Array | undefined,
): DescribedBytes {
  const stamp = timestamp === undefined ? undefined : Buffer.from(timestamp).toString("base64");
  const annotations = {
    [cosignAnnotations.signature]: Buffer.from(signature).toString("base64"),
    ...(stamp === undefined
      ? {}
      : { [cosignAnnotations.timestamp]: JSON.stringify({ SignedRFC3161Timestamp: stamp }) }),
  };
  const { mediaType, size, digest } = describeBytes(simpleSigningMediaType, payload).descriptor;
  return { descriptor: { mediaType, size, digest, annotations }, bytes: payload };
}

/** The manifest of a digest's first signature, with the image config that cosign puts beside it. */
export function simpleSigningManifest(layer: Descriptor): {
  readonly config: DescribedBytes;
  readonly manifest: DescribedBytes;
} {
  const configBytes = Buffer.from(
    JSON.stringify({
      architecture: "",
      created: "0001-01-01T00:00:00Z",
      history: [{ created: "0001-01-01T00:00:00Z" }],
      os: "",
      rootfs: { type: "layers", diff_ids: [layer.digest] },
      config: {},
    }),
    "utf8",
  );
  const config = describeBytes("application/vnd.oci.image.config.v1+json", configBytes);
  const { ociManifest: mediaType } = manifestMediaTypes;
  const { mediaType: configType, size, digest } = config.descriptor;
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: configType, size, digest },
    layers: [layer],
  };
  return { config, manifest: describeBytes(mediaType, Buffer.from(JSON.stringify(manifest), "utf8")) };
}
