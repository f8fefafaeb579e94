import type { JsonObject } from "../json.ts";
import { readPublicKey } from "../x509/publicKey.ts";

/** Media type of Sigstore bundles v0.3: of the blob, and the artifact type of the manifest around it. */
export const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** What vouches for a signature beside its key: collected after it was made, and judged with it before it is attached. */
export interface SignatureWitness {
  /** DER, signer first: the certificate that the signature was made with, in place of the hint of a key. */
  readonly certificateChain?: readonly Uint8Array[];
  /** Entries of transparency logs (rekor.v1.TransparencyLogEntry in protobuf's JSON). */
  readonly logEntries?: readonly JsonObject[];
  /** TimeStampResp (RFC 3161, 2.4.2), DER. */
  readonly timestamps?: readonly Uint8Array[];
}

/** What a bundle holds: a statement in a DSSE envelope, or the digest of a file. */
export type BundleContent =
  | { readonly kind: "envelope"; readonly payloadType: string; readonly payload: Uint8Array }
  | { readonly kind: "message"; readonly sha256: Uint8Array };

/**
 * The Sigstore bundle v0.3 around a signature. Without a certificate it has the hint of a managed key, the Base64 SHA-256
 * of its SubjectPublicKeyInfo; the hint only helps to find the key, and nothing is proven by it.
 */
export function assembleBundle(
  content: BundleContent,
  publicKey: string,
  signature: Uint8Array,
  witness: SignatureWitness = {},
): Uint8Array {
  const bundle = {
    mediaType: bundleMediaType,
    verificationMaterial: {
      ...signerOf(publicKey, witness),
      ...((witness.logEntries ?? []).length === 0 ? {} : { tlogEntries: witness.logEntries }),
      ...stampsOf(witness),
    },
    ...(content.kind === "envelope"
      ? {
          dsseEnvelope: {
            payload: base64(content.payload),
            payloadType: content.payloadType,
            signatures: [{ sig: base64(signature) }],
          },
        }
      : {
          messageSignature: {
            messageDigest: { algorithm: "SHA2_256", digest: base64(content.sha256) },
            signature: base64(signature),
          },
        }),
  };
  return Buffer.from(JSON.stringify(bundle), "utf8");
}

function signerOf(publicKey: string, { certificateChain: [leaf] = [] }: SignatureWitness): object {
  if (leaf !== undefined) return { certificate: { rawBytes: base64(leaf) } };
  const fingerprint = readPublicKey(publicKey)?.fingerprint;
  return { publicKey: fingerprint === undefined ? {} : { hint: base64(Buffer.from(fingerprint, "hex")) } };
}

function stampsOf({ timestamps = [] }: SignatureWitness): object {
  if (timestamps.length === 0) return {};
  const rfc3161Timestamps = timestamps.map((stamp) => ({ signedTimestamp: base64(stamp) }));
  return { timestampVerificationData: { rfc3161Timestamps } };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
