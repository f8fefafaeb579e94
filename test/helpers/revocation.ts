import { createHash, sign, type KeyObject } from "node:crypto";
import { childrenOf, readElement } from "../../src/core/x509/der.ts";
import {
  bitString,
  boolean,
  element,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
} from "../../src/trial/x509/der.ts";
import { extension } from "../../src/trial/x509/issueCertificate.ts";
import { encodeName, type TestCertificate } from "./notary.ts";

const ecdsa = sequence(objectIdentifier("1.2.840.10045.4.3.2"));

/** GeneralizedTime. */
export function generalized(date: Date): Buffer {
  return element(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
}

/** The fields of a certificate's body: version, serial number, ... */
function bodyOf(certificate: TestCertificate): readonly Buffer[] {
  return (childrenOf(childrenOf(readElement(certificate.der))?.[0]) ?? []).map(({ whole }) => Buffer.from(whole));
}

/** An extension that names where to ask: a responder, or a list. */
export function responderAt(url: string): Buffer {
  const place = implicit(6, Buffer.from(url));
  return extension("1.3.6.1.5.5.7.1.1", false, sequence(sequence(objectIdentifier("1.3.6.1.5.5.7.48.1"), place)));
}
export function listAt(...urls: readonly string[]): Buffer {
  const points = urls.map((url) => sequence(explicit(0, explicit(0, implicit(6, Buffer.from(url))))));
  return extension("2.5.29.31", false, sequence(...points));
}

export interface OcspRequest {
  readonly certificate: TestCertificate;
  readonly issuer: TestCertificate;
  readonly status?: "good" | "unknown" | Date;
  readonly thisUpdate?: Date;
  /** None where it is null. */
  readonly nextUpdate?: Date | null;
  readonly signedBy?: KeyObject;
  readonly certificates?: readonly Buffer[];
  /** The same answer this many times. */
  readonly times?: number;
  readonly responseStatus?: number;
  readonly digest?: "sha1" | "sha256";
  readonly invalidSince?: Date;
}

/** An OCSPResponse (RFC 6960, 4.2), signed with ECDSA and SHA-256. */
export function ocspResponse(request: OcspRequest): Buffer {
  const { certificate, issuer, status = "good", digest = "sha1" } = request;
  const hash = (data: Uint8Array): Buffer => createHash(digest).update(data).digest();
  const spki = childrenOf(readElement(issuer.keys.publicKey.export({ type: "spki", format: "der" })));
  const identifier = sequence(
    sequence(objectIdentifier(digest === "sha1" ? "1.3.14.3.2.26" : "2.16.840.1.101.3.4.2.1")),
    octetString(hash(encodeName(issuer.name))),
    octetString(hash(Buffer.from(spki?.[1]?.content.subarray(1) ?? []))),
    bodyOf(certificate)[1] ?? Buffer.alloc(0),
  );
  const next = request.nextUpdate === undefined ? new Date("2026-11-28T00:00:00Z") : request.nextUpdate;
  const answer = sequence(
    identifier,
    status === "good" ? element(0x80) : status === "unknown" ? element(0x82) : element(0xa1, generalized(status)),
    generalized(request.thisUpdate ?? new Date("2026-11-21T00:00:00Z")),
    ...(next === null ? [] : [explicit(0, generalized(next))]),
    ...(request.invalidSince === undefined
      ? []
      : [explicit(1, sequence(extension("2.5.29.24", false, generalized(request.invalidSince))))]),
  );
  const data = sequence(
    explicit(1, encodeName(issuer.name)),
    generalized(new Date("2026-11-21T00:00:00Z")),
    sequence(...Array.from({ length: request.times ?? 1 }, () => answer)),
  );
  const signature = bitString(sign("sha256", data, request.signedBy ?? issuer.keys.privateKey));
  const certificates = request.certificates === undefined ? [] : [explicit(0, sequence(...request.certificates))];
  const basic = sequence(data, ecdsa, signature, ...certificates);
  return sequence(
    element(0x0a, Buffer.from([request.responseStatus ?? 0])),
    explicit(0, sequence(objectIdentifier("1.3.6.1.5.5.7.48.1.1"), octetString(basic))),
  );
}

export interface ListRequest {
  readonly issuer: TestCertificate;
  readonly revoked?: readonly {
    readonly certificate: TestCertificate;
    readonly at: Date;
    readonly extensions?: readonly Buffer[];
  }[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  readonly signedBy?: KeyObject;
  /** Who the list says made it. */
  readonly names?: TestCertificate;
  readonly extensions?: readonly Buffer[];
}

/** A CertificateList (RFC 5280, 5.1), signed with ECDSA and SHA-256. */
export function revocationList(request: ListRequest): Buffer {
  const next = request.nextUpdate === undefined ? new Date("2026-11-28T00:00:00Z") : request.nextUpdate;
  const entries = (request.revoked ?? []).map(({ certificate, at, extensions }) =>
    sequence(
      bodyOf(certificate)[1] ?? Buffer.alloc(0),
      generalized(at),
      ...(extensions === undefined ? [] : [sequence(...extensions)]),
    ),
  );
  const body = sequence(
    integer(Buffer.from([1])),
    ecdsa,
    encodeName((request.names ?? request.issuer).name),
    generalized(request.thisUpdate ?? new Date("2026-11-21T00:00:00Z")),
    ...(next === null ? [] : [generalized(next)]),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(request.extensions === undefined ? [] : [explicit(0, sequence(...request.extensions))]),
  );
  return sequence(body, ecdsa, bitString(sign("sha256", body, request.signedBy ?? request.issuer.keys.privateKey)));
}

/** IssuingDistributionPoint (RFC 5280, 5.2.5): for a place, and flags by their tag numbers. */
export function issuingPoint(url: string | undefined, ...flags: readonly number[]): Buffer {
  const place = url === undefined ? [] : [explicit(0, explicit(0, implicit(6, Buffer.from(url))))];
  const raised = flags.map((flag) => implicit(flag, boolean(true).subarray(2)));
  return extension("2.5.29.28", true, sequence(...place, ...raised));
}
