import { decodePem } from "../base64.ts";
import { keyOfCertificationRequest } from "../x509/certificationRequest.ts";
import { objectionToNotaryChain, objectionToNotaryValidity } from "../x509/notaryChain.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import { notaryChainOf } from "./notaryFit.ts";
import type { SigningKey } from "./signingKey.ts";

/** Why what a key is said to have signed is no request to certify it; undefined where it is one. */
export function objectionToRequest(key: Pick<SigningKey, "publicKey">, csr: string): string | undefined {
  const der = decodePem(csr, "CERTIFICATE REQUEST");
  const asked = der === undefined ? undefined : keyOfCertificationRequest(der);
  if (asked === undefined) return "it is no certification request";
  return asked.fingerprint === readPublicKey(key.publicKey)?.fingerprint ? undefined : "it is for another key";
}

/**
 * Why certificates, the key's first and the root last, are none that it should have; undefined where they are. What the
 * Notary Project demands of them is what a certificate for code signing alone is.
 */
export function objectionToIssued(
  key: Pick<SigningKey, "publicKey">,
  certificateChain: readonly string[],
  at: Date,
): string | undefined {
  const chain = notaryChainOf({ certificateChain });
  const [leaf] = chain ?? [];
  if (chain === undefined || leaf === undefined) return "The certificates cannot be read.";
  if (leaf.publicKey.fingerprint !== readPublicKey(key.publicKey)?.fingerprint)
    return "The certificate is for another key.";
  return (objectionToNotaryChain(chain, "signing") ?? objectionToNotaryValidity(chain, at))?.message;
}
