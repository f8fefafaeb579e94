import type { Certificate } from "./certificate.ts";
import { childrenOf, objectIdentifierOf, readElement } from "./der.ts";

/** Attribute types by their short names (RFC 4514, section 3). */
const shortNames = new Map([
  ["2.5.4.3", "CN"],
  ["2.5.4.6", "C"],
  ["2.5.4.7", "L"],
  ["2.5.4.8", "ST"],
  ["2.5.4.10", "O"],
  ["2.5.4.11", "OU"],
]);

/** A distinguished name for people, most significant attribute last (RFC 4514). Never compare these texts. */
function nameText(der: Uint8Array): string {
  const parts = (childrenOf(readElement(der)) ?? []).flatMap((set) => childrenOf(set, 0x31) ?? []);
  return parts
    .map((attribute) => {
      const [type, value] = childrenOf(attribute) ?? [];
      const identifier = objectIdentifierOf(type) ?? "?";
      return `${shortNames.get(identifier) ?? identifier}=${printable(value?.content ?? Buffer.alloc(0))}`;
    })
    .toReversed()
    .join(", ");
}

/** What verdicts say of a certificate. */
export function summarise(certificate: Certificate): {
  subject: string;
  issuer: string;
  serialNumber: string;
  notBefore: string;
  notAfter: string;
} {
  return {
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serialNumber: certificate.serialNumber,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  };
}

/** A name is shown beside a verdict: control and direction characters must not rearrange it. */
function printable(octets: Uint8Array): string {
  return Buffer.from(octets.subarray(0, 200))
    .toString("utf8")
    .replace(/[\p{Cc}\p{Cf}]/gu, "\ufffd");
}
