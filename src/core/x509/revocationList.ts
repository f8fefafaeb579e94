import type { Certificate } from "./certificate.ts";
import {
  bitStringOf,
  booleanOf,
  childrenOf,
  findElement,
  objectIdentifierOf,
  readElement,
  smallIntegerOf,
  timeOf,
  type DerElement,
} from "./der.ts";
import { basicConstraintsOf, extensionIds } from "./extensions.ts";
import { placesIn } from "./revocationPoints.ts";
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
  listNumber: "2.5.29.20",
  deltaIndicator: "2.5.29.27",
  issuingPoint: "2.5.29.28",
  freshestList: "2.5.29.46",
} as const;

/** More entries are not looked at; public authorities have had lists of some hundred thousand. */
const maximumEntries = 1_000_000;

/** What a list says, and where the list of changes is that completes it. */
export type ListStatus = RevocationStatus | { readonly kind: "incomplete"; readonly places: readonly string[] };

/**
 * What a certificate revocation list (RFC 5280, 5) from `url` says about a certificate. It must be signed by the
 * certificate's issuer, be current, and cover the certificate: a list of the same issuer for other certificates would
 * hide what is revoked. A list that names a list of changes (5.2.6) says nothing without it; `changes` gives the octets
 * that came from a place, or undefined where nobody asked there yet.
 */
export function listStatus(
  list: Uint8Array,
  url: string,
  subject: RevocationSubject,
  changes: (place: string) => Uint8Array | undefined = () => undefined,
): ListStatus {
  const base = readList(list, url, subject);
  if (base === undefined || base.extensions.has(identifiers.deltaIndicator)) return unknownStatus;
  const own = statusAmong(base.entries, subject.certificate);
  const freshest = base.extensions.get(identifiers.freshestList);
  // Only what is not revoked, or only on hold, can be changed.
  const isFinal = own.kind === "unknown" || own.kind === "back" || (own.kind === "revoked" && own.onHold !== true);
  if (isFinal || freshest === undefined) return withoutBack(own);
  const places = placesIn(freshest);
  if (places === undefined || places.length === 0) return unknownStatus;
  const answers = places.map(changes);
  for (const bytes of answers) {
    const changed = bytes === undefined ? undefined : changedStatus(bytes, url, base, subject);
    if (changed !== undefined) return changed.kind === "none" ? withoutBack(own) : changed;
  }
  return answers.includes(undefined) ? { kind: "incomplete", places } : unknownStatus;
}

interface ReadList {
  readonly extensions: ReadonlyMap<string, Uint8Array>;
  readonly entries: DerElement | undefined;
}

/** Reads a list that its issuer signed, that is current and that covers the certificate; undefined for any other. */
function readList(list: Uint8Array, url: string, subject: RevocationSubject): ReadList | undefined {
  const [body, algorithm, signature, ...more] = childrenOf(readElement(list)) ?? [];
  const bits = bitStringOf(signature);
  if (body === undefined || more.length > 0 || bits?.unused !== 0 || !maySignLists(subject.issuer)) return undefined;
  if (!isSignedBy(subject.issuer, body, algorithm, bits.octets)) return undefined;
  const fields = childrenOf(body) ?? [];
  const [innerAlgorithm, issuer, thisUpdate, nextUpdate, ...rest] = fields[0]?.tag === 0x02 ? fields.slice(1) : fields;
  if (innerAlgorithm === undefined || Buffer.compare(innerAlgorithm.whole, algorithm?.whole ?? Buffer.alloc(0)) !== 0)
    return undefined;
  if (issuer === undefined || Buffer.compare(issuer.whole, subject.certificate.issuer) !== 0) return undefined;
  if (!isCurrent(timeOf(thisUpdate), timeOf(nextUpdate), subject.time)) return undefined;
  const [wrapped] =
    childrenOf(
      rest.find(({ tag }) => tag === 0xa0),
      0xa0,
    ) ?? [];
  const extensions = readExtensions(childrenOf(wrapped) ?? [], url, subject.certificate);
  return extensions === undefined ? undefined : { extensions, entries: rest.find(({ tag }) => tag === 0x30) };
}

function readExtensions(
  list: readonly DerElement[],
  url: string,
  certificate: Certificate,
): ReadonlyMap<string, Uint8Array> | undefined {
  const extensions = new Map<string, Uint8Array>();
  for (const extension of list) {
    const parts = childrenOf(extension) ?? [];
    const identifier = objectIdentifierOf(parts[0]);
    const value = parts.at(-1);
    if (identifier === undefined || value?.tag !== 0x04 || extensions.has(identifier)) return undefined;
    const isPoint = identifier === identifiers.issuingPoint;
    if (isPoint && !covers(readElement(value.content), url, certificate)) return undefined;
    const isCritical = parts.length !== 2 && booleanOf(parts[1]) !== false;
    if (isCritical && !isPoint && identifier !== identifiers.deltaIndicator) return undefined;
    extensions.set(identifier, value.content);
  }
  return extensions;
}

/**
 * What a list of changes says (RFC 5280, 5.2.4): it must be for the same certificates, rest on a list no newer than the
 * base, and be newer than the base itself; else it adds nothing. Undefined where it cannot be used.
 */
function changedStatus(
  bytes: Uint8Array,
  url: string,
  base: ReadList,
  subject: RevocationSubject,
): RevocationStatus | { readonly kind: "none" } | undefined {
  const delta = readList(bytes, url, subject);
  const [number, baseNumber, restsOn] = [
    numberIn(delta, identifiers.listNumber),
    numberIn(base, identifiers.listNumber),
    numberIn(delta, identifiers.deltaIndicator),
  ];
  if (delta === undefined || number === undefined || baseNumber === undefined || restsOn === undefined)
    return undefined;
  const [scope, own] = [base, delta].map(({ extensions }) => extensions.get(identifiers.issuingPoint));
  if (Buffer.compare(scope ?? Buffer.alloc(0), own ?? Buffer.alloc(0)) !== 0 || restsOn > baseNumber) return undefined;
  if (number <= baseNumber) return { kind: "none" };
  const status = statusAmong(delta.entries, subject.certificate);
  // What was on hold and was taken back is good again; what was never there stays as it is.
  if (status.kind === "back") return { kind: "good" };
  return status.kind === "good" ? { kind: "none" } : withoutBack(status);
}

function numberIn(list: ReadList | undefined, identifier: string): bigint | undefined {
  const value = list?.extensions.get(identifier);
  const element = value === undefined ? undefined : readElement(value);
  if (element?.tag !== 0x02 || element.content.length === 0 || element.content.length > 20) return undefined;
  if ((element.content[0] ?? 0) >= 0x80) return undefined;
  return BigInt(`0x${Buffer.from(element.content).toString("hex")}`);
}

/** RFC 5280, 6.3.3 (f): an issuer with a key usage needs cRLSign in it. */
function maySignLists({ extensions }: Certificate): boolean {
  const usage = extensions.get(extensionIds.keyUsage);
  if (usage === undefined) return true;
  return ((bitStringOf(readElement(usage.value))?.octets[0] ?? 0) & 0x02) !== 0;
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

/** `back`: an entry takes another one back, which belongs into a list of changes only. */
type EntryStatus =
  | Exclude<RevocationStatus, { kind: "revoked" }>
  | (Extract<RevocationStatus, { kind: "revoked" }> & { readonly onHold?: boolean })
  | { readonly kind: "back" };

function withoutBack(status: EntryStatus): RevocationStatus {
  if (status.kind === "back") return unknownStatus;
  if (status.kind !== "revoked") return status;
  const { onHold: _on, ...revoked } = status;
  return revoked;
}

function statusAmong(entries: DerElement | undefined, certificate: Certificate): EntryStatus {
  if (entries === undefined) return { kind: "good" };
  const wanted = Buffer.from(certificate.serialNumber, "hex");
  const found = findElement(entries.content, maximumEntries, (entry) => {
    const [serial] = entry.tag === 0x30 ? [findElement(entry.content, 1, () => true)] : [];
    if (serial === undefined || typeof serial === "string" || serial.tag !== 0x02) return "malformed";
    return Buffer.compare(serial.content, wanted) === 0;
  });
  if (found === "none") return { kind: "good" };
  return found === "malformed" ? unknownStatus : readEntry(found);
}

/** CRLReason (RFC 5280, 5.3.1). */
const reasons = { hold: 6, removeFromList: 8 } as const;

function readEntry(entry: DerElement): EntryStatus {
  const [, date, extensions] = childrenOf(entry) ?? [];
  const at = timeOf(date);
  let invalidSince: Date | undefined;
  let reason: number | undefined;
  for (const extension of childrenOf(extensions) ?? []) {
    const parts = childrenOf(extension) ?? [];
    const identifier = objectIdentifierOf(parts[0]);
    const value = parts.at(-1);
    const inner = value?.tag === 0x04 ? readElement(value.content) : undefined;
    if (identifier === identifiers.invalidityDate) invalidSince = timeOf(inner);
    else if (identifier === identifiers.reason)
      reason = inner === undefined ? undefined : smallIntegerOf({ ...inner, tag: 2 });
    else if (parts.length > 2) return unknownStatus;
  }
  if (at === undefined) return unknownStatus;
  if (reason === reasons.removeFromList) return { kind: "back" };
  return {
    kind: "revoked",
    at,
    onHold: reason === reasons.hold,
    ...(invalidSince === undefined ? {} : { invalidSince }),
  };
}
