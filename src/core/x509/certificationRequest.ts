import { childrenOf, readElement } from "./der.ts";
import { readPublicKey, type PublicKey } from "./publicKey.ts";

/** The key that a certification request (PKCS #10, RFC 2986) is for; undefined where the octets are no such request. */
export function keyOfCertificationRequest(der: Uint8Array): PublicKey | undefined {
  const [information, algorithm, signature, ...more] = childrenOf(readElement(der)) ?? [];
  if (algorithm?.tag !== 0x30 || signature?.tag !== 0x03 || more.length > 0) return undefined;
  const [version, subject, key, attributes] = childrenOf(information) ?? [];
  if (version?.tag !== 0x02 || subject?.tag !== 0x30 || attributes?.tag !== 0xa0 || key === undefined) return undefined;
  return readPublicKey(key.whole);
}
