import type { Certificate } from "./certificate.ts";
import {
  bitStringOf,
  booleanOf,
  childrenOf,
  objectIdentifierOf,
  readElement,
  smallIntegerOf,
  timeOf,
  type DerElement,
} from "./der.ts";
import { basicConstraintsOf, extensionIds } from "./extensions.ts";
import {
  isCurrent,
  isSignedBy,
  unknownStatus,
  type RevocationStatus,
  type RevocationSubject,
} from "./revocationStatus.ts";

const identifiers = {
  reason: "2.5.29.21",
  invalidityDate: "2.5.29.24",
  issuingPoint: "2.5.29.28",
  freshestList: "2.5.29.46",
} as const;

/**
 * What a certificate revocation list (RFC 5280, 5) from `url` says about a certificate. It must be signed by the
 * certificate's issuer, be current, and cover the certificate: a list of the same issuer for other certificates would
 * hide what is revoked. A list that is completed by another one (5.2.6) is not enough, so that it makes nothing good.
 */
export function listStatus(list: Uint8Array, url: string, subject: RevocationSubject): RevocationStatus {
  const [body, algorithm, signature] = childrenOf(readElement(list)) ?? [];
  const bits = bitStringOf(signature);
  if (body === undefined || bits?.unused !== 0 || !maySignLists(subject.issuer)) return unknownStatus;
  if (!isSignedBy(subject.issuer, body, algorithm, bits.octets)) return unknownStatus;
  const fields = childrenOf(body) ?? [];
  const [innerAlgorithm, issuer, thisUpdate, nextUpdate, ...rest] = fields[0]?.tag === 0x02 ? fields.slice(1) : fields;
  if (innerAlgorithm === undefined || Buffer.compare(innerAlgorithm.whole, algorithm?.whole ?? Buffer.alloc(0)) !== 0)
    return unknownStatus;
  if (issuer === undefined || Buffer.compare(issuer.whole, subject.certificate.issuer) !== 0) return unknownStatus;
  if (!isCurrent(timeOf(thisUpdate), timeOf(nextUpdate), subject.time)) return unknownStatus;
  const extensions = childrenOf(
    rest.find(({ tag }) => tag === 0xa0),
    0xa0,
  );
  for (const extension of childrenOf(extensions?.[0]) ?? [])
    if (!mayStand(extension, url, subject.certificate)) return unknownStatus;
  const revoked = rest.find(({ tag }) => tag === 0x30);
  const entries = revoked === undefined ? [] : childrenOf(revoked);
  return entries === undefined ? unknownStatus : statusAmong(entries, subject.certificate);
}

/** RFC 5280, 6.3.3 (f): an issuer with a key usage needs cRLSign in it. */
function maySignLists({ extensions }: Certificate): boolean {
  const usage = extensions.get(extensionIds.keyUsage);
  if (usage === undefined) return true;
  return ((bitStringOf(readElement(usage.value))?.octets[0] ?? 0) & 0x02) !== 0;
}

function mayStand(extension: DerElement, url: string, certificate: Certificate): boolean {
  const parts = childrenOf(extension) ?? [];
  const identifier = objectIdentifierOf(parts[0]);
  const value = parts.at(-1);
  if (identifier === undefined || value?.tag !== 0x04 || identifier === identifiers.freshestList) return false;
  if (identifier === identifiers.issuingPoint) return covers(readElement(value.content), url, certificate);
  return parts.length === 2 || booleanOf(parts[1]) === false;
}

/** IssuingDistributionPoint (RFC 5280, 5.2.5): for this place, and for certificates of this kind. */
function covers(point: DerElement | undefined, url: string, certificate: Certificate): boolean {
  const constraints = basicConstraintsOf(certificate);
  const isAuthority = constraints !== "malformed" && constraints?.authority === true;
  return (childrenOf(point) ?? []).every((field) => {
    const flag = booleanOf({ ...field, tag: 0x01 });
    switch (field.tag) {
      case 0xa0:
        return (childrenOf(childrenOf(field, 0xa0)?.[0], 0xa0) ?? []).some(
          ({ tag, content }) => tag === 0x86 && Buffer.from(content).toString("latin1") === url,
        );
      case 0x81:
        return flag === false || (flag === true && !isAuthority);
      case 0x82:
        return flag === false || (flag === true && isAuthority);
      default:
        // For some reasons only, with certificates of other issuers, or of attributes.
        return flag === false;
    }
  });
}

function statusAmong(entries: readonly DerElement[], certificate: Certificate): RevocationStatus {
  for (const entry of entries) {
    const [serial, date, extensions] = childrenOf(entry) ?? [];
    if (serial?.tag !== 0x02) return unknownStatus;
    if (Buffer.from(serial.content).toString("hex") !== certificate.serialNumber) continue;
    const at = timeOf(date);
    let invalidSince: Date | undefined;
    for (const extension of childrenOf(extensions) ?? []) {
      const parts = childrenOf(extension) ?? [];
      const identifier = objectIdentifierOf(parts[0]);
      const value = parts.at(-1);
      const inner = value?.tag === 0x04 ? readElement(value.content) : undefined;
      if (identifier === identifiers.invalidityDate) invalidSince = timeOf(inner);
      // An entry that takes another one back (removeFromCRL) belongs into a list of changes only.
      const takesBack =
        identifier === identifiers.reason && inner !== undefined && smallIntegerOf({ ...inner, tag: 2 }) === 8;
      const isStrange =
        identifier !== identifiers.invalidityDate && identifier !== identifiers.reason && parts.length > 2;
      if (takesBack || isStrange) return unknownStatus;
    }
    if (at === undefined) return unknownStatus;
    return { kind: "revoked", at, ...(invalidSince === undefined ? {} : { invalidSince }) };
  }
  return { kind: "good" };
}
