import { decodePem } from "../base64.ts";
import { readCertificate } from "../x509/certificate.ts";
import { notEvaluated } from "./cosignAuthority.ts";
import type { PolicySource } from "./policy.ts";
import type { StatedAuthority } from "./sigstoreRequirement.ts";

const limits = { length: 512 * 1024, certificates: 64 };

/** Trust in Notary Project signatures as other products' policies state it: certificates, PEM, and nothing else. */
export interface NotaryTrust {
  readonly name: string;
  readonly source: PolicySource;
  /** Certificates for the trust store "ca". */
  readonly certificates: string;
  /** Certificates for the trust store "tsa"; without them, no time stamp is asked for. */
  readonly timestampCertificates?: string;
}

/**
 * Makes an authority of certificates: every signer that they vouch for, at the level "strict", as Kyverno and Connaisseur
 * ask notation for it (Notary Project trust policy, "x509.subject" left to anybody).
 */
export function toNotaryAuthority({ name, source, certificates, timestampCertificates }: NotaryTrust): StatedAuthority {
  const ca = certificatesOf(certificates);
  const tsa = timestampCertificates === undefined ? undefined : certificatesOf(timestampCertificates);
  if (ca === undefined || (timestampCertificates !== undefined && tsa === undefined))
    return notEvaluated(name, source, "its certificates cannot be read");
  const authority = {
    kind: "notary",
    name,
    source,
    stores: { ca, signingAuthority: [], ...(tsa === undefined ? {} : { tsa }) },
    identities: "any",
    checks: { authenticity: "enforce", authenticTimestamp: "enforce", expiry: "enforce", revocation: "enforce" },
    verifyTimestamp: "always",
  } as const;
  return { authority, trustedRoots: [] };
}

function certificatesOf(pem: string): readonly Uint8Array[] | undefined {
  if (pem.length > limits.length) return undefined;
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > limits.certificates) return undefined;
  const certificates: Uint8Array[] = [];
  for (const block of blocks) {
    const der = decodePem(block, "CERTIFICATE");
    if (der === undefined || readCertificate(der) === undefined) return undefined;
    certificates.push(der);
  }
  return certificates;
}
