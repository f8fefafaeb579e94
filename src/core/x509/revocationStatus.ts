import type { Certificate } from "./certificate.ts";
import type { DerElement } from "./der.ts";
import { isSignedAs, readSignatureAlgorithm } from "./signatureAlgorithm.ts";

/** What one answer says about one certificate. */
export type RevocationStatus =
  | { readonly kind: "good" }
  | { readonly kind: "revoked"; readonly at: Date; readonly invalidSince?: Date }
  /** The answer cannot be used, or says that it does not know. */
  | { readonly kind: "unknown" };

/** A certificate in question, the one that issued it, and when it is asked. */
export interface RevocationSubject {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly time: Date;
}

/** An answer that cannot be used is never good. */
export const unknownStatus: RevocationStatus = { kind: "unknown" };

/** Clocks differ a little; in milliseconds. */
const clockTolerance = 5 * 60 * 1000;

/** Whether an answer counts now: it was made already and its successor is not due. The Notary Project asks for an end. */
export function isCurrent(thisUpdate: Date | undefined, nextUpdate: Date | undefined, time: Date): boolean {
  if (thisUpdate === undefined || nextUpdate === undefined) return false;
  return thisUpdate.getTime() <= time.getTime() + clockTolerance && time <= nextUpdate;
}

/** Whether `signer` signed `body`, by an AlgorithmIdentifier and a signature as certificates have them. */
export function isSignedBy(
  signer: Certificate,
  body: DerElement,
  algorithm: DerElement | undefined,
  signature: Uint8Array,
): boolean {
  const known = readSignatureAlgorithm(algorithm);
  return known !== undefined && isSignedAs(known, signer.publicKey, body.whole, signature);
}
