import { createHash } from "node:crypto";
import { readCertificate, type Certificate } from "./certificate.ts";
import { isIssuedBy } from "./chain.ts";
import {
  bitStringOf,
  childrenOf,
  derOf,
  objectIdentifierOf,
  onlyChildOf,
  readElement,
  timeOf,
  type DerElement,
} from "./der.ts";
import { keyPurposesOf } from "./extensions.ts";
import {
  isCurrent,
  isSignedBy,
  unknownStatus,
  type RevocationStatus,
  type RevocationSubject,
} from "./revocationStatus.ts";

const identifiers = {
  basicResponse: "1.3.6.1.5.5.7.48.1.1",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
  invalidityDate: "2.5.29.24",
} as const;

/** AlgorithmIdentifier of SHA-1, with which responders name certificates (RFC 5019, 2.1.1); nothing is signed with it. */
const sha1Identifier = Buffer.from("300906052b0e03021a0500", "hex");

/** Digests that name a certificate in answers. */
const nameDigests = new Map([
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
]);

/** More single answers or certificates are not looked at. */
const limits = { answers: 100, certificates: 8 };

/** The question about one certificate (RFC 6960, 4.1.1): without a nonce, so that answers can be prepared and kept. */
export function ocspRequest(certificate: Certificate, issuer: Certificate): Uint8Array {
  const [name, key] = issuerHashes(issuer, "sha1");
  const serial = Buffer.from(certificate.serialNumber, "hex");
  const identifier = derOf(0x30, sha1Identifier, derOf(0x04, name), derOf(0x04, key), derOf(0x02, serial));
  return derOf(0x30, derOf(0x30, derOf(0x30, derOf(0x30, identifier))));
}

/**
 * What an OCSPResponse (RFC 6960, 4.2) says about a certificate. It must be signed by the certificate's issuer, or by
 * somebody whom that issuer certified for it (4.2.2.2), be about this certificate, and be current.
 */
export function ocspStatus(response: Uint8Array, subject: RevocationSubject): RevocationStatus {
  const [status, wrapper, ...others] = childrenOf(readElement(response)) ?? [];
  if (status?.tag !== 0x0a || status.content.length !== 1 || status.content[0] !== 0) return unknownStatus;
  const [type, octets, ...more] = childrenOf(onlyChildOf(wrapper, 0xa0)) ?? [];
  if (objectIdentifierOf(type) !== identifiers.basicResponse || octets?.tag !== 0x04) return unknownStatus;
  const [data, algorithm, signature, certificates, ...rest] = childrenOf(readElement(octets.content)) ?? [];
  if (others.length + more.length + rest.length > 0) return unknownStatus;
  const bits = bitStringOf(signature);
  if (data === undefined || bits?.unused !== 0 || (certificates?.tag ?? 0xa0) !== 0xa0) return unknownStatus;
  const signers = [subject.issuer, ...delegatesIn(certificates, subject)];
  if (!signers.some((signer) => isSignedBy(signer, data, algorithm, bits.octets))) return unknownStatus;
  return statusIn(data, subject);
}

/** RFC 6960, 4.2.2.2: certified by the issuer itself, for nothing but answers as far as this goes, and valid now. */
function delegatesIn(
  certificates: DerElement | undefined,
  { issuer, time }: RevocationSubject,
): readonly Certificate[] {
  const list = childrenOf(onlyChildOf(certificates, 0xa0)) ?? [];
  return list.slice(0, limits.certificates).flatMap(({ whole }) => {
    const certificate = readCertificate(whole);
    if (certificate === undefined || !isIssuedBy(certificate, issuer)) return [];
    const isValid = certificate.notBefore <= time && time <= certificate.notAfter;
    return isValid && keyPurposesOf(certificate)?.includes(identifiers.ocspSigning) === true ? [certificate] : [];
  });
}

function statusIn(data: DerElement, subject: RevocationSubject): RevocationStatus {
  const fields = childrenOf(data) ?? [];
  // The version is left out where it is 1; then come the responder, the time, the answers, and extensions.
  const [, , answers] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  const about = (childrenOf(answers) ?? []).slice(0, limits.answers).filter((answer) => isAbout(answer, subject));
  const [answer, ...others] = about;
  // Two answers about one certificate would let two readers choose differently.
  return answer === undefined || others.length > 0 ? unknownStatus : readAnswer(answer, subject.time);
}

function isAbout(answer: DerElement, { certificate, issuer }: RevocationSubject): boolean {
  const [algorithm, name, key, serial] = childrenOf(childrenOf(answer)?.[0]) ?? [];
  const digest = nameDigests.get(objectIdentifierOf(childrenOf(algorithm)?.[0]) ?? "");
  if (digest === undefined || name?.tag !== 0x04 || key?.tag !== 0x04 || serial?.tag !== 0x02) return false;
  const [issuerName, issuerKey] = issuerHashes(issuer, digest);
  return (
    issuerName.equals(name.content) &&
    issuerKey.equals(key.content) &&
    Buffer.from(serial.content).toString("hex") === certificate.serialNumber
  );
}

function readAnswer(answer: DerElement, time: Date): RevocationStatus {
  const [, status, thisUpdate, ...optional] = childrenOf(answer) ?? [];
  const next = optional.find(({ tag }) => tag === 0xa0);
  if (!isCurrent(timeOf(thisUpdate), timeOf(childrenOf(next, 0xa0)?.[0]), time)) return unknownStatus;
  if (status?.tag === 0x80 && status.content.length === 0) return { kind: "good" };
  if (status?.tag !== 0xa1) return unknownStatus;
  const at = timeOf(childrenOf(status, 0xa1)?.[0]);
  if (at === undefined) return unknownStatus;
  const invalidSince = invalidityDateIn(optional.find(({ tag }) => tag === 0xa1));
  return { kind: "revoked", at, ...(invalidSince === undefined ? {} : { invalidSince }) };
}

function invalidityDateIn(extensions: DerElement | undefined): Date | undefined {
  for (const extension of childrenOf(childrenOf(extensions, 0xa1)?.[0]) ?? []) {
    const parts = childrenOf(extension) ?? [];
    const value = parts.at(-1);
    if (objectIdentifierOf(parts[0]) === identifiers.invalidityDate && value?.tag === 0x04)
      return timeOf(readElement(value.content));
  }
  return undefined;
}

/** Digests of an issuer's name and of its key's bits (RFC 6960, 4.1.1). */
function issuerHashes({ subject, publicKey }: Certificate, digest: string): readonly [Buffer, Buffer] {
  const spki = readElement(publicKey.key.export({ type: "spki", format: "der" }));
  const bits = bitStringOf(childrenOf(spki)?.[1])?.octets ?? Buffer.alloc(0);
  return [createHash(digest).update(subject).digest(), createHash(digest).update(bits).digest()];
}
