import { createHash, sign } from "node:crypto";
import { readCertificate } from "../../src/core/x509/certificate.ts";
import { childrenOf, readElement } from "../../src/core/x509/der.ts";
import {
  boolean,
  element,
  explicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
} from "../../src/trial/x509/der.ts";
import {
  extendedKeyUsage,
  issueTestCertificate,
  keyUsage,
  timeStampingPurpose,
  type TestCertificate,
  type TestCertificateRequest,
} from "./notary.ts";

/** What a token says; left out, what a good one says. */
export interface TokenRequest {
  readonly data: Uint8Array;
  readonly signer: TestCertificate;
  /** Certificates in the token, in this order. */
  readonly certificates: readonly Buffer[];
  readonly at?: Date;
  /** GeneralizedTime as it stands, in place of `at`. */
  readonly time?: string;
  readonly accuracy?: Buffer;
  readonly policy?: string;
  readonly version?: number;
  readonly contentType?: string;
  /** The content type that the signed attributes name. */
  readonly attributedType?: string;
  /** Whom ESSCertIDv2 names; nobody where it is null. */
  readonly names?: Buffer | null;
  /** Whom the signer's identifier names. */
  readonly identifies?: Buffer;
  readonly messageDigest?: Buffer;
  readonly imprint?: Buffer;
  /** AlgorithmIdentifier of the imprint. */
  readonly imprintAlgorithm?: Buffer;
  /** AlgorithmIdentifier of the digest that names the signer. */
  readonly namingAlgorithm?: Buffer;
  readonly extensions?: readonly Buffer[];
  /** Signs twice. */
  readonly signers?: number;
  /** AlgorithmIdentifier of the signature; ECDSA with SHA-256 without it. */
  readonly signatureAlgorithm?: Buffer;
  /** SignerIdentifier as it stands, in place of issuer and serial number. */
  readonly identifier?: Buffer;
  /** Rewrites what the token says, before it is signed. */
  readonly rewriteInfo?: (info: Buffer) => Buffer;
  /** Rewrites the signed attributes, as the SET that is signed. */
  readonly rewriteAttributes?: (attributes: Buffer) => Buffer;
}

const tstInfo = "1.2.840.113549.1.9.16.1.4";
const sha256 = sequence(objectIdentifier("2.16.840.1.101.3.4.2.1"));
const hash = (data: Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** A root for time stamps, and an authority that it issued for. */
export function createStampChain(more: Partial<TestCertificateRequest> = {}): {
  readonly root: TestCertificate;
  readonly authority: TestCertificate;
} {
  const root = issueTestCertificate({ name: { C: "US", O: "Clock", CN: "root" }, kind: "authority" });
  const authority = issueTestCertificate({
    name: { C: "US", O: "Clock", CN: "stamps" },
    kind: "leaf",
    issuer: root,
    extensions: [keyUsage(0x80), extendedKeyUsage([timeStampingPurpose], true)],
    ...more,
  });
  return { root, authority };
}

/** Makes a TimeStampToken (RFC 3161, 2.4.2) with ECDSA and SHA-256. */
export function stampToken(request: TokenRequest): Buffer {
  const { signer, contentType = tstInfo } = request;
  const digits = (request.at ?? new Date("2026-11-20T09:00:00Z")).toISOString().replace(/[-:T]|\.\d+/g, "");
  const usualInfo = sequence(
    integer(Buffer.from([request.version ?? 1])),
    objectIdentifier(request.policy ?? "1.2.3.4"),
    sequence(request.imprintAlgorithm ?? sha256, octetString(request.imprint ?? hash(request.data))),
    integer(Buffer.from([7])),
    element(0x18, Buffer.from(request.time ?? digits)),
    ...(request.accuracy === undefined ? [] : [request.accuracy]),
    boolean(true),
    ...(request.extensions === undefined ? [] : [explicit(1, ...request.extensions)]),
  );
  const info = request.rewriteInfo?.(usualInfo) ?? usualInfo;
  const attribute = (type: string, value: Buffer): Buffer => sequence(objectIdentifier(type), setOf(value));
  const naming = request.namingAlgorithm === undefined ? [] : [request.namingAlgorithm];
  const named = request.names === undefined ? signer.der : request.names;
  const usualAttributes = setOf(
    attribute("1.2.840.113549.1.9.3", objectIdentifier(request.attributedType ?? contentType)),
    attribute("1.2.840.113549.1.9.4", octetString(request.messageDigest ?? hash(info))),
    ...(named === null
      ? []
      : [attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(...naming, octetString(hash(named))))))]),
  );
  const signedSet = request.rewriteAttributes?.(usualAttributes) ?? usualAttributes;
  const identified = readCertificate(request.identifies ?? signer.der);
  const body = childrenOf(childrenOf(readElement(request.identifies ?? signer.der))?.[0]);
  const signerInfo = sequence(
    integer(Buffer.from([1])),
    request.identifier ?? sequence(Buffer.from(identified?.issuer ?? []), Buffer.from(body?.[1]?.whole ?? [])),
    sha256,
    Buffer.concat([Buffer.from([0xa0]), signedSet.subarray(1)]),
    request.signatureAlgorithm ?? sequence(objectIdentifier("1.2.840.10045.4.3.2")),
    octetString(sign("sha256", signedSet, signer.keys.privateKey)),
  );
  const signedData = sequence(
    integer(Buffer.from([3])),
    setOf(sha256),
    sequence(objectIdentifier(contentType), explicit(0, octetString(info))),
    element(0xa0, ...request.certificates),
    setOf(...Array.from({ length: request.signers ?? 1 }, () => signerInfo)),
  );
  return sequence(objectIdentifier("1.2.840.113549.1.7.2"), explicit(0, signedData));
}
