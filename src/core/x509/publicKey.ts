import { constants, createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { decodePem } from "../base64.ts";

/** The digests that signatures may use. SHA-1 and MD5 are none. */
export type DigestName = "sha256" | "sha384" | "sha512";

/** The digests by their object identifiers (RFC 5754, 2). */
export const digestNames: ReadonlyMap<string, DigestName> = new Map<string, DigestName>([
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** A public key of a kind that we accept. */
export interface PublicKey {
  readonly key: KeyObject;
  /** `ecdsa-p256`, `rsa-3072`, `ed25519`, ... */
  readonly algorithm: string;
  /** Lower-case hex SHA-256 of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
  /** The digest that the Sigstore algorithm registry pairs with the key; none for Ed25519, which hashes by itself. */
  readonly digest: DigestName | undefined;
}

/** Curves by the name that node:crypto gives them. */
const curves = new Map<string, { readonly algorithm: string; readonly digest: DigestName }>([
  ["prime256v1", { algorithm: "ecdsa-p256", digest: "sha256" }],
  ["secp384r1", { algorithm: "ecdsa-p384", digest: "sha384" }],
  ["secp521r1", { algorithm: "ecdsa-p521", digest: "sha512" }],
]);

/**
 * Reads a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) in DER, or in PEM as `PUBLIC KEY`. Undefined for anything else, a
 * private key or a certificate too, and for keys that nobody should rely on: RSA below 2048 bits, unnamed curves.
 */
export function readPublicKey(source: Uint8Array | string): PublicKey | undefined {
  const der = typeof source === "string" ? decodePem(source, "PUBLIC KEY") : Buffer.from(source);
  if (der === undefined || der.length > 4096) return undefined;
  try {
    return describeKey(createPublicKey({ key: der, format: "der", type: "spki" }));
  } catch {
    return undefined;
  }
}

/**
 * Describes a key object; undefined for one that nobody should rely on. Throws what node:crypto throws for
 * a key that it cannot export.
 */
export function describeKey(key: KeyObject): PublicKey | undefined {
  const kind = kindOf(key);
  if (kind === undefined) return undefined;
  const fingerprint = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
  return { key, fingerprint, ...kind };
}

/** Whether `signature` is `key`'s over `data`: ECDSA in DER, RSA with PKCS #1 v1.5, or Ed25519. `digest` is ignored for Ed25519. */
export function verifyData(
  key: Pick<PublicKey, "key" | "digest">,
  digest: DigestName,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    if (key.digest === undefined) return verify(null, data, key.key, signature);
    return key.key.asymmetricKeyType === "rsa"
      ? verify(digest, data, { key: key.key, padding: constants.RSA_PKCS1_PADDING }, signature)
      : verify(digest, data, { key: key.key, dsaEncoding: "der" }, signature);
  } catch {
    return false;
  }
}

/** What a key is and which digest belongs to it; undefined for one that nobody should rely on. */
export function kindOf(
  key: KeyObject,
): { readonly algorithm: string; readonly digest: DigestName | undefined } | undefined {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return { algorithm: "ed25519", digest: undefined };
    case "ec":
      return curves.get(details?.namedCurve ?? "");
    case "rsa": {
      const bits = details?.modulusLength ?? 0;
      return bits >= 2048 && bits <= 16384 ? { algorithm: `rsa-${bits}`, digest: "sha256" } : undefined;
    }
    default:
      return undefined;
  }
}
