import { constants, createHash, createPublicKey, verify, type KeyObject } from "node:crypto";
import { decodePem } from "../base64.ts";
import { childrenOf, derOf, objectIdentifierOf, readElement } from "./der.ts";

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
  /** Its SubjectPublicKeyInfo says that it is for RSASSA-PSS alone (RFC 4055, 1.2). */
  readonly onlyPss?: true;
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
    const plain = withoutPss(der);
    const key = describeKey(createPublicKey({ key: plain ?? der, format: "der", type: "spki" }));
    if (plain === undefined || key === undefined) return key;
    return { ...key, fingerprint: createHash("sha256").update(der).digest("hex"), onlyPss: true };
  } catch {
    return undefined;
  }
}

/** AlgorithmIdentifiers (RFC 8017, appendix C; RFC 4055): RSA as everybody reads it, and the name of RSASSA-PSS. */
const plainRsa = Buffer.from("300d06092a864886f70d0101010500", "hex");
const pssName = "1.2.840.113549.1.1.10";

/** The same key without the mark that it is for RSASSA-PSS alone, which the editor's library cannot read; undefined without one. */
function withoutPss(der: Uint8Array): Buffer | undefined {
  const [algorithm, bits, ...more] = childrenOf(readElement(der)) ?? [];
  if (objectIdentifierOf(childrenOf(algorithm)?.[0]) !== pssName || bits === undefined || more.length > 0)
    return undefined;
  return derOf(0x30, plainRsa, bits.whole);
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
  key: Pick<PublicKey, "key" | "digest" | "onlyPss">,
  digest: DigestName,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    if (key.digest === undefined) return verify(null, data, key.key, signature);
    if (key.key.asymmetricKeyType !== "rsa")
      return verify(digest, data, { key: key.key, dsaEncoding: "der" }, signature);
    const padded = { key: key.key, padding: constants.RSA_PKCS1_PADDING };
    return key.onlyPss !== true && verify(digest, data, padded, signature);
  } catch {
    return false;
  }
}

/** The same, and for RSA also with PSS and a salt as long as the digest: formats that name no padding allow both. */
export function verifyEitherPadding(
  key: Pick<PublicKey, "key" | "digest" | "onlyPss">,
  digest: DigestName,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (verifyData(key, digest, data, signature)) return true;
  if (key.key.asymmetricKeyType !== "rsa") return false;
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  try {
    return verify(digest, data, { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, signature);
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
