import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../core/sign/statement.ts";
import { certificatePem } from "../x509/issueCertificate.ts";
import { createTrialCertificateLog, type TrialCertificateLog } from "./certificateLog.ts";
import { createTrialIdentityAuthority, type TrialIdentityAuthority } from "./identityAuthority.ts";
import { createTrialTransparencyLog, type LogEntryBody, type TrialTransparencyLog } from "./transparencyLog.ts";

/** A private Sigstore: an authority for identities, a certificate log, a transparency log, and the root that trusts them. */
export interface TrialSigstore {
  readonly authority: TrialIdentityAuthority;
  readonly certificateLog: TrialCertificateLog;
  readonly transparencyLog: TrialTransparencyLog;
  /** JSON text of the trusted root (`application/vnd.dev.sigstore.trustedroot+json`). */
  readonly trustedRoot: string;
  /** Signs an image as `cosign sign` does without a key, and gives the bundle (v0.3). */
  signImageKeyless(request: {
    /** `sha256:<hex>` */
    readonly digest: string;
    /** A URI or an e-mail address. */
    readonly identity: string;
    readonly issuer: string;
    /** When it is signed; the instance's `now` without it. */
    readonly at?: Date;
  }): Buffer;
}

/** Creates the instance with fresh keys. Everything that it issues says TRIAL; nobody else trusts it. */
export function createTrialSigstore({ now }: { readonly now: Date }): TrialSigstore {
  const authority = createTrialIdentityAuthority(now);
  const certificateLog = createTrialCertificateLog();
  const transparencyLog = createTrialTransparencyLog();
  return {
    authority,
    certificateLog,
    transparencyLog,
    trustedRoot: toTrustedRoot(authority, certificateLog, transparencyLog, now),
    signImageKeyless({ digest, identity, issuer, at = now }) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const notBefore = new Date(at.getTime() - 60 * 1000);
      const certificate = authority.issue({ publicKey, identity, issuer, notBefore, log: certificateLog });
      const payload = signatureStatement(digest);
      const signature = sign("sha256", preAuthenticationEncoding(statementType, payload), privateKey);
      const entry = transparencyLog.add(envelopeEntry(payload, signature, certificatePem(certificate)), at);
      const bundle = {
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        verificationMaterial: { certificate: { rawBytes: certificate.toString("base64") }, tlogEntries: [entry] },
        dsseEnvelope: {
          payload: payload.toString("base64"),
          payloadType: statementType,
          signatures: [{ sig: signature.toString("base64") }],
        },
      };
      return Buffer.from(JSON.stringify(bundle), "utf8");
    },
  };
}

/** The log entry of a DSSE envelope, `dsse 0.0.1`; `verifier` is the PEM of the certificate or key. */
export function envelopeEntry(payload: Uint8Array, signature: Uint8Array, verifier: string): LogEntryBody {
  const envelope = JSON.stringify({
    payloadType: statementType,
    payload: base64(payload),
    signatures: [{ sig: base64(signature) }],
  });
  return {
    apiVersion: "0.0.1",
    kind: "dsse",
    spec: {
      envelopeHash: { algorithm: "sha256", value: sha256Hex(Buffer.from(envelope, "utf8")) },
      payloadHash: { algorithm: "sha256", value: sha256Hex(payload) },
      signatures: [{ signature: base64(signature), verifier: base64(Buffer.from(verifier, "utf8")) }],
    },
  };
}

/** The log entry of a signature over data, `hashedrekord 0.0.1`; `verifier` is the PEM of the certificate or key. */
export function dataEntry(data: Uint8Array, signature: Uint8Array, verifier: string): LogEntryBody {
  return {
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: sha256Hex(data) } },
      signature: { content: base64(signature), publicKey: { content: base64(Buffer.from(verifier, "utf8")) } },
    },
  };
}

function toTrustedRoot(
  authority: TrialIdentityAuthority,
  certificateLog: TrialCertificateLog,
  transparencyLog: TrialTransparencyLog,
  now: Date,
): string {
  const validFor = { start: new Date(now.getTime() - 300 * 24 * 60 * 60 * 1000).toISOString() };
  const log = (baseUrl: string, key: KeyObject, id: Buffer): object => ({
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: base64(key.export({ type: "spki", format: "der" })),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor,
    },
    logId: { keyId: base64(id) },
  });
  return JSON.stringify(
    {
      mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
      tlogs: [log(transparencyLog.url, transparencyLog.publicKey, transparencyLog.id)],
      certificateAuthorities: [
        {
          subject: { organization: "TRIAL only, not for production", commonName: "Countersign TRIAL identity root" },
          uri: "https://fulcio.trial.localhost",
          certChain: { certificates: authority.chain.map((der) => ({ rawBytes: base64(der) })) },
          validFor,
        },
      ],
      ctlogs: [log("https://ctlog.trial.localhost", certificateLog.publicKey, certificateLog.id)],
      timestampAuthorities: [],
    },
    undefined,
    2,
  );
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
