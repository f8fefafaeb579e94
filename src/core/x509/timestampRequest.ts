import { createHash } from "node:crypto";
import { derOf } from "./der.ts";

/** Media types of the protocol over HTTP (RFC 3161, 3.4). */
export const timestampMediaTypes = {
  query: "application/timestamp-query",
  reply: "application/timestamp-reply",
} as const;

/** AlgorithmIdentifier of SHA-256 without parameters (RFC 5754, 2). */
const sha256 = derOf(0x30, derOf(0x06, Buffer.from("608648016503040201", "hex")));

/**
 * A TimeStampReq (RFC 3161, 2.4.1) for the SHA-256 of `data`, in DER: with a nonce, so that an old answer does not fit,
 * and with the wish for the authority's certificates. `policy` is an object identifier in dots.
 */
export function encodeTimestampRequest(data: Uint8Array, nonce: Uint8Array, policy?: string): Uint8Array {
  const imprint = derOf(0x30, sha256, derOf(0x04, createHash("sha256").update(data).digest()));
  return derOf(
    0x30,
    derOf(0x02, Buffer.from([1])),
    imprint,
    ...(policy === undefined ? [] : [encodeIdentifier(policy)]),
    encodeNonce(nonce),
    derOf(0x01, Buffer.from([0xff])),
  );
}

/** The nonce as the positive INTEGER that the answer has to repeat. */
export function encodeNonce(nonce: Uint8Array): Uint8Array {
  let start = 0;
  while (start < nonce.length - 1 && nonce[start] === 0) start += 1;
  const kept = nonce.subarray(start);
  return derOf(0x02, (kept[0] ?? 0) >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), kept);
}

/** An OBJECT IDENTIFIER; the text has been checked by `isObjectIdentifier`. */
function encodeIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return derOf(0x06, Buffer.from([...base128(first * 40 + second), ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const octets = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}
