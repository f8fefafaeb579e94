import type { Certificate } from "./certificate.ts";
import { allowsKeyUsage, basicConstraintsOf, extensionIds, keyPurposes, keyPurposesOf } from "./extensions.ts";
import { allowsNames } from "./nameConstraints.ts";
import { isSignedAs } from "./signatureAlgorithm.ts";

/** Why a chain is refused: a code to test for, and one sentence. */
export interface ChainObjection {
  readonly code:
    | "certificate-not-valid-then"
    | "certificate-chain-broken"
    | "certificate-not-an-authority"
    | "certificate-path-length"
    | "certificate-names"
    | "certificate-usage"
    | "certificate-extension";
  readonly message: string;
}

/** Longer chains are refused. */
const maximumChain = 8;

const understood: ReadonlySet<string> = new Set(Object.values(extensionIds));

/** What the certificate at the beginning of a chain is for (RFC 5280, 4.2.1.12). */
export type ChainPurpose = "codeSigning" | "timeStamping";

/** Certificates of trusted roots stay, and which of them issued which is asked for every signature: what was proven stays so. */
const proven = new WeakMap<Certificate, WeakSet<Certificate>>();

/** Whether `issuer` has the name that `certificate` claims as its issuer's, and made its signature. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  const issuers = proven.get(certificate);
  if (issuers?.has(issuer) === true) return true;
  const { signatureAlgorithm, body, signature } = certificate;
  const isProven =
    Buffer.compare(certificate.issuer, issuer.subject) === 0 &&
    isSignedAs(signatureAlgorithm, issuer.publicKey, body, signature);
  if (isProven) proven.set(certificate, (issuers ?? new WeakSet()).add(issuer));
  return isProven;
}

/**
 * Validates an ordered chain, signer first, trust anchor last (RFC 5280, section 6, without certificate policies),
 * at one time, for one purpose. The profile is Sigstore's: the signer's certificate must name code signing as a
 * purpose, one for time stamps nothing else; every certificate must be valid at that time, the anchor too (CVE-2026-24122).
 * Gives the first objection, or undefined where there is none.
 */
export function objectionToChain(
  chain: readonly Certificate[],
  at: Date,
  purpose: ChainPurpose = "codeSigning",
): ChainObjection | undefined {
  const [signer] = chain;
  if (signer === undefined || chain.length > maximumChain)
    return { code: "certificate-chain-broken", message: `The certificate chain has ${chain.length} certificates.` };
  for (const [i, certificate] of chain.entries()) {
    const issuer = chain[i + 1];
    const objection =
      objectionToValidity(certificate, at) ??
      objectionToExtensions(certificate) ??
      (i === 0
        ? objectionToSigner(certificate, purpose)
        : objectionToAuthority(certificate, chain.slice(0, i), purpose));
    if (objection !== undefined) return objection;
    if (issuer !== undefined && !isIssuedBy(certificate, issuer))
      return {
        code: "certificate-chain-broken",
        message: "A certificate of the chain was not issued by the one after it.",
      };
  }
  return undefined;
}

function objectionToValidity({ notBefore, notAfter }: Certificate, at: Date): ChainObjection | undefined {
  if (notBefore <= at && at <= notAfter) return undefined;
  return {
    code: "certificate-not-valid-then",
    message: `A certificate of the chain is valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, and the signature was made at ${at.toISOString()}.`,
  };
}

/** RFC 5280, 4.2: a critical extension that is not understood must make the certificate unusable. */
function objectionToExtensions(certificate: Certificate): ChainObjection | undefined {
  for (const [identifier, { critical }] of certificate.extensions) {
    if (critical && !understood.has(identifier))
      return {
        code: "certificate-extension",
        message: `A certificate of the chain has the critical extension ${identifier}, which is not understood.`,
      };
  }
  return undefined;
}

function objectionToSigner(certificate: Certificate, purpose: ChainPurpose): ChainObjection | undefined {
  const constraints = basicConstraintsOf(certificate);
  if (constraints === "malformed" || constraints?.authority === true)
    return { code: "certificate-usage", message: "The signer's certificate is an authority's, which must not sign." };
  if (!allowsKeyUsage(certificate, "digitalSignature"))
    return { code: "certificate-usage", message: "The signer's certificate does not allow digital signatures." };
  const purposes = keyPurposesOf(certificate) ?? [];
  if (!purposes.includes(keyPurposes[purpose]))
    return { code: "certificate-usage", message: `The signer's certificate is not for ${purposeNames[purpose]}.` };
  // RFC 3161, 2.3: a key for time stamps is for nothing else, and whoever does not know that must not use it.
  const critical = certificate.extensions.get(extensionIds.extendedKeyUsage)?.critical === true;
  if (purpose === "timeStamping" && (purposes.length > 1 || !critical))
    return { code: "certificate-usage", message: "The authority's certificate is not for time stamps alone." };
  return undefined;
}

const purposeNames: Readonly<Record<ChainPurpose, string>> = {
  codeSigning: "code signing",
  timeStamping: "time stamps",
};

function objectionToAuthority(
  authority: Certificate,
  below: readonly Certificate[],
  purpose: ChainPurpose,
): ChainObjection | undefined {
  const constraints = basicConstraintsOf(authority);
  if (constraints === undefined || constraints === "malformed" || !constraints.authority)
    return { code: "certificate-not-an-authority", message: "A certificate of the chain may not issue certificates." };
  if (!allowsKeyUsage(authority, "keyCertSign"))
    return { code: "certificate-not-an-authority", message: "An authority of the chain may not sign certificates." };
  // RFC 5280, 4.2.1.9: self-issued intermediates and the last certificate do not count.
  const intermediates = below.slice(1).filter((certificate) => !isSelfIssued(certificate));
  if (constraints.pathLength !== undefined && intermediates.length > constraints.pathLength)
    return {
      code: "certificate-path-length",
      message: "An authority of the chain may not have as many others below it.",
    };
  const purposes = keyPurposesOf(authority);
  if (purposes !== undefined && !purposes.includes(keyPurposes[purpose]) && !purposes.includes(keyPurposes.any))
    return {
      code: "certificate-usage",
      message: `An authority of the chain may not issue for ${purposeNames[purpose]}.`,
    };
  if (!below.every((certificate, i) => (i > 0 && isSelfIssued(certificate)) || allowsNames(authority, certificate)))
    return { code: "certificate-names", message: "An authority of the chain may not issue for the signer's names." };
  return undefined;
}

function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return Buffer.compare(issuer, subject) === 0;
}
