import { sign } from "node:crypto";
import { bitString, element, explicit, implicit, integer, objectIdentifier, sequence } from "../x509/der.ts";
import { encodeName, extension, keyIdentifier, type CertificateIssuer } from "../x509/issueCertificate.ts";

/** A certificate that was revoked: its serial number in lower-case hex, and since when. */
export interface RevokedCertificate {
  readonly serialNumber: string;
  readonly at: Date;
}

const ecdsa = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/** A CertificateList (RFC 5280, 5.1) of an authority in DER, signed with ECDSA and SHA-256. `number` must grow with each list. */
export function certificateList(
  issuer: CertificateIssuer,
  revoked: readonly RevokedCertificate[],
  times: { readonly thisUpdate: Date; readonly nextUpdate: Date; readonly number: number },
): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(times.number);
  const body = sequence(
    integer(Buffer.from([1])),
    ecdsa,
    encodeName(issuer.name),
    generalizedTime(times.thisUpdate),
    generalizedTime(times.nextUpdate),
    ...(revoked.length === 0
      ? []
      : [
          sequence(
            ...revoked.map(({ serialNumber, at }) =>
              sequence(integer(Buffer.from(serialNumber, "hex")), generalizedTime(at)),
            ),
          ),
        ]),
    explicit(
      0,
      sequence(
        extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(issuer.publicKey)))),
        extension("2.5.29.20", false, integer(number)),
      ),
    ),
  );
  return sequence(body, ecdsa, bitString(sign("sha256", body, issuer.key)));
}

/** The extension that names where a list is (RFC 5280, 4.2.1.13). */
export function listAt(url: string): Buffer {
  return extension("2.5.29.31", false, sequence(sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url)))))));
}

/** The extension that names a responder (RFC 5280, 4.2.2.1). */
export function responderAt(url: string): Buffer {
  const place = sequence(objectIdentifier("1.3.6.1.5.5.7.48.1"), implicit(6, Buffer.from(url)));
  return extension("1.3.6.1.5.5.7.1.1", false, sequence(place));
}

/** GeneralizedTime in seconds, which every reader takes beside UTCTime. */
export function generalizedTime(date: Date): Buffer {
  return element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
}
