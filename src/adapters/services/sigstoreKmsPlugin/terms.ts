import type { HashAlgorithm, KeySpec, SignatureScheme } from "../../../application/signingService.ts";

/** The version of the protocol between Sigstore's programs and `sigstore-kms-*`, and its first argument. */
export const protocolVersion = "v1";

/** Hashes by the numbers of Go's crypto.Hash, which the protocol passes on. */
const hashes: ReadonlyMap<number, HashAlgorithm> = new Map<number, HashAlgorithm>([
  [5, "sha256"],
  [6, "sha384"],
  [7, "sha512"],
]);

/** The hash of a number; undefined for one that is no SHA-2 of enough bits. */
export function hashOfNumber(number: unknown): HashAlgorithm | undefined {
  return typeof number === "number" ? hashes.get(number) : undefined;
}

/** The number of a hash. */
export function numberOfHash(hash: HashAlgorithm): number {
  return [...hashes].find(([, name]) => name === hash)?.[0] ?? 0;
}

/** How Sigstore's programs have a key sign: ECDSA in DER, RSA with PKCS #1 v1.5, Ed25519 over the message. */
export function schemeOf(spec: KeySpec): SignatureScheme {
  if (spec === "ed25519") return "ed25519";
  return spec.startsWith("rsa") ? "rsa-pkcs1v15" : "ecdsa";
}

/** The name of a key's kind, as cosign's own services say it. */
export function algorithmName(spec: KeySpec): string {
  if (spec === "ed25519") return "ed25519";
  return spec.startsWith("rsa") ? `rsa-${spec.slice(3)}` : `ecdsa-${spec}`;
}
