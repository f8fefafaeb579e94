import { createHash } from "node:crypto";
import { readCertificate, type Certificate } from "./certificate.ts";
import { isIssuedBy, objectionToChain, type ChainObjection } from "./chain.ts";
import { readSignedData, type SignedData } from "./cms.ts";
import { childrenOf, objectIdentifierOf, readElement, smallIntegerOf } from "./der.ts";
import { basicConstraintsOf } from "./extensions.ts";
import { objectionToNotaryChain, objectionToNotaryValidity } from "./notaryChain.ts";
import { digestNames } from "./publicKey.ts";
import { isSignedAs } from "./signatureAlgorithm.ts";
import { readStampInfo } from "./timestampInfo.ts";

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
  signingCertificate: "1.2.840.113549.1.9.16.2.12",
} as const;

/** Longer paths from an authority to a root are not tried, nor more steps: certificates of one key could issue each other. */
const limits = { path: 6, steps: 200 };

/**
 * Verifies a time-stamp token (RFC 3161, 2.4.2: the bare ContentInfo) over `data` by the Notary Project's rules. Its path
 * must end at one of `roots`, every certificate valid at the token's time, for time stamps alone.
 */
export function verifyTimestampToken(token: Uint8Array, data: Uint8Array, roots: readonly Uint8Array[]): StampOutcome {
  return verifyToken(token, data, {
    trusted: roots.map(readCertificate).filter((certificate) => certificate !== undefined),
    known: [],
    objection: (chain, at) => objectionToNotaryChain(chain, "timestamping") ?? objectionToNotaryValidity(chain, at),
  });
}

/** A time-stamp authority as a trusted root states it: its own certificate or its issuer's first, the anchor last. */
export interface StampAuthority {
  readonly chain: readonly Certificate[];
  readonly start: Date;
  readonly end: Date | undefined;
}

/**
 * Verifies a TimeStampResp (RFC 3161, 2.4.2) over `data` by authorities of a Sigstore trusted root, each for the time that
 * the root states: one that accepts it is enough. Where the root names the authority's own certificate, only that one counts.
 */
export function verifyTimestampResponse(
  response: Uint8Array,
  data: Uint8Array,
  authorities: readonly StampAuthority[],
): StampOutcome {
  const [info, token, ...more] = childrenOf(readElement(response)) ?? [];
  const status = smallIntegerOf(childrenOf(info)?.[0]);
  // Granted, or granted with modifications; whatever else came is no time stamp.
  if ((status !== 0 && status !== 1) || token === undefined || more.length > 0)
    return refused("timestamp-malformed", "The time stamp cannot be read, or was not granted.");
  let outcome = untrusted;
  for (const { chain, start, end } of authorities) {
    const anchor = chain.at(-1);
    const [first] = chain;
    if (anchor === undefined || first === undefined) continue;
    const tried = verifyToken(token.whole, data, {
      trusted: [anchor],
      known: chain,
      ...(isAuthority(first) ? {} : { signer: first }),
      objection: (path, at) => objectionToChain(path, at, "timeStamping"),
    });
    const isThen = tried.kind === "proven" && start <= tried.at && (end === undefined || tried.at <= end);
    if (isThen) return tried;
    if (tried.kind === "refused" && tried.code !== untrusted.code) outcome = tried;
  }
  return outcome;
}

const untrusted = refused("timestamp-untrusted", "The time stamp's authority is not one that is trusted.");

interface Trust {
  readonly trusted: readonly Certificate[];
  /** Certificates that may lead from the signer's to a trusted one, beside those of the token. */
  readonly known: readonly Certificate[];
  /** The only certificate that may have signed. */
  readonly signer?: Certificate;
  readonly objection: (chain: readonly Certificate[], at: Date) => ChainObjection | undefined;
}

/**
 * Which certificate signed, the signed attribute ESSCertIDv2 says (RFC 5816), never the order of the token's certificates
 * (CVE-2026-39984, CVE-2026-33753).
 */
function verifyToken(token: Uint8Array, data: Uint8Array, trust: Trust): StampOutcome {
  const signed = readSignedData(token);
  if (signed === undefined) return refused("timestamp-malformed", "The time stamp cannot be read.");
  if (signed.contentType !== identifiers.tstInfo)
    return refused("timestamp-malformed", "What should be a time stamp is about something else.");
  const info = readStampInfo(signed.content);
  if (info === undefined) return refused("timestamp-malformed", "The time stamp's content cannot be read.");
  if (!createHash(info.digest).update(data).digest().equals(info.imprint))
    return refused("timestamp-mismatch", "The time stamp is for another signature.");
  const certificates = certificatesOf(signed, trust.known);
  const signer = signerOf(signed, certificates) ?? olderSignerOf(signed, trust.signer);
  if (signer === undefined)
    return refused("timestamp-signer", "The time stamp does not say by which certificate it was made.");
  if (trust.signer !== undefined && !same(trust.signer, signer)) return untrusted;
  if (!isSigned(signed, signer))
    return refused("timestamp-wrong", "The time stamp was not made by the certificate that it names.");

  const search = { trusted: trust.trusted, bag: certificates, steps: limits.steps };
  const chain = pathTo(search, [signer]);
  if (chain === undefined) return untrusted;
  const objection = trust.objection(chain, info.at);
  if (objection !== undefined) return refused(objection.code, objection.message);
  return {
    kind: "proven",
    at: info.at,
    earliest: new Date(info.at.getTime() - info.accuracyMs),
    latest: new Date(info.at.getTime() + info.accuracyMs),
    chain,
  };
}

/** Known certificates as they stand, which costs nothing, and the others of the token. */
function certificatesOf({ certificates }: SignedData, known: readonly Certificate[]): readonly Certificate[] {
  const others = certificates.filter((der) => !known.some((each) => Buffer.compare(each.der, der) === 0));
  return [...known, ...others.flatMap((der) => readCertificate(der) ?? [])];
}

/** The certificate whose digest the signed attribute gives; its issuer and serial number must be the signer's too. */
function signerOf({ attributes, isSigner }: SignedData, candidates: readonly Certificate[]): Certificate | undefined {
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
  const named = candidates.find(({ der }) => createHash(digest).update(der).digest().equals(hash.content));
  return named !== undefined && isSigner(named) ? named : undefined;
}

/**
 * ESSCertID (RFC 3161, 2.4.2), whose SHA-1 chooses nothing here: it only has to agree with the one certificate that the
 * root itself names.
 */
function olderSignerOf({ attributes, isSigner }: SignedData, pinned: Certificate | undefined): Certificate | undefined {
  if (pinned === undefined || attributes.has(identifiers.signingCertificateV2)) return undefined;
  const [value, ...others] = attributes.get(identifiers.signingCertificate) ?? [];
  const [list] = childrenOf(value) ?? [];
  const [first] = childrenOf(list) ?? [];
  const [hash] = childrenOf(first) ?? [];
  if (others.length > 0 || hash?.tag !== 0x04) return undefined;
  const agrees = createHash("sha1").update(pinned.der).digest().equals(hash.content);
  return agrees && isSigner(pinned) ? pinned : undefined;
}

/** RFC 5652, 5.4: the signature covers the attributes, and those cover the content. */
function isSigned(signed: SignedData, { publicKey }: Certificate): boolean {
  const { attributes, content, digest, signature } = signed;
  const [type, ...otherTypes] = attributes.get(identifiers.contentType) ?? [];
  const [messageDigest, ...otherDigests] = attributes.get(identifiers.messageDigest) ?? [];
  if (otherTypes.length > 0 || otherDigests.length > 0 || messageDigest?.tag !== 0x04) return false;
  if (objectIdentifierOf(type) !== signed.contentType) return false;
  if (!createHash(digest).update(content).digest().equals(messageDigest.content)) return false;
  return isSignedAs(signed.signatureAlgorithm, publicKey, signed.signedAttributes, signature);
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

function isAuthority(certificate: Certificate): boolean {
  const constraints = basicConstraintsOf(certificate);
  return constraints !== undefined && constraints !== "malformed" && constraints.authority;
}

function same(one: Certificate, other: Certificate): boolean {
  return Buffer.compare(one.der, other.der) === 0;
}

function refused(code: string, message: string): Extract<StampOutcome, { kind: "refused" }> {
  return { kind: "refused", code, message };
}
