import type { Certificate } from "./certificate.ts";
import { childrenOf, objectIdentifierOf, onlyChildOf, readElement, smallIntegerOf, type DerElement } from "./der.ts";
import type { DigestName } from "./publicKey.ts";
import { readDigestAlgorithm, readSignatureAlgorithm, type SignatureAlgorithm } from "./signatureAlgorithm.ts";

/** Signed data (RFC 5652, 5.1) with one signer, read and not proven. */
export interface SignedData {
  readonly contentType: string;
  readonly content: Uint8Array;
  /** DER of whatever the sender put in; nothing in it is trusted. */
  readonly certificates: readonly Uint8Array[];
  /** Signed attributes by type, each with its values. */
  readonly attributes: ReadonlyMap<string, readonly DerElement[]>;
  /** What the signature covers: the signed attributes as a SET. */
  readonly signedAttributes: Uint8Array;
  readonly digest: DigestName;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
  /** Whether the signer's identifier is a certificate's issuer and serial number. */
  readonly isSigner: (certificate: Certificate) => boolean;
}

const signedDataType = "1.2.840.113549.1.7.2";

/** rsaEncryption (RFC 3370, 3.2): the signer's digest algorithm counts. */
const plainRsa = "1.2.840.113549.1.1.1";

/** Versions of signed data and of what is said of a signer (RFC 5652, 5.1 and 5.3): they differ by what is in them. */
const versions: ReadonlySet<unknown> = new Set([1, 3, 4, 5]);

/** More certificates or attributes are not looked at. */
const limits = { certificates: 32, attributes: 32 };

/**
 * Reads a ContentInfo that holds signed data with its content, exactly one signer, and signed attributes, in DER. Undefined
 * for anything else, SHA-1 too.
 */
export function readSignedData(der: Uint8Array): SignedData | undefined {
  const [type, wrapper, ...more] = childrenOf(readElement(der)) ?? [];
  if (objectIdentifierOf(type) !== signedDataType || more.length > 0) return undefined;
  const data = onlyChildOf(wrapper, 0xa0);
  const [version, digests, encapsulated, ...rest] = childrenOf(data) ?? [];
  if (!versions.has(smallIntegerOf(version)) || digests?.tag !== 0x31) return undefined;
  // Certificates, lists, and the signers, in this order.
  if (!/^(160 )?(161 )?49$/.test(rest.map(({ tag }) => tag).join(" "))) return undefined;
  const [contentType, contentWrapper, ...others] = childrenOf(encapsulated) ?? [];
  const content = others.length > 0 ? undefined : onlyChildOf(contentWrapper, 0xa0);
  const contentTypeName = objectIdentifierOf(contentType);
  if (contentTypeName === undefined || content?.tag !== 0x04) return undefined;
  const certificates = rest.filter(({ tag }) => tag === 0xa0).flatMap((set) => childrenOf(set, 0xa0) ?? []);
  const signer = onlyChildOf(rest.at(-1), 0x31);
  if (signer === undefined || certificates.length > limits.certificates) return undefined;
  const info = readSigner(signer);
  if (info === undefined) return undefined;
  return {
    ...info,
    contentType: contentTypeName,
    content: content.content,
    certificates: certificates.map(({ whole }) => whole),
  };
}

function readSigner(signer: DerElement): Omit<SignedData, "contentType" | "content" | "certificates"> | undefined {
  const [version, identifier, digestAlgorithm, attributes, signatureAlgorithm, signature, ...unsigned] =
    childrenOf(signer) ?? [];
  if (unsigned.length > 1 || (unsigned[0]?.tag ?? 0xa1) !== 0xa1) return undefined;
  const list = childrenOf(attributes, 0xa0);
  const digest = readDigestAlgorithm(digestAlgorithm);
  const algorithm = algorithmOf(signatureAlgorithm, digest);
  if (
    !versions.has(smallIntegerOf(version)) ||
    identifier === undefined ||
    list === undefined ||
    attributes === undefined
  )
    return undefined;
  if (digest === undefined || algorithm === undefined || signature?.tag !== 0x04) return undefined;
  const read = readAttributes(list);
  if (read === undefined) return undefined;
  const signedAttributes = Buffer.from(attributes.whole);
  // RFC 5652, 5.4: what is signed is the SET itself, not the tag that it has inside the signer's information.
  signedAttributes[0] = 0x31;
  return {
    attributes: read,
    signedAttributes,
    digest,
    signatureAlgorithm: algorithm,
    signature: signature.content,
    isSigner: (certificate) => isIdentifiedBy(identifier, certificate),
  };
}

function algorithmOf(
  identifier: DerElement | undefined,
  digest: DigestName | undefined,
): SignatureAlgorithm | undefined {
  const isPlain = objectIdentifierOf(childrenOf(identifier)?.[0]) === plainRsa;
  if (isPlain) return digest === undefined ? undefined : { key: "rsa", digest };
  return readSignatureAlgorithm(identifier);
}

function readAttributes(list: readonly DerElement[]): ReadonlyMap<string, readonly DerElement[]> | undefined {
  const attributes = new Map<string, readonly DerElement[]>();
  for (const attribute of list) {
    const [type, values, ...more] = childrenOf(attribute) ?? [];
    const name = objectIdentifierOf(type);
    const elements = childrenOf(values, 0x31);
    if (name === undefined || elements === undefined || elements.length === 0 || more.length > 0) return undefined;
    // RFC 5652, 5.3: one instance of each; two would let two readers choose differently.
    if (attributes.has(name) || attributes.size >= limits.attributes) return undefined;
    attributes.set(name, elements);
  }
  return attributes;
}

function isIdentifiedBy(identifier: DerElement, certificate: Certificate): boolean {
  if (identifier.tag === 0x80) {
    const extension = certificate.extensions.get("2.5.29.14");
    const keyIdentifier = extension === undefined ? undefined : readElement(extension.value);
    return keyIdentifier !== undefined && Buffer.compare(keyIdentifier.content, identifier.content) === 0;
  }
  const [issuer, serial, ...more] = childrenOf(identifier) ?? [];
  return (
    more.length === 0 &&
    issuer !== undefined &&
    Buffer.compare(issuer.whole, certificate.issuer) === 0 &&
    serial?.tag === 0x02 &&
    Buffer.from(serial.content).toString("hex") === certificate.serialNumber
  );
}
