import { createHash } from "node:crypto";

/** Hex digits that each algorithm of the OCI image specification's digest grammar must have. */
const hexLength = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);

/** Whether `text` is a digest of a supported algorithm: `sha256:` and 64 lower-case hex digits, or sha384, sha512. */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(":");
  const hex = text.slice(colon + 1);
  return hex.length === hexLength.get(text.slice(0, Math.max(colon, 0))) && /^[0-9a-f]+$/.test(hex);
}

/** The SHA-256 digest of `bytes`, as `sha256:<hex>`. */
export function digestOf(bytes: Uint8Array): string {
  return hashWith("sha256", bytes);
}

/** Whether `digest` is a supported digest and the digest of exactly these bytes. */
export function bytesMatchDigest(bytes: Uint8Array, digest: string): boolean {
  return isDigest(digest) && hashWith(digest.slice(0, digest.indexOf(":")), bytes) === digest;
}

/** A digest shortened for people: `sha256:1f3a5b6c7d8e...`. Never compare shortened digests. */
export function shortDigest(digest: string): string {
  const kept = digest.indexOf(":") + 1 + 12;
  return digest.length <= kept ? digest : `${digest.slice(0, kept)}...`;
}

function hashWith(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
