import { digestOf } from "../image/digest.ts";
import { manifestMediaTypes } from "../image/manifest.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import type { SignaturePlan } from "./plan.ts";
import { signaturePredicate } from "./statement.ts";

/** Media type of Sigstore bundles v0.3: of the blob, and the artifact type of the manifest around it. */
const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** A signature ready to be attached: three byte strings, each with what identifies it. */
export interface AssembledSignature {
  readonly bundle: { readonly descriptor: Descriptor; readonly bytes: Uint8Array };
  readonly config: { readonly descriptor: Descriptor; readonly bytes: Uint8Array };
  readonly manifest: { readonly descriptor: Descriptor; readonly bytes: Uint8Array };
}

/**
 * The Sigstore bundle v0.3 around a signature: a DSSE envelope and the hint of a managed key, the Base64 SHA-256 of its
 * SubjectPublicKeyInfo. The hint only helps to find the key; nothing is proven by it.
 */
export function assembleBundle(plan: SignaturePlan, signature: Uint8Array): Uint8Array {
  const fingerprint = readPublicKey(plan.key.publicKey)?.fingerprint;
  const bundle = {
    mediaType: bundleMediaType,
    verificationMaterial: {
      publicKey: fingerprint === undefined ? {} : { hint: Buffer.from(fingerprint, "hex").toString("base64") },
    },
    dsseEnvelope: {
      payload: Buffer.from(plan.payload).toString("base64"),
      payloadType: plan.payloadType,
      signatures: [{ sig: Buffer.from(signature).toString("base64") }],
    },
  };
  return Buffer.from(JSON.stringify(bundle), "utf8");
}

/** The bundle around a signature with the manifest that attaches it; see `attachmentOf`. */
export function assembleSignature(plan: SignaturePlan, signature: Uint8Array, created: Date): AssembledSignature {
  return attachmentOf(assembleBundle(plan, signature), plan.image, created);
}

/**
 * A bundle with the OCI image manifest that attaches it to an image as a referrer, laid out as cosign 3 does: artifact
 * type, empty config, one layer, subject, annotations. `created` is the time that the manifest claims; nothing rests on it.
 */
export function attachmentOf(bundleBytes: Uint8Array, image: Descriptor, created: Date): AssembledSignature {
  const bundle = described(bundleMediaType, bundleBytes);
  const config = described("application/vnd.oci.empty.v1+json", Buffer.from("{}", "utf8"), bundleMediaType);
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestMediaTypes.ociManifest,
    config: config.descriptor,
    layers: [bundle.descriptor],
    annotations: {
      "dev.sigstore.bundle.content": "dsse-envelope",
      "dev.sigstore.bundle.predicateType": signaturePredicate,
      "org.opencontainers.image.created": `${created.toISOString().slice(0, 19)}Z`,
    },
    subject: { mediaType: image.mediaType, size: image.size, digest: image.digest },
    artifactType: bundleMediaType,
  };
  const bytes = Buffer.from(JSON.stringify(manifest), "utf8");
  return { bundle, config, manifest: described(manifestMediaTypes.ociManifest, bytes, bundleMediaType) };
}

function described(
  mediaType: string,
  bytes: Uint8Array,
  artifactType?: string,
): { readonly descriptor: Descriptor; readonly bytes: Uint8Array } {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { descriptor: artifactType === undefined ? descriptor : { ...descriptor, artifactType }, bytes };
}
