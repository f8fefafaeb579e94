import { createHash, sign } from "node:crypto";
import { childrenOf, objectIdentifierOf, readElement, type DerElement } from "../../core/x509/der.ts";
import { bitString, element, explicit, objectIdentifier, octetString, sequence } from "../x509/der.ts";
import { encodeName, type CertificateIssuer } from "../x509/issueCertificate.ts";
import { generalizedTime } from "./certificateList.ts";

/** What a responder says of a certificate. */
export type OcspStatus = { readonly kind: "good" | "unknown" } | { readonly kind: "revoked"; readonly at: Date };

/** Digests that a CertID may use. */
const digests: ReadonlyMap<string, string> = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
]);

const ecdsa = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/**
 * Answers an OCSPRequest (RFC 6960, 4) about certificates of one authority, signed by the authority itself. `statusOf` is
 * asked with the serial number in lower-case hex. A request that is not understood gets the status malformedRequest.
 */
export function ocspAnswer(
  request: Uint8Array,
  issuer: CertificateIssuer,
  statusOf: (serialNumber: string) => OcspStatus,
  { now, nextUpdate }: { readonly now: Date; readonly nextUpdate: Date },
): Buffer {
  const [body] = childrenOf(readElement(request)) ?? [];
  const list = (childrenOf(body) ?? []).find(({ tag }) => tag === 0x30);
  const asked = (childrenOf(list) ?? []).map((one) => childrenOf(one)?.[0]);
  if (asked.length === 0 || asked.length > 16) return element(0x30, element(0x0a, Buffer.from([1])));
  const answers = asked.map((identifier) => {
    const fields = childrenOf(identifier) ?? [];
    const serial = Buffer.from(fields[3]?.content ?? []).toString("hex");
    const status: OcspStatus = isOf(fields, issuer) ? statusOf(serial) : { kind: "unknown" };
    return sequence(
      Buffer.from(identifier?.whole ?? []),
      encodeStatus(status),
      generalizedTime(now),
      explicit(0, generalizedTime(nextUpdate)),
    );
  });
  const data = sequence(explicit(1, encodeName(issuer.name)), generalizedTime(now), sequence(...answers));
  const basic = sequence(data, ecdsa, bitString(sign("sha256", data, issuer.key)));
  return sequence(
    element(0x0a, Buffer.from([0])),
    explicit(0, sequence(objectIdentifier("1.3.6.1.5.5.7.48.1.1"), octetString(basic))),
  );
}

function encodeStatus(status: OcspStatus): Buffer {
  switch (status.kind) {
    case "good":
      return element(0x80);
    case "unknown":
      return element(0x82);
    case "revoked":
      return element(0xa1, generalizedTime(status.at));
  }
}

/** Whether a CertID is about a certificate of this authority, by the digest of its key. */
function isOf(fields: readonly DerElement[], issuer: CertificateIssuer): boolean {
  const digest = digests.get(objectIdentifierOf(childrenOf(fields[0])?.[0]) ?? "");
  const spki = childrenOf(readElement(issuer.publicKey.export({ type: "spki", format: "der" })));
  const bits = spki?.[1]?.content.subarray(1);
  if (digest === undefined || bits === undefined) return false;
  return createHash(digest)
    .update(bits)
    .digest()
    .equals(fields[2]?.content ?? Buffer.alloc(0));
}
