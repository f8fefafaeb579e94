import type { KeyObject, X509Certificate } from "node:crypto";
import type { HashAlgorithm, KeyDescription, KeySpec } from "../../application/signingService.ts";
import { isDerSignature, isSideBySide, toDerSignature } from "../../core/sign/ecdsaSignature.ts";
import { kindOf } from "../../core/x509/publicKey.ts";

/** The kinds of keys that signing knows. */
export const keySpecs: readonly KeySpec[] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521", "ed25519"];
/** The digests that signing knows. */
export const hashAlgorithms: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];

/** Length of a digest, in octets. */
export const digestLengths: Readonly<Record<HashAlgorithm, number>> = { sha256: 32, sha384: 48, sha512: 64 };

/** Curves as node:crypto names them. */
const curves = new Map<KeySpec, string>([
  ["p256", "prime256v1"],
  ["p384", "secp384r1"],
  ["p521", "secp521r1"],
]);

/** Kind and size of a public key; undefined for one that signing does not know. */
export function specOf(key: KeyObject): KeySpec | undefined {
  const algorithm = kindOf(key)?.algorithm.replace("ecdsa-", "").replace("rsa-", "rsa");
  return keySpecs.find((spec) => spec === algorithm);
}

/** The schemes that a key of this kind can sign by, with these digests. */
export function schemesOf(spec: KeySpec, hashes: readonly HashAlgorithm[] = hashAlgorithms): KeyDescription["schemes"] {
  // Ed25519 hashes by itself: the digest only names the message.
  if (spec === "ed25519") return [{ scheme: "ed25519", hashes: hashAlgorithms }];
  if (!spec.startsWith("rsa")) return [{ scheme: "ecdsa", hashes }];
  return [
    { scheme: "rsa-pkcs1v15", hashes },
    { scheme: "rsa-pss", hashes },
  ];
}

/** How a service answers ECDSA signatures: strict DER, r and s side by side, or either, told apart by their length. */
export type SignatureEncoding = "der" | "side-by-side" | "either";

/**
 * A signature as the port gives it: DER for ECDSA, the raw value otherwise. Undefined where it is not of the encoding that
 * the service is known for, or has another length than the key's. For `either`, exactly twice the order's length is side by
 * side, whatever the first octet says.
 */
export function signatureFrom(raw: Uint8Array, spec: KeySpec, encoding: SignatureEncoding): Uint8Array | undefined {
  const curve = curves.get(spec);
  if (curve === undefined) return raw.length === signatureLength(spec) ? raw : undefined;
  if (encoding === "der") return isDerSignature(raw, curve) ? raw : undefined;
  if (isSideBySide(raw, curve)) return toDerSignature(raw, curve);
  return encoding === "either" && isDerSignature(raw, curve) ? raw : undefined;
}

function signatureLength(spec: KeySpec): number {
  return spec === "ed25519" ? 64 : Number(spec.slice(3)) / 8;
}

/** Who issued a key's certificate, in words. */
export function issuerOf([leaf]: readonly X509Certificate[]): string {
  if (leaf === undefined) return "nobody: the key has no certificate";
  const named = /^CN=(.+)$/m.exec(leaf.issuer)?.[1] ?? leaf.issuer.replaceAll("\n", ", ");
  return leaf.issuer === leaf.subject ? `${named} (the key itself)` : named;
}
