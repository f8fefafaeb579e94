import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../src/core/sign/statement.ts";
import { envelopeEntry, type TrialSigstore } from "../../src/trial/sigstore/createTrialSigstore.ts";
import type { IdentityRequest } from "../../src/trial/sigstore/identityAuthority.ts";
import type { LogEntryBody, TrialLogEntry } from "../../src/trial/sigstore/transparencyLog.ts";
import { certificatePem } from "../../src/trial/x509/issueCertificate.ts";
import { bundleType, identity, image, issuer, now } from "./signedImage.ts";

/** A bundle as JSON, loose on purpose: tests break every part of it. */
export interface LooseBundle {
  mediaType: string;
  verificationMaterial: {
    certificate?: { rawBytes: string };
    publicKey?: { hint?: string };
    x509CertificateChain?: { certificates: { rawBytes: string }[] };
    tlogEntries: (Partial<TrialLogEntry> | object)[];
  };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
}

/** How a bundle differs from a good one, before it is signed and logged. */
export interface Variation {
  readonly payload?: Uint8Array;
  readonly payloadType?: string;
  readonly certificate?: Partial<IdentityRequest>;
  /** What the log is shown instead of the signature's own entry. */
  readonly entry?: (own: LogEntryBody) => LogEntryBody;
  readonly loggedAt?: Date;
  readonly keys?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
  readonly digest?: string;
}

/** Signs the image as a workflow would, with a variation, and gives the bundle to be broken further. */
export function keylessBundle(sigstore: TrialSigstore, variation: Variation = {}): LooseBundle {
  const { privateKey, publicKey } = variation.keys ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = sigstore.authority.issue({
    publicKey,
    identity,
    issuer,
    notBefore: new Date(now.getTime() - 60_000),
    log: sigstore.certificateLog,
    ...variation.certificate,
  });
  const payload = Buffer.from(variation.payload ?? signatureStatement(image.digest));
  const payloadType = variation.payloadType ?? statementType;
  const signature = sign(variation.digest ?? "sha256", preAuthenticationEncoding(payloadType, payload), privateKey);
  const own = envelopeEntry(payload, signature, certificatePem(certificate));
  const entry = sigstore.transparencyLog.add(variation.entry?.(own) ?? own, variation.loggedAt ?? now);
  return {
    mediaType: bundleType,
    verificationMaterial: { certificate: { rawBytes: certificate.toString("base64") }, tlogEntries: [entry] },
    dsseEnvelope: {
      payload: payload.toString("base64"),
      payloadType,
      signatures: [{ sig: signature.toString("base64") }],
    },
  };
}
