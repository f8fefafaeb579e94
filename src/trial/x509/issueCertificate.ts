import { createHash, randomBytes, sign, type KeyObject } from "node:crypto";
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from "./der.ts";

/** A distinguished name in the three attributes that the trial uses. */
interface Name {
  readonly organization: string;
  readonly organizationalUnit?: string;
  readonly commonName: string;
}

/** Who signs a certificate: `key` is a P-256 or P-384 private key. */
export interface CertificateIssuer {
  readonly name: Name;
  readonly key: KeyObject;
  readonly publicKey: KeyObject;
}

/** What a certificate says. `extensions` are whole Extension values (RFC 5280, 4.1), after the ones made here. */
export interface CertificateRequest {
  readonly subject: Name | undefined;
  readonly publicKey: KeyObject;
  readonly issuer: CertificateIssuer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly usage:
    | { readonly kind: "authority"; readonly pathLength?: number }
    | { readonly kind: "leaf"; readonly extendedKeyUsages: readonly string[]; readonly extendedCritical?: boolean };
  readonly extensions?: readonly Uint8Array[];
  /** First octet of the key usage bits (RFC 5280, 4.2.1.3); what the usage needs without it. */
  readonly keyUsage?: number;
  /** Sixteen octets; random without it. A precertificate and its certificate share one (RFC 6962). */
  readonly serialNumber?: Uint8Array;
}

/** Extended key usage of code signing (RFC 5280, 4.2.1.12). */
export const codeSigning = "1.3.6.1.5.5.7.3.3";

/** Issues an X.509 v3 certificate (RFC 5280, 4.1) and gives it as DER. The signature is ECDSA with SHA-256. */
export function issueCertificate(request: CertificateRequest): Buffer {
  const algorithm = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
  const spki = spkiOf(request.publicKey);
  const authority = request.usage.kind === "authority";
  const serial = Buffer.from(request.serialNumber ?? randomBytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    encodeName(request.issuer.name),
    sequence(time(request.notBefore), time(request.notAfter)),
    request.subject === undefined ? sequence() : encodeName(request.subject),
    spki,
    explicit(
      3,
      sequence(
        ...(request.usage.kind === "authority" ? [basicConstraints(request.usage.pathLength)] : []),
        // keyCertSign and cRLSign for an authority, digitalSignature for a leaf.
        extension(
          "2.5.29.15",
          true,
          bitString(Buffer.from([request.keyUsage ?? (authority ? 0x06 : 0x80)]), authority ? 1 : 7),
        ),
        ...(request.usage.kind === "leaf"
          ? [
              extension(
                "2.5.29.37",
                request.usage.extendedCritical === true,
                sequence(...request.usage.extendedKeyUsages.map(objectIdentifier)),
              ),
            ]
          : []),
        extension("2.5.29.14", false, octetString(keyIdentifier(request.publicKey))),
        extension("2.5.29.35", false, sequence(implicit(0, keyIdentifier(request.issuer.publicKey)))),
        ...(request.extensions ?? []),
      ),
    ),
  );
  const signature = sign("sha256", body, request.issuer.key);
  return sequence(body, algorithm, bitString(signature));
}

/** One Extension (RFC 5280, 4.1): `value` is the DER that its OCTET STRING holds. */
export function extension(identifier: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(identifier), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** PEM text (RFC 7468) of a DER certificate. */
export function certificatePem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function basicConstraints(pathLength: number | undefined): Buffer {
  const limit = pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))];
  return extension("2.5.29.19", true, sequence(boolean(true), ...limit));
}

/** A distinguished name (RFC 5280, 4.1.2.4). */
export function encodeName(name: Name): Buffer {
  const attribute = (identifier: string, value: string): Buffer =>
    setOf(sequence(objectIdentifier(identifier), utf8String(value)));
  return sequence(
    attribute("2.5.4.10", name.organization),
    ...(name.organizationalUnit === undefined ? [] : [attribute("2.5.4.11", name.organizationalUnit)]),
    attribute("2.5.4.3", name.commonName),
  );
}

/** RFC 5280, 4.2.1.2 leaves the method open; RFC 7093 method 1 avoids SHA-1. */
export function keyIdentifier(key: KeyObject): Buffer {
  return createHash("sha256").update(spkiOf(key)).digest().subarray(0, 20);
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
