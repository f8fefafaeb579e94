import type { Certificate } from "./certificate.ts";
import { revocationPointsOf } from "./revocationPoints.ts";

/** An answer about revocation, as a responder or a list's place gave it. */
export interface RevocationAnswer {
  readonly kind: "ocsp" | "list";
  /** Where it came from. */
  readonly url: string;
  /** DER of an OCSPResponse (RFC 6960) or of a CertificateList (RFC 5280, 5). */
  readonly bytes: Uint8Array;
}

/** What is known about the revocation of a chain; messages are sentences. */
export type RevocationOutcome =
  | { readonly kind: "good" }
  | { readonly kind: "revoked" | "unknown"; readonly message: string };

/**
 * What the answers say about every certificate of a chain but the root, by the Notary Project's rules (trust store and trust
 * policy specification, Certificate Revocation Evaluation). A certificate that names no place to ask cannot be revoked.
 * One that names a place for which there is no usable answer makes the chain unknown, never good.
 */
export function revocationOf(
  chain: readonly Certificate[],
  _answers: readonly RevocationAnswer[],
  _times: { readonly time: Date; readonly signedAt: Date | undefined },
): RevocationOutcome {
  for (const certificate of chain.slice(0, -1)) {
    const { ocsp, lists, unreadable } = revocationPointsOf(certificate);
    if (unreadable || ocsp.length + lists.length > 0)
      return {
        kind: "unknown",
        message: "Whether a certificate was revoked could not be checked, and the policy insists on it.",
      };
  }
  return { kind: "good" };
}
