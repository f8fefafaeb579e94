import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { isJsonObject, readJson } from "../../src/core/json.ts";
import { preAuthenticationEncoding, signatureStatement, statementType } from "../../src/core/sign/statement.ts";
import type { TrustMaterial } from "../../src/core/signature/trustMaterial.ts";
import { createTrialSigstore, type TrialSigstore } from "../../src/trial/sigstore/createTrialSigstore.ts";
import type { LogEntryBody, TrialLogEntry } from "../../src/trial/sigstore/transparencyLog.ts";
import { certificatePem } from "../../src/trial/x509/issueCertificate.ts";
import { integer, sequence } from "../../src/trial/x509/der.ts";
import { identity, image, issuer, now } from "./signedImage.ts";
import { createTestTileLog, type TestTileLog } from "./tileLog.ts";
import { createStampChain, stampToken, type TokenRequest } from "./timestamp.ts";

/** Kinds of log entries, by kind and version; `none` for no entry. */
export type EntryKind =
  | "none"
  | "hashedrekord 0.0.1"
  | "hashedrekord 0.0.2"
  | "rekord 0.0.1"
  | "dsse 0.0.1"
  | "intoto 0.0.1"
  | "intoto 0.0.2";

/** A private Sigstore with a log of either version and a time-stamp authority, and the material that trusts it. */
export interface SigstoreScene {
  readonly sigstore: TrialSigstore;
  readonly tileLog: TestTileLog;
  readonly stampChain: ReturnType<typeof createStampChain>;
  readonly material: TrustMaterial;
  readonly trustedRoot: string;
}

/** What is signed and by whom, before it takes the shape of a format. */
export interface SignedParts {
  readonly keys: Pair;
  readonly certificate?: Buffer;
  /** PEM of the certificate or key. */
  readonly verifier: string;
  readonly signature: Buffer;
  readonly payload: Buffer;
  /** What the signature covers. */
  readonly covered: Buffer;
}

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function createSigstoreScene(): SigstoreScene {
  const sigstore = createTrialSigstore({ now });
  const tileLog = createTestTileLog();
  const stampChain = createStampChain();
  const json = readJson(sigstore.trustedRoot);
  if (!isJsonObject(json) || !Array.isArray(json["tlogs"])) throw new Error("the trial's root is no object");
  const validFor = { start: "2026-01-01T00:00:00Z" };
  const chain = [stampChain.authority, stampChain.root].map(({ der }) => ({ rawBytes: der.toString("base64") }));
  const trustedRoot = JSON.stringify({
    ...json,
    tlogs: [
      ...json["tlogs"],
      {
        baseUrl: tileLog.url,
        hashAlgorithm: "SHA2_256",
        publicKey: {
          rawBytes: tileLog.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
          keyDetails: "PKIX_ED25519",
          validFor,
        },
        logId: { keyId: tileLog.id.toString("base64") },
      },
    ],
    timestampAuthorities: [
      {
        subject: {},
        uri: "https://tsa.trial.localhost",
        certChain: { certificates: chain },
        validFor: { start: "2026-02-01T00:00:00Z" },
      },
    ],
  });
  const material = { trustedRoots: [{ name: "trial", text: trustedRoot, source: "test" }], defaultRoot: "trial" };
  return { sigstore, tileLog, stampChain, material, trustedRoot };
}

/** A TimeStampResp over `data` by the scene's authority. */
export function stampResponse(
  { stampChain }: Pick<SigstoreScene, "stampChain">,
  data: Uint8Array,
  more: Partial<TokenRequest> & { readonly status?: number } = {},
): Buffer {
  const { authority } = stampChain;
  const token = stampToken({ data, signer: authority, certificates: [authority.der], at: now, ...more });
  return sequence(sequence(integer(Buffer.from([more.status ?? 0]))), token);
}

/** Signs data, or an envelope around a payload, with a fresh key and, unless it is a bare key, a certificate for it. */
export function signParts(
  { sigstore }: Pick<SigstoreScene, "sigstore">,
  what: { readonly payload: Uint8Array; readonly envelope: boolean; readonly keyless: boolean; readonly keys?: Pair },
): SignedParts {
  const keys = what.keys ?? generateKeyPairSync("ec", { namedCurve: "P-256" });
  const payload = Buffer.from(what.payload);
  const covered = what.envelope ? preAuthenticationEncoding(statementType, payload) : payload;
  const certificate = what.keyless
    ? sigstore.authority.issue({
        publicKey: keys.publicKey,
        identity,
        issuer,
        notBefore: new Date(now.getTime() - 60_000),
        log: sigstore.certificateLog,
      })
    : undefined;
  const verifier =
    certificate === undefined
      ? keys.publicKey.export({ type: "spki", format: "pem" }).toString()
      : certificatePem(certificate);
  const signature = sign("sha256", covered, keys.privateKey);
  return { keys, ...(certificate === undefined ? {} : { certificate }), verifier, signature, payload, covered };
}

/** The envelope of parts, as cosign writes it. */
export function envelopeOf({ payload, signature }: SignedParts): Buffer {
  const signatures = [{ keyid: "", sig: signature.toString("base64") }];
  return Buffer.from(
    JSON.stringify({ payloadType: statementType, payload: payload.toString("base64"), signatures }),
    "utf8",
  );
}

/** Logs parts as an entry of a kind; Rekor v1's with promise and proof. */
export function logEntryOf(
  scene: SigstoreScene,
  kind: EntryKind,
  parts: SignedParts,
): TrialLogEntry | Omit<TrialLogEntry, "inclusionPromise"> | undefined {
  if (kind === "none") return undefined;
  const body = entryBody(kind, parts);
  return kind === "hashedrekord 0.0.2" ? scene.tileLog.add(body) : scene.sigstore.transparencyLog.add(body, now);
}

export function entryBody(kind: Exclude<EntryKind, "none">, parts: SignedParts): LogEntryBody {
  const [name = "", apiVersion = ""] = kind.split(" ");
  return { kind: name, apiVersion, spec: specOf(kind, parts) };
}

function specOf(kind: Exclude<EntryKind, "none">, parts: SignedParts): object {
  const { payload, covered, certificate, keys } = parts;
  const signature = parts.signature.toString("base64");
  const verifier = Buffer.from(parts.verifier).toString("base64");
  const hashOf = (data: Uint8Array): object => ({ algorithm: "sha256", value: sha256(data).toString("hex") });
  switch (kind) {
    case "hashedrekord 0.0.1":
      return { data: { hash: hashOf(covered) }, signature: { content: signature, publicKey: { content: verifier } } };
    case "rekord 0.0.1":
      return {
        data: { hash: hashOf(covered) },
        signature: { content: signature, format: "x509", publicKey: { content: verifier } },
      };
    case "hashedrekord 0.0.2":
      return {
        hashedRekordV002: {
          data: { algorithm: "SHA2_256", digest: sha256(covered).toString("base64") },
          signature: {
            content: signature,
            verifier: {
              keyDetails: "PKIX_ECDSA_P256_SHA_256",
              ...(certificate === undefined
                ? {
                    publicKey: {
                      rawBytes: keys.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
                    },
                  }
                : { x509Certificate: { rawBytes: certificate.toString("base64") } }),
            },
          },
        },
      };
    case "dsse 0.0.1":
      return {
        envelopeHash: hashOf(envelopeOf(parts)),
        payloadHash: hashOf(payload),
        signatures: [{ signature, verifier }],
      };
    case "intoto 0.0.1":
      return { content: { hash: hashOf(envelopeOf(parts)), payloadHash: hashOf(payload) }, publicKey: verifier };
    case "intoto 0.0.2":
      return {
        content: {
          envelope: {
            payloadType: statementType,
            signatures: [{ publicKey: verifier, sig: Buffer.from(signature).toString("base64") }],
          },
          hash: hashOf(envelopeOf(parts)),
          payloadHash: hashOf(payload),
        },
      };
  }
}

/** Annotations of a layer in cosign's first format. */
export function cosignAnnotationsOf(
  parts: SignedParts,
  more: {
    readonly entry?: ReturnType<typeof logEntryOf>;
    readonly stamp?: Buffer;
    /** An attestation's signature stands in its envelope. */
    readonly inEnvelope?: boolean;
  } = {},
): Record<string, string> {
  const { entry, stamp } = more;
  const promise = entry !== undefined && "inclusionPromise" in entry ? entry.inclusionPromise : undefined;
  const bundle = entry !== undefined &&
    promise !== undefined && {
      SignedEntryTimestamp: promise.signedEntryTimestamp,
      Payload: {
        body: entry.canonicalizedBody,
        integratedTime: Number(entry.integratedTime),
        logIndex: Number(entry.logIndex),
        logID: Buffer.from(entry.logId.keyId, "base64").toString("hex"),
      },
    };
  return {
    "dev.cosignproject.cosign/signature": more.inEnvelope === true ? "" : parts.signature.toString("base64"),
    ...(parts.certificate === undefined ? {} : { "dev.sigstore.cosign/certificate": parts.verifier }),
    ...(bundle === false ? {} : { "dev.sigstore.cosign/bundle": JSON.stringify(bundle) }),
    ...(stamp === undefined
      ? {}
      : {
          "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp: stamp.toString("base64") }),
        }),
  };
}

/** A Sigstore bundle of parts as JSON, loose on purpose: tests break every part of it. */
export function bundleOf(
  parts: SignedParts,
  more: {
    readonly version?: "0.1" | "0.2" | "0.3";
    readonly content: "envelope" | "message";
    readonly entries?: readonly object[];
    readonly stamps?: readonly Buffer[];
    /** Further certificates of a chain; the format then is the older one with a list. */
    readonly chain?: readonly Uint8Array[];
  },
) {
  const { version = "0.3", entries = [], stamps = [], chain } = more;
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const { certificate } = parts;
  const isList = chain !== undefined || version !== "0.3";
  const signer =
    certificate === undefined
      ? { publicKey: {} }
      : isList
        ? {
            x509CertificateChain: {
              certificates: [certificate, ...(chain ?? [])].map((der) => ({ rawBytes: base64(der) })),
            },
          }
        : { certificate: { rawBytes: base64(certificate) } };
  const data = { rfc3161Timestamps: stamps.map((stamp) => ({ signedTimestamp: base64(stamp) })) };
  const mediaType = `application/vnd.dev.sigstore.bundle${version === "0.3" ? ".v0.3+json" : `+json;version=${version}`}`;
  return {
    mediaType,
    verificationMaterial: {
      ...signer,
      tlogEntries: entries,
      ...(stamps.length === 0 ? {} : { timestampVerificationData: data }),
    },
    ...(more.content === "envelope"
      ? {
          dsseEnvelope: {
            payloadType: statementType,
            payload: base64(parts.payload),
            signatures: [{ sig: base64(parts.signature) }],
          },
        }
      : {
          messageSignature: {
            messageDigest: { algorithm: "SHA2_256", digest: base64(sha256(parts.payload)) },
            signature: base64(parts.signature),
          },
        }),
  };
}

/** The payload of a signature in cosign's first format. */
export function simpleSigningPayload(digest = image.digest): Buffer {
  const critical = {
    identity: { "docker-reference": "registry.example/acme/app" },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

/** A statement about an image: cosign's signature without a predicate type. */
export function statementOf(predicateType?: string, digest = image.digest): Buffer {
  if (predicateType === undefined) return signatureStatement(digest);
  const subject = [{ name: "registry.example/acme/app", digest: { sha256: digest.slice("sha256:".length) } }];
  return Buffer.from(
    JSON.stringify({ _type: "https://in-toto.io/Statement/v0.1", subject, predicateType, predicate: { a: 1 } }),
  );
}

function sha256(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}
