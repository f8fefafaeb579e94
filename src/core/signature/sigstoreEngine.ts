import { crypto as engineCrypto } from "@sigstore/core";
import { TrustedRoot as TrustedRootMessage } from "@sigstore/protobuf-specs";
import { toTrustMaterial, VerificationError, Verifier, type SignedEntity, type TrustMaterial } from "@sigstore/verify";
import { createHash, type KeyObject } from "node:crypto";
import { preAuthenticationEncoding } from "../sign/statement.ts";
import { kindOf, verifyData, verifyEitherPadding, type DigestName, type PublicKey } from "../x509/publicKey.ts";
import { verifyPssSha256 } from "../x509/pssDigest.ts";
import { verifySha256 } from "../x509/verifyDigest.ts";
import { isOfOlderKind } from "./logEntry.ts";
import { isPromised } from "./logPromise.ts";
import type { LogEntry, SignatureMaterial, SignedMessage } from "./material.ts";
import type { TrustedRoot } from "./trustedRoot.ts";

// The engine leaves digests to a default for log signatures, checkpoints and envelopes. OpenSSL has one (SHA-256);
// BoringSSL, the editor's library, has none, and every such check would fail. It calls through this object.
Object.defineProperty(engineCrypto, "verify", { value: verifyForEngine, writable: true, configurable: true });

/** A time that a log or a time-stamp authority proves. */
export interface ProvenTime {
  readonly at: Date;
  readonly by: "transparency-log" | "timestamp";
}

/** A time that a stamp proves, with who made the stamp. */
export interface StampedTime extends ProvenTime {
  readonly by: "timestamp";
  /** Serial number of the authority's certificate, hex: one authority counts once for a time. */
  readonly authority: string;
}

/** What the engine is asked: a signature, and whom it shall be by. */
export interface EngineQuestion {
  readonly material: SignatureMaterial;
  readonly root: TrustedRoot | undefined;
  /** The key that must have signed. */
  readonly key: PublicKey;
  /** Whether the key is a certificate's: then a time has to be proven, and an entry in a log where the root has logs. */
  readonly keyless: boolean;
  /** What the signature's time stamps prove; they were checked before. */
  readonly stamps: readonly StampedTime[];
}

/** Which part of a signature is wrong. */
export type EngineObjection = "time" | "log-inclusion" | "log-entry" | "signature" | "unreadable";

/**
 * Lets @sigstore/verify check inclusion in the log, signed entry timestamps, and the signature itself; certificates, their
 * logs and time stamps are checked elsewhere. A root without logs needs none: the organisation chose the instance.
 * Whatever the engine throws means that the signature is not valid.
 */
export function askEngine(
  question: EngineQuestion,
): { readonly kind: "proven"; readonly times: readonly ProvenTime[] } | { kind: "refused"; what: EngineObjection } {
  try {
    const { material, root, key, keyless, stamps } = question;
    const older = material.logEntries.filter(isOfOlderKind);
    if (!older.every((entry) => isPromised(entry, root))) return { kind: "refused", what: "log-inclusion" };
    const verifier = new Verifier(trustMaterialOf(root, key), {
      ctlogThreshold: 0,
      tlogThreshold: keyless && (root?.needsLog ?? true) && older.length === 0 ? 1 : 0,
      timestampThreshold: keyless ? 1 : 0,
    });
    verifier.verify(toEntity(material, key, stamps));
    const times = [...loggedTimes(material), ...stamps];
    return times.some(({ at }) => Number.isNaN(at.getTime()))
      ? { kind: "refused", what: "time" }
      : { kind: "proven", times };
  } catch (error) {
    return { kind: "refused", what: objectionOf(error) };
  }
}

/** Drops entries of logs that the root does not know: they prove nothing, for or against. */
export function withKnownLogs(material: SignatureMaterial, root: TrustedRoot | undefined): SignatureMaterial {
  const known = new Set(root?.logs.map(({ id }) => id));
  const logEntries = material.logEntries.filter(({ logId }) => known.has(Buffer.from(logId).toString("hex")));
  return { ...material, logEntries };
}

/** Names the digest that the key prescribes where the engine names none; unknown names and weak keys verify nothing. */
function verifyForEngine(data: Buffer, key: KeyObject, signature: Buffer, algorithm?: string): boolean {
  try {
    const kind = kindOf(key);
    if (kind === undefined) return false;
    const digest = algorithm === undefined ? (kind.digest ?? "sha256") : digestNamed(algorithm);
    return digest !== undefined && verifyData({ key, digest: kind.digest }, digest, data, signature);
  } catch {
    return false;
  }
}

function digestNamed(name: string): DigestName | undefined {
  return name === "sha256" || name === "sha384" || name === "sha512" ? name : undefined;
}

function trustMaterialOf(root: TrustedRoot | undefined, { key }: PublicKey): TrustMaterial {
  const publicKey = { publicKey: key, validFor: () => true };
  return { ...(root === undefined ? trustsNothing : authoritiesOf(root)), publicKey: () => publicKey };
}

type Authorities = Omit<TrustMaterial, "publicKey">;

const trustsNothing: Authorities = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };

/** The engine's form of a root, made once for each. */
const converted = new WeakMap<TrustedRoot, Authorities>();

function authoritiesOf(root: TrustedRoot): Authorities {
  const known = converted.get(root);
  if (known !== undefined) return known;
  const fresh = toTrustMaterial(TrustedRootMessage.fromJSON(root.json), {});
  converted.set(root, fresh);
  return fresh;
}

function toEntity(material: SignatureMaterial, key: PublicKey, stamps: readonly StampedTime[]): SignedEntity {
  return {
    signature: toContent(material, key),
    key: { $case: "public-key", hint: "" },
    tlogEntries: material.logEntries.filter((entry) => !isOfOlderKind(entry)).map(toEngineEntry),
    timestamps: [...promisedEntries(material), ...stamps.map(toStandIn)].map((entry) => ({
      $case: "transparency-log" as const,
      tlogEntry: toEngineEntry(entry),
    })),
  };
}

/** A time that only the entry claims is the attacker's to choose: the log must have promised it (CVE-2026-48816). */
function promisedEntries({ logEntries }: SignatureMaterial): readonly LogEntry[] {
  return logEntries.filter(({ promise, integratedTime }) => promise !== undefined && integratedTime !== "0");
}

/** The engine only takes over the time of what it is given here, so that a stamp that was checked can look like an entry. */
function toStandIn({ at, authority }: StampedTime): LogEntry {
  const nothing = new Uint8Array(0);
  const logId = Buffer.from(authority, "hex");
  const integratedTime = String(at.getTime() / 1000);
  return { logId, logIndex: "0", kind: "", version: "", integratedTime, body: nothing, promise: nothing };
}

function toEngineEntry(entry: LogEntry): SignedEntity["tlogEntries"][number] {
  const { proof } = entry;
  return {
    logIndex: entry.logIndex,
    logId: { keyId: Buffer.from(entry.logId) },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: entry.integratedTime,
    canonicalizedBody: Buffer.from(entry.body),
    inclusionPromise: entry.promise === undefined ? undefined : { signedEntryTimestamp: Buffer.from(entry.promise) },
    inclusionProof:
      proof === undefined
        ? undefined
        : {
            logIndex: proof.logIndex,
            treeSize: proof.treeSize,
            rootHash: Buffer.from(proof.rootHash),
            hashes: proof.hashes.map((hash) => Buffer.from(hash)),
            checkpoint: { envelope: proof.checkpoint },
          },
  };
}

/** Our own content: the engine's knows SHA-256 only, and reads the digest of a message from the bundle. */
function toContent({ signature, message, alsoDigests }: SignatureMaterial, key: PublicKey): SignedEntity["signature"] {
  const payload = message.kind === "envelope" ? message.payload : undefined;
  return {
    signature: Buffer.from(signature),
    compareSignature: (other) => other.equals(signature),
    compareDigest: (digest) => digestOf(message, digest.length, payload)?.equals(digest) === true,
    compareSignedDigest: (digest) => digestOf(message, digest.length, signedData(message))?.equals(digest) === true,
    verifySignature: () => {
      const data = signedData(message);
      const digests = new Set<DigestName>([key.digest ?? "sha256", ...alsoDigests]);
      if (message.kind === "digest") return digests.has("sha256") && isOverDigest(key, message.sha256, signature);
      return data !== undefined && [...digests].some((digest) => verifyEitherPadding(key, digest, data, signature));
    },
  };
}

function isOverDigest(key: PublicKey, sha256: Uint8Array, signature: Uint8Array): boolean {
  const padded = key.onlyPss !== true && verifySha256(key, sha256, signature);
  return padded || verifyPssSha256(key, sha256, signature);
}

function signedData(message: SignedMessage): Uint8Array | undefined {
  switch (message.kind) {
    case "envelope":
      return preAuthenticationEncoding(message.payloadType, message.payload);
    case "data":
      return message.data;
    case "digest":
      return undefined;
  }
}

/** The digest, of the length that is asked for, of the data; undefined where there is no data and no such digest. */
function digestOf(message: SignedMessage, length: number, data: Uint8Array | undefined): Buffer | undefined {
  if (message.kind === "digest") return Buffer.from(message.sha256);
  const name = new Map([
    [32, "sha256"],
    [48, "sha384"],
    [64, "sha512"],
  ]).get(length);
  return data === undefined || name === undefined ? undefined : createHash(name).update(data).digest();
}

function loggedTimes(material: SignatureMaterial): readonly ProvenTime[] {
  return promisedEntries(material).map(({ integratedTime }) => ({
    at: new Date(Number(integratedTime) * 1000),
    by: "transparency-log" as const,
  }));
}

function objectionOf(error: unknown): EngineObjection {
  if (!(error instanceof VerificationError)) return "unreadable";
  switch (error.code) {
    case "TIMESTAMP_ERROR":
      return "time";
    case "TLOG_BODY_ERROR":
      return "log-entry";
    case "SIGNATURE_ERROR":
      return "signature";
    default:
      return "log-inclusion";
  }
}
