import { constants, verify } from "node:crypto";
import type { ImageManifest } from "../image/manifest.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import { readCertificate, type Certificate } from "../x509/certificate.ts";
import { objectionToNotaryChain } from "../x509/notaryChain.ts";
import type { DigestName, PublicKey } from "../x509/publicKey.ts";
import type { NotaryAttributes, NotaryEnvelope, ReadEnvelope } from "./notaryAttributes.ts";
import { readNotaryCose } from "./notaryCose.ts";
import { readNotaryJws } from "./notaryJws.ts";
import { objectionToTarget, readNotaryPayload } from "./notaryPayload.ts";

/** Artifact type of signatures, and in the older layout the media type of their config. */
export const notaryArtifactType = "application/vnd.cncf.notary.signature";

/** An envelope whose integrity is proven: somebody with the first certificate's key signed exactly this image. */
export interface NotarySignature {
  readonly attributes: NotaryAttributes;
  /** Signer first, root last; by the Notary profile, and not yet trusted. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** The signature itself, which a time stamp covers. */
  readonly signature: Uint8Array;
  readonly timestamp?: Uint8Array;
}

/** The one algorithm of each key (signature specification, Algorithm Selection): what an envelope claims never chooses. */
const algorithms = new Map<string, { readonly name: string; readonly digest: DigestName }>([
  ["rsa-2048", { name: "PS256", digest: "sha256" }],
  ["rsa-3072", { name: "PS384", digest: "sha384" }],
  ["rsa-4096", { name: "PS512", digest: "sha512" }],
  ["ecdsa-p256", { name: "ES256", digest: "sha256" }],
  ["ecdsa-p384", { name: "ES384", digest: "sha384" }],
  ["ecdsa-p521", { name: "ES512", digest: "sha512" }],
]);

/** The format of the envelope that a signature's manifest holds, and its layer; or why the manifest is none. */
export function notaryLayer(
  manifest: ImageManifest,
): { readonly format: "notation-jws" | "notation-cose"; readonly layer: Descriptor } | Reason {
  const { artifactType, config, layers } = manifest;
  const isCurrent = artifactType === notaryArtifactType;
  const isOlder = artifactType === undefined && config?.mediaType === notaryArtifactType;
  const [layer, ...more] = layers;
  if (!isCurrent && !isOlder) return notOne("does not say in one place what it is");
  if (layer === undefined || more.length > 0) return notOne("does not have exactly one layer");
  switch (layer.mediaType) {
    case "application/jose+json":
      return { format: "notation-jws", layer };
    case "application/cose":
      return { format: "notation-cose", layer };
    default:
      return notOne("holds an envelope of an unknown type");
  }
}

/** Reads an envelope of either format. */
export function readNotaryEnvelope(format: "notation-jws" | "notation-cose", bytes: Uint8Array): ReadEnvelope {
  return format === "notation-jws" ? readNotaryJws(bytes) : readNotaryCose(bytes);
}

/**
 * Verifies the integrity of an envelope for an image (trust store and trust policy specification, Signature Verification,
 * step "integrity"): the chain by the Notary profile, the signature by the first certificate's key, and digest, media type
 * and size of the target. Who signed, and whether that is trusted, policies say.
 */
export function verifyNotaryIntegrity(envelope: NotaryEnvelope, image: Descriptor): NotarySignature | Reason {
  const certificates = envelope.chain.map(readCertificate);
  const [leaf, ...rest] = certificates.filter((certificate) => certificate !== undefined);
  if (leaf === undefined || certificates.includes(undefined))
    return {
      code: "certificate-malformed",
      message: "A certificate of its chain cannot be read, or uses a refused algorithm.",
    };
  const chain = [leaf, ...rest] as const;
  const objection = objectionToNotaryChain(chain, "signing") ?? objectionToSignature(envelope, leaf.publicKey);
  if (objection !== undefined) return objection;
  const target = readNotaryPayload(envelope.payload);
  if (target === undefined)
    return { code: "signature-malformed", message: "The signed payload names no artifact that can be read." };
  const otherTarget = objectionToTarget(target, image);
  if (otherTarget !== undefined) return otherTarget;
  const { attributes, signature, timestamp } = envelope;
  return { attributes, chain, signature, ...(timestamp === undefined ? {} : { timestamp }) };
}

function objectionToSignature({ algorithm, signed, signature }: NotaryEnvelope, key: PublicKey): Reason | undefined {
  const belonging = algorithms.get(key.algorithm);
  if (belonging === undefined)
    return { code: "algorithm-refused", message: `Its key (${key.algorithm}) is of a kind that must not sign.` };
  if (belonging.name !== algorithm)
    return {
      code: "algorithm-refused",
      message: `It claims the algorithm '${algorithm.slice(0, 20)}', and its key's is ${belonging.name}.`,
    };
  return isSignature(key, belonging.digest, signed, signature)
    ? undefined
    : { code: "signature-wrong", message: "The signature does not fit what it is said to sign." };
}

function isSignature(key: PublicKey, digest: DigestName, signed: Uint8Array, signature: Uint8Array): boolean {
  const how =
    key.key.asymmetricKeyType === "rsa"
      ? // RFC 7518, 3.5 and RFC 8230, 2: the salt is as long as the digest.
        { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : { key: key.key, dsaEncoding: "ieee-p1363" as const };
  try {
    return verify(digest, signed, how, signature);
  } catch {
    return false;
  }
}

function notOne(why: string): Reason {
  return { code: "signature-malformed", message: `The signature's manifest ${why}.` };
}
