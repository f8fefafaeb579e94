import { digestOf } from "../image/contentDigest.ts";
import { manifestMediaTypes } from "../image/manifest.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { bundleMediaType } from "./assembleBundle.ts";
import { signaturePredicate } from "./statement.ts";

/** A byte string with what identifies it. */
export interface DescribedBytes {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A signature ready to be attached. */
export type AssembledSignature =
  /** A manifest of its own that refers to the image. */
  | {
      readonly kind: "referrer";
      readonly envelope: DescribedBytes;
      readonly config: DescribedBytes;
      readonly manifest: DescribedBytes;
    }
  /** A layer of the one manifest under the image's signature tag, after those of others; `manifest` is the one with this layer alone. */
  | {
      readonly kind: "signature-tag";
      readonly tag: string;
      readonly envelope: DescribedBytes;
      readonly config: DescribedBytes;
      readonly manifest: DescribedBytes;
    };

/** Artifact type of signatures of the Notary Project. */
const notaryArtifactType = "application/vnd.cncf.notary.signature";

/**
 * A bundle with the OCI image manifest that attaches it to an image as a referrer, laid out as cosign 3 does: artifact
 * type, empty config, one layer, subject, annotations. `created` is the time that the manifest claims; nothing rests on it.
 */
export function attachBundle(
  bundleBytes: Uint8Array,
  image: Descriptor,
  created: Date,
  predicateType = signaturePredicate,
): AssembledSignature {
  const config = describeBytes("application/vnd.oci.empty.v1+json", Buffer.from("{}", "utf8"), bundleMediaType);
  return referrer(describeBytes(bundleMediaType, bundleBytes), config, bundleMediaType, image, {
    "dev.sigstore.bundle.content": "dsse-envelope",
    "dev.sigstore.bundle.predicateType": predicateType,
    "org.opencontainers.image.created": inSeconds(created),
  });
}

/**
 * An envelope with the manifest that attaches it as the Notary Project's signature specification says (Storage):
 * artifact type, empty config, one layer, and the thumbprints of the certificates, signer first.
 */
export function attachNotaryEnvelope(
  envelope: DescribedBytes,
  thumbprints: readonly string[],
  image: Descriptor,
  created: Date,
): AssembledSignature {
  const config = describeBytes("application/vnd.oci.empty.v1+json", Buffer.from("{}", "utf8"));
  return referrer(envelope, config, notaryArtifactType, image, {
    "io.cncf.notary.x509chain.thumbprint#S256": JSON.stringify(thumbprints),
    "org.opencontainers.image.created": inSeconds(created),
  });
}

/** Bytes with their descriptor. */
export function describeBytes(mediaType: string, bytes: Uint8Array, artifactType?: string): DescribedBytes {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { descriptor: artifactType === undefined ? descriptor : { ...descriptor, artifactType }, bytes };
}

function referrer(
  envelope: DescribedBytes,
  config: DescribedBytes,
  artifactType: string,
  image: Descriptor,
  annotations: Readonly<Record<string, string>>,
): AssembledSignature {
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestMediaTypes.ociManifest,
    config: config.descriptor,
    layers: [envelope.descriptor],
    annotations,
    subject: { mediaType: image.mediaType, size: image.size, digest: image.digest },
    artifactType,
  };
  const bytes = Buffer.from(JSON.stringify(manifest), "utf8");
  return {
    kind: "referrer",
    envelope,
    config,
    manifest: describeBytes(manifestMediaTypes.ociManifest, bytes, artifactType),
  };
}

function inSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
