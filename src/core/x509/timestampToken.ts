import { createHash } from "node:crypto";
import { readCertificate, type Certificate } from "./certificate.ts";
import { isIssuedBy } from "./chain.ts";
import { readSignedData, type SignedData } from "./cms.ts";
import { booleanOf, childrenOf, objectIdentifierOf, readElement, smallIntegerOf, type DerElement } from "./der.ts";
import { objectionToNotaryChain, objectionToNotaryValidity } from "./notaryChain.ts";
import { digestNames, verifyData, type DigestName } from "./publicKey.ts";

/** A time that a time-stamp authority proves: some moment from `earliest` to `latest`. */
export interface ProvenStamp {
  readonly kind: "proven";
  readonly at: Date;
  readonly earliest: Date;
  readonly latest: Date;
  /** The authority's certificates, its own first, the trusted root last. */
  readonly chain: readonly Certificate[];
}

/** A proven time, or why a token proves none. */
export type StampOutcome = ProvenStamp | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** Object identifiers of RFC 3161, 2.4.2 and RFC 5816, 2.2.1. */
const identifiers = {
  tstInfo: "1.2.840.113549.1.9.16.1.4",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  /** Baseline time-stamp policy (ETSI EN 319 421), which promises one second where the token itself says nothing. */
  baselinePolicy: "0.4.0.2023.1.1",
} as const;

/** Longer paths from an authority to a root are not tried, nor more steps: certificates of one key could issue each other. */
const limits = { path: 6, steps: 200 };

/**
 * Verifies a time-stamp token (RFC 3161, 2.4.2: the bare ContentInfo) over `data`. Which certificate signed, the signed
 * attribute ESSCertIDv2 says (RFC 5816), never the order of the token's certificates (CVE-2026-39984, CVE-2026-33753).
 * Its path must end at one of `roots`, every certificate valid at the token's time, for time stamps alone.
 */
export function verifyTimestampToken(token: Uint8Array, data: Uint8Array, roots: readonly Uint8Array[]): StampOutcome {
  const signed = readSignedData(token);
  if (signed === undefined) return refused("timestamp-malformed", "The time stamp cannot be read.");
  if (signed.contentType !== identifiers.tstInfo)
    return refused("timestamp-malformed", "What should be a time stamp is about something else.");
  const info = readInfo(signed.content);
  if (info === undefined) return refused("timestamp-malformed", "The time stamp's content cannot be read.");
  if (!createHash(info.digest).update(data).digest().equals(info.imprint))
    return refused("timestamp-mismatch", "The time stamp is for another signature.");
  const signer = signerOf(signed);
  if (signer === undefined)
    return refused("timestamp-signer", "The time stamp does not say by which of its certificates it was made.");
  if (!isSigned(signed, signer))
    return refused("timestamp-wrong", "The time stamp was not made by the certificate that it names.");

  const bag = signed.certificates.map(readCertificate).filter((certificate) => certificate !== undefined);
  const trusted = roots.map(readCertificate).filter((certificate) => certificate !== undefined);
  const chain = pathTo({ trusted, bag, steps: limits.steps }, [signer]);
  if (chain === undefined)
    return refused("timestamp-untrusted", "The time stamp's authority is not one that the policy trusts.");
  const objection = objectionToNotaryChain(chain, "timestamping") ?? objectionToNotaryValidity(chain, info.at);
  if (objection !== undefined) return refused(objection.code, objection.message);
  return {
    kind: "proven",
    at: info.at,
    earliest: new Date(info.at.getTime() - info.accuracyMs),
    latest: new Date(info.at.getTime() + info.accuracyMs),
    chain,
  };
}

interface Info {
  readonly digest: DigestName;
  readonly imprint: Buffer;
  readonly at: Date;
  readonly accuracyMs: number;
}

/** TSTInfo (RFC 3161, 2.4.2). */
function readInfo(content: Uint8Array): Info | undefined {
  const [version, policy, messageImprint, serial, time, ...optional] = childrenOf(readElement(content)) ?? [];
  const [algorithm, imprint, ...more] = childrenOf(messageImprint) ?? [];
  const digest = digestNames.get(objectIdentifierOf(childrenOf(algorithm)?.[0]) ?? "");
  const at = timeOf(time);
  const policyIdentifier = objectIdentifierOf(policy);
  if (smallIntegerOf(version) !== 1 || policyIdentifier === undefined || serial?.tag !== 0x02) return undefined;
  if (digest === undefined || imprint?.tag !== 0x04 || more.length > 0 || at === undefined) return undefined;
  let accuracyMs = policyIdentifier === identifiers.baselinePolicy ? 1000 : 0;
  for (const field of optional) {
    if (field.tag === 0x30) {
      const read = readAccuracy(field);
      if (read === undefined) return undefined;
      accuracyMs = read;
    }
    // RFC 5280, 4.2 holds for the extensions of a token too: one that is critical and not understood refuses it.
    if (field.tag === 0xa1 && (childrenOf(field, 0xa1) ?? []).some(isCritical)) return undefined;
  }
  return { digest, imprint: Buffer.from(imprint.content), at, accuracyMs };
}

/** Accuracy: seconds, [0] milliseconds, [1] microseconds, each of which may be absent. Microseconds are rounded up. */
function readAccuracy(field: DerElement): number | undefined {
  let total = 0;
  for (const part of childrenOf(field) ?? []) {
    const value = smallIntegerOf({ ...part, tag: 0x02 });
    const factor = new Map([
      [0x02, 1000],
      [0x80, 1],
      [0x81, 0.001],
    ]).get(part.tag);
    if (value === undefined || factor === undefined) return undefined;
    total += value * factor;
  }
  return Math.ceil(total);
}

function isCritical(extension: DerElement): boolean {
  const parts = childrenOf(extension) ?? [];
  return parts.length !== 2 && booleanOf(parts[1]) !== false;
}

/** GeneralizedTime with a fraction, as RFC 3161, 2.4.2 allows. */
function timeOf(element: DerElement | undefined): Date | undefined {
  if (element?.tag !== 0x18) return undefined;
  const text = Buffer.from(element.content).toString("latin1");
  const [, year, month, day, hour, minute, second, fraction = ""] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction.slice(0, 4)}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The certificate whose digest the signed attribute gives; its issuer and serial number must be the signer's too. */
function signerOf({ attributes, certificates, isSigner }: SignedData): Certificate | undefined {
  const [value, ...others] = attributes.get(identifiers.signingCertificateV2) ?? [];
  const [list] = childrenOf(value) ?? [];
  const [first] = childrenOf(list) ?? [];
  const fields = childrenOf(first) ?? [];
  if (others.length > 0) return undefined;
  // ESSCertIDv2: the algorithm is left out where it is SHA-256.
  const [algorithm, hash] = fields[0]?.tag === 0x30 ? fields : [undefined, fields[0]];
  const digest =
    algorithm === undefined ? "sha256" : digestNames.get(objectIdentifierOf(childrenOf(algorithm)?.[0]) ?? "");
  if (digest === undefined || hash?.tag !== 0x04) return undefined;
  const named = certificates.filter((der) => createHash(digest).update(der).digest().equals(hash.content));
  const certificate = named[0] === undefined ? undefined : readCertificate(named[0]);
  return certificate !== undefined && isSigner(certificate) ? certificate : undefined;
}

/** RFC 5652, 5.4: the signature covers the attributes, and those cover the content. */
function isSigned(signed: SignedData, { publicKey }: Certificate): boolean {
  const { attributes, content, digest, signature } = signed;
  const [type, ...otherTypes] = attributes.get(identifiers.contentType) ?? [];
  const [messageDigest, ...otherDigests] = attributes.get(identifiers.messageDigest) ?? [];
  if (otherTypes.length > 0 || otherDigests.length > 0 || messageDigest?.tag !== 0x04) return false;
  if (objectIdentifierOf(type) !== signed.contentType) return false;
  if (!createHash(digest).update(content).digest().equals(messageDigest.content)) return false;
  if (publicKey.key.asymmetricKeyType !== signed.signatureKey) return false;
  return verifyData(publicKey, signed.signatureDigest, signed.signedAttributes, signature);
}

interface Search {
  readonly trusted: readonly Certificate[];
  readonly bag: readonly Certificate[];
  /** How many more certificates are tried. */
  steps: number;
}

/** Depth first, every certificate once; roots first, so that a token's own copy of a root is not needed. */
function pathTo(search: Search, path: readonly Certificate[]): readonly Certificate[] | undefined {
  const last = path.at(-1);
  if (last === undefined || path.length > limits.path) return undefined;
  if (search.trusted.some((root) => same(root, last))) return path;
  const root = search.trusted.find((candidate) => isIssuedBy(last, candidate));
  if (root !== undefined) return [...path, root];
  for (const issuer of search.bag) {
    if (path.some((certificate) => same(certificate, issuer))) continue;
    if (--search.steps < 0) return undefined;
    const found = isIssuedBy(last, issuer) ? pathTo(search, [...path, issuer]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function same(one: Certificate, other: Certificate): boolean {
  return Buffer.compare(one.der, other.der) === 0;
}

function refused(code: string, message: string): StampOutcome {
  return { kind: "refused", code, message };
}
