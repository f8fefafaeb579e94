import { createHash } from "node:crypto";
import { isDigest } from "./digest.ts";

/** The SHA-256 digest of `bytes`, as `sha256:<hex>`. */
export function digestOf(bytes: Uint8Array): string {
  return hashWith("sha256", bytes);
}

/** Whether `digest` is a supported digest and the digest of exactly these bytes. */
export function bytesMatchDigest(bytes: Uint8Array, digest: string): boolean {
  return isDigest(digest) && hashWith(digest.slice(0, digest.indexOf(":")), bytes) === digest;
}

function hashWith(algorithm: string, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
