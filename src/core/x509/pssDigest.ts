import { constants, createHash, publicDecrypt } from "node:crypto";
import type { PublicKey } from "./publicKey.ts";

/** Octets of SHA-256, which the salt is as long as. */
const length = 32;

/**
 * Whether `signature` is `key`'s by RSASSA-PSS over data of which only the SHA-256 is known (RFC 8017, 9.1.2): SHA-256
 * throughout, the salt as long as the digest. node:crypto would hash the digest again.
 */
export function verifyPssSha256({ key }: PublicKey, digest: Uint8Array, signature: Uint8Array): boolean {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== "rsa" || bits % 8 !== 0 || digest.length !== length) return false;
  const message = decrypted(key, signature);
  if (message?.length !== bits / 8 || message.at(-1) !== 0xbc) return false;
  const masked = message.subarray(0, -length - 1);
  const hash = message.subarray(-length - 1, -1);
  const mask = maskOf(hash, masked.length);
  const block = masked.map((octet, i) => octet ^ (mask[i] ?? 0));
  // The highest bit is not covered, because the number must be smaller than the modulus.
  if ((masked[0] ?? 0) >= 0x80) return false;
  block[0] = (block[0] ?? 0) & 0x7f;
  const start = block.length - length - 1;
  if (block[start] !== 1 || block.subarray(0, start).some((octet) => octet !== 0)) return false;
  const salted = Buffer.concat([Buffer.alloc(8), digest, block.subarray(start + 1)]);
  return createHash("sha256").update(salted).digest().equals(hash);
}

function decrypted(key: PublicKey["key"], signature: Uint8Array): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_NO_PADDING }, signature);
  } catch {
    return undefined;
  }
}

/** MGF1 (RFC 8017, B.2.1). */
function maskOf(seed: Uint8Array, octets: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(octets / length) }, (_, i) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(i);
    return createHash("sha256").update(seed).update(counter).digest();
  });
  return Buffer.concat(blocks).subarray(0, octets);
}
