import type { Certificate } from "./certificate.ts";
import { childrenOf, derOf, objectIdentifierOf, readElement } from "./der.ts";
import { verifyData, type PublicKey } from "./publicKey.ts";

/** A certificate log, as a trusted root states it. */
export interface CertificateLog {
  /** SHA-256 of its key, lower-case hex. */
  readonly id: string;
  readonly key?: PublicKey;
  readonly start: Date;
  readonly end: Date | undefined;
}

/** The extension with the promises of certificate logs (RFC 6962, 3.3). */
const promises = "1.3.6.1.4.1.11129.2.4.2";

/** More promises are not looked at. */
const maximumPromises = 16;

/**
 * Whether a log promised to include a certificate (RFC 6962, 3.2): over the certificate without its promises, and the key
 * of whoever issued it. Promises of logs that nobody knows are passed over; a wrong one of a known log refuses all.
 */
export function isInCertificateLog(
  certificate: Certificate,
  issuer: Certificate,
  logs: readonly CertificateLog[],
): boolean {
  const extension = certificate.extensions.get(promises);
  const list = extension === undefined ? undefined : readElement(extension.value);
  const body = bodyWithoutPromises(certificate);
  const found = list?.tag === 0x04 ? readPromises(Buffer.from(list.content)) : undefined;
  if (body === undefined || found === undefined) return false;
  const known = found.filter(({ log }) => logs.some(({ id }) => id === log));
  return known.length > 0 && known.every((promise) => isKept(promise, body, issuer, logs));
}

interface LogPromise {
  /** Lower-case hex. */
  readonly log: string;
  readonly at: Buffer;
  readonly extensions: Buffer;
  readonly signature: Buffer;
}

function isKept(
  { log, at, extensions, signature }: LogPromise,
  body: Uint8Array,
  issuer: Certificate,
  logs: readonly CertificateLog[],
): boolean {
  const time = new Date(Number(at.readBigUInt64BE()));
  const signed = Buffer.concat([
    // Version 1, a certificate's time stamp, its time, and that it is about a certificate before it was completed.
    Buffer.from([0, 0]),
    at,
    Buffer.from([0, 1]),
    Buffer.from(issuer.publicKey.fingerprint, "hex"),
    lengthOf(body, 3),
    body,
    lengthOf(extensions, 2),
    extensions,
  ]);
  return logs.some(
    ({ id, key, start, end }) =>
      id === log &&
      key !== undefined &&
      start <= time &&
      (end === undefined || time <= end) &&
      verifyData(key, "sha256", signed, signature),
  );
}

/** The octets that a log was shown: what the issuer signed, without the extension that holds the promises. */
function bodyWithoutPromises({ body }: Certificate): Buffer | undefined {
  const fields = childrenOf(readElement(body));
  const [list] = childrenOf(fields?.at(-1), 0xa3) ?? [];
  const extensions = childrenOf(list);
  if (fields === undefined || extensions === undefined) return undefined;
  const kept = extensions.filter((extension) => objectIdentifierOf(childrenOf(extension)?.[0]) !== promises);
  const wrapped = derOf(0xa3, derOf(0x30, ...kept.map(({ whole }) => whole)));
  return derOf(0x30, ...fields.slice(0, -1).map(({ whole }) => whole), wrapped);
}

/** SignedCertificateTimestampList; only SHA-256, by ECDSA or RSA (RFC 6962, 2.1.4). */
function readPromises(list: Buffer): readonly LogPromise[] | undefined {
  const found: LogPromise[] = [];
  if (list.length < 2 || list.readUInt16BE(0) !== list.length - 2) return undefined;
  for (let at = 2; at < list.length;) {
    if (at + 2 > list.length || found.length === maximumPromises) return undefined;
    const length = list.readUInt16BE(at);
    const promise = readPromise(list.subarray(at + 2, at + 2 + length), length);
    if (promise === undefined) return undefined;
    found.push(promise);
    at += 2 + length;
  }
  return found;
}

function readPromise(octets: Buffer, length: number): LogPromise | undefined {
  if (octets.length !== length || length < 47 || octets[0] !== 0) return undefined;
  const extensionsEnd = 43 + octets.readUInt16BE(41);
  if (extensionsEnd + 4 > length) return undefined;
  const [hash, algorithm] = octets.subarray(extensionsEnd, extensionsEnd + 2);
  const signatureLength = octets.readUInt16BE(extensionsEnd + 2);
  if (hash !== 4 || (algorithm !== 1 && algorithm !== 3) || extensionsEnd + 4 + signatureLength !== length)
    return undefined;
  return {
    log: octets.subarray(1, 33).toString("hex"),
    at: octets.subarray(33, 41),
    extensions: octets.subarray(43, extensionsEnd),
    signature: octets.subarray(extensionsEnd + 4),
  };
}

function lengthOf(bytes: Uint8Array, octets: number): Buffer {
  const length = Buffer.alloc(octets);
  length.writeUIntBE(bytes.length, 0, octets);
  return length;
}
