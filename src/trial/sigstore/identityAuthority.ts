import { generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { childrenOf, readElement } from "../../core/x509/der.ts";
import { implicit, sequence, utf8String } from "../x509/der.ts";
import { codeSigning, extension, issueCertificate, type CertificateIssuer } from "../x509/issueCertificate.ts";
import type { TrialCertificateLog } from "./certificateLog.ts";

/** Whom a certificate is for: a URI or an e-mail address, and the OIDC issuer that is said to vouch for it. */
export interface IdentityRequest {
  readonly publicKey: KeyObject;
  readonly identity: string;
  readonly issuer: string;
  readonly notBefore: Date;
  /** Ten minutes after `notBefore` without it, as Fulcio's. */
  readonly notAfter?: Date;
  /** Code signing without it. */
  readonly extendedKeyUsages?: readonly string[];
  readonly extensions?: readonly Uint8Array[];
  /** Absent: the certificate is in no log. */
  readonly log?: TrialCertificateLog;
}

/** A certificate authority for identities, as Fulcio is one: root, issuing authority, short-lived certificates. */
export interface TrialIdentityAuthority {
  /** DER: the issuing authority, then the root. */
  readonly chain: readonly Buffer[];
  /** Issues a certificate and gives it as DER. */
  issue(request: IdentityRequest): Buffer;
}

const organization = "TRIAL only, not for production";
const year = 365 * 24 * 60 * 60 * 1000;

/** Creates the authority with fresh keys; it is valid for a year around `now`. */
export function createTrialIdentityAuthority(now: Date): TrialIdentityAuthority {
  const root = authorityNamed("Countersign TRIAL identity root");
  const issuing = authorityNamed("Countersign TRIAL identity issuing");
  const period = { notBefore: new Date(now.getTime() - year), notAfter: new Date(now.getTime() + year) };
  const certify = (subject: CertificateIssuer, pathLength: number): Buffer =>
    issueCertificate({
      subject: subject.name,
      publicKey: subject.publicKey,
      issuer: root,
      ...period,
      usage: { kind: "authority", pathLength },
    });
  return {
    chain: [certify(issuing, 0), certify(root, 1)],
    issue(request) {
      const { identity, issuer, notBefore, log } = request;
      const name = identity.includes("://")
        ? implicit(6, Buffer.from(identity, "latin1"))
        : implicit(1, Buffer.from(identity, "latin1"));
      const issue = (serialNumber: Uint8Array, more: readonly Uint8Array[]): Buffer =>
        issueCertificate({
          subject: undefined,
          publicKey: request.publicKey,
          issuer: issuing,
          notBefore,
          notAfter: request.notAfter ?? new Date(notBefore.getTime() + 10 * 60 * 1000),
          usage: { kind: "leaf", extendedKeyUsages: request.extendedKeyUsages ?? [codeSigning] },
          serialNumber,
          extensions: [
            // RFC 5280, 4.1.2.6: critical, because the subject is empty.
            extension("2.5.29.17", true, sequence(name)),
            extension("1.3.6.1.4.1.57264.1.8", false, utf8String(issuer)),
            ...(request.extensions ?? []),
            ...more,
          ],
        });
      const serialNumber = randomBytes(16);
      if (log === undefined) return issue(serialNumber, []);
      // What the log promises is the certificate without its promise (RFC 6962, 3.2).
      const [body] = childrenOf(readElement(issue(serialNumber, []))) ?? [];
      const promise = log.promise(body?.whole ?? Buffer.alloc(0), issuing.publicKey, notBefore);
      return issue(serialNumber, [promise]);
    },
  };
}

function authorityNamed(commonName: string): CertificateIssuer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name: { organization, commonName }, key: privateKey, publicKey };
}
