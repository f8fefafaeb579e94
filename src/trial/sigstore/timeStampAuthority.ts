import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { childrenOf, readElement } from "../../core/x509/der.ts";
import { element, explicit, integer, objectIdentifier, octetString, sequence, setOf } from "../x509/der.ts";
import { issueCertificate, type CertificateIssuer } from "../x509/issueCertificate.ts";

/** A time-stamp authority (RFC 3161). */
export interface TrialTimeStampAuthority {
  /** DER: the certificate of the signer, then the root. */
  readonly chain: readonly Buffer[];
  /** The answer to a request in DER; one with the status "rejection" where the request is not understood. */
  answer(request: Uint8Array, at: Date): Buffer;
}

const organization = "TRIAL only, not for production";
const year = 365 * 24 * 60 * 60 * 1000;
const timeStamping = "1.3.6.1.5.5.7.3.8";
const tstInfo = "1.2.840.113549.1.9.16.1.4";
const policy = "1.3.6.1.4.1.57264.2";
const sha256 = sequence(objectIdentifier("2.16.840.1.101.3.4.2.1"));

/** Creates the authority with fresh keys; it is valid for a year around `now`. */
export function createTrialTimeStampAuthority(now: Date): TrialTimeStampAuthority {
  const root = named("Countersign TRIAL time-stamp root");
  const signer = named("Countersign TRIAL time stamps");
  const period = { notBefore: new Date(now.getTime() - year), notAfter: new Date(now.getTime() + year) };
  const issue = (subject: CertificateIssuer, usage: Parameters<typeof issueCertificate>[0]["usage"]): Buffer =>
    issueCertificate({ subject: subject.name, publicKey: subject.publicKey, issuer: root, ...period, usage });
  const rootDer = issue(root, { kind: "authority", pathLength: 0 });
  const leaf = issue(signer, { kind: "leaf", extendedKeyUsages: [timeStamping], extendedCritical: true });
  return {
    chain: [leaf, rootDer],
    answer(request, at) {
      const parts = childrenOf(readElement(request)) ?? [];
      const [, imprint] = parts;
      const [, hashed] = childrenOf(imprint) ?? [];
      // Status 2 is "rejection" (RFC 3161, 2.4.2).
      if (imprint === undefined || hashed?.content.length !== 32) return sequence(sequence(integer(Buffer.from([2]))));
      const nonce = parts.slice(2).find(({ tag }) => tag === 0x02)?.whole;
      return sequence(sequence(integer(Buffer.from([0]))), token(imprint.whole, nonce, at));
    },
  };

  function token(imprint: Uint8Array, nonce: Uint8Array | undefined, at: Date): Buffer {
    const info = sequence(
      integer(Buffer.from([1])),
      objectIdentifier(policy),
      imprint,
      integer(randomBytes(8)),
      element(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, ""))),
      ...(nonce === undefined ? [] : [nonce]),
    );
    const attribute = (type: string, value: Buffer): Buffer => sequence(objectIdentifier(type), setOf(value));
    const attributes = Buffer.concat([
      attribute("1.2.840.113549.1.9.3", objectIdentifier(tstInfo)),
      attribute("1.2.840.113549.1.9.4", octetString(hash(info))),
      // ESSCertIDv2 (RFC 5816) of the signer.
      attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(sequence(octetString(hash(leaf)))))),
    ]);
    const body = childrenOf(childrenOf(readElement(leaf))?.[0]) ?? [];
    const signerInfo = sequence(
      integer(Buffer.from([1])),
      sequence(body[3]?.whole ?? Buffer.alloc(0), body[1]?.whole ?? Buffer.alloc(0)),
      sha256,
      element(0xa0, attributes),
      sequence(objectIdentifier("1.2.840.10045.4.3.2")),
      octetString(sign("sha256", setOf(attributes), signer.key)),
    );
    const signedData = sequence(
      integer(Buffer.from([3])),
      setOf(sha256),
      sequence(objectIdentifier(tstInfo), explicit(0, octetString(info))),
      element(0xa0, leaf),
      setOf(signerInfo),
    );
    return sequence(objectIdentifier("1.2.840.113549.1.7.2"), explicit(0, signedData));
  }
}

function named(commonName: string): CertificateIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name: { organization, commonName }, key: privateKey, publicKey };
}

function hash(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}
