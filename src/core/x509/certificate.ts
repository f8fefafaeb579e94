import { bitStringOf, booleanOf, childrenOf, objectIdentifierOf, readElement, timeOf, type DerElement } from "./der.ts";
import { readPublicKey, type PublicKey } from "./publicKey.ts";
import { readSignatureAlgorithm, type SignatureAlgorithm } from "./signatureAlgorithm.ts";

/** An extension as it stands in a certificate: `value` is what its OCTET STRING holds. */
interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** A certificate (RFC 5280, 4.1), read but not proven. Names are their DER, because that is what is compared. */
export interface Certificate {
  readonly der: Uint8Array;
  /** The octets that the issuer signed. */
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
  /** How the issuer signed; the key's kind must fit it. */
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** Lower-case hex. */
  readonly serialNumber: string;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: PublicKey;
  readonly extensions: ReadonlyMap<string, Extension>;
}

/** A larger certificate is not read. */
const maximumLength = 64 * 1024;

/** Reads one X.509 v3 certificate in strict DER; undefined where it is none, or uses an algorithm that is refused. */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  if (der.length > maximumLength) return undefined;
  const [body, algorithm, signature, ...more] = childrenOf(readElement(der)) ?? [];
  const fields = childrenOf(body);
  const bits = bitStringOf(signature);
  const signatureAlgorithm = readSignatureAlgorithm(algorithm);
  if (body === undefined || fields === undefined || bits?.unused !== 0 || signatureAlgorithm === undefined)
    return undefined;
  if (more.length > 0 || !isVersion3(fields[0])) return undefined;

  const [, serial, innerAlgorithm, issuer, validity, subject, key, ...optional] = fields;
  const [notBefore, notAfter] = (childrenOf(validity) ?? []).map(timeOf);
  const publicKey = key === undefined ? undefined : readPublicKey(key.whole);
  const extensions = readExtensions(optional);
  // RFC 5280, 4.1.1.2: what the issuer signed must name the algorithm that it signed with.
  const sameAlgorithm = algorithm !== undefined && innerAlgorithm !== undefined && equal(algorithm, innerAlgorithm);
  if (serial?.tag !== 0x02 || issuer?.tag !== 0x30 || subject?.tag !== 0x30 || !sameAlgorithm) return undefined;
  if (notBefore === undefined || notAfter === undefined || publicKey === undefined || extensions === undefined)
    return undefined;
  return {
    der,
    body: body.whole,
    signature: bits.octets,
    signatureAlgorithm,
    serialNumber: Buffer.from(serial.content).toString("hex"),
    issuer: issuer.whole,
    subject: subject.whole,
    notBefore,
    notAfter,
    publicKey,
    extensions,
  };
}

function isVersion3(element: DerElement | undefined): boolean {
  const [version] = childrenOf(element, 0xa0) ?? [];
  return version?.tag === 0x02 && version.content.length === 1 && version.content[0] === 2;
}

function readExtensions(optional: readonly DerElement[]): ReadonlyMap<string, Extension> | undefined {
  const extensions = new Map<string, Extension>();
  const [wrapper, ...others] = optional.filter(({ tag }) => tag !== 0x81 && tag !== 0x82);
  if (wrapper === undefined) return extensions;
  const [list, ...more] = childrenOf(wrapper, 0xa3) ?? [];
  const elements = childrenOf(list);
  if (elements === undefined || more.length > 0 || others.length > 0) return undefined;
  for (const element of elements) {
    const parts = childrenOf(element) ?? [];
    const identifier = objectIdentifierOf(parts[0]);
    const critical = parts.length === 3 ? booleanOf(parts[1]) : false;
    const value = parts.at(-1);
    if (identifier === undefined || critical === undefined || value?.tag !== 0x04) return undefined;
    // RFC 5280, 4.2: at most one of each. Two would let two readers choose differently.
    if (parts.length < 2 || parts.length > 3 || extensions.has(identifier)) return undefined;
    extensions.set(identifier, { critical, value: value.content });
  }
  return extensions;
}

function equal(one: DerElement, other: DerElement): boolean {
  return Buffer.compare(one.whole, other.whole) === 0;
}
