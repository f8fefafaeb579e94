import { createHash } from "node:crypto";
import { decodeBase64, decodePem } from "../base64.ts";
import { isJsonArray, isJsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import { readPublicKey, type PublicKey } from "../x509/publicKey.ts";
import type { Reason } from "../verdict/verdict.ts";
import {
  signatureLimits,
  type ClaimedSigner,
  type LogEntry,
  type SignatureMaterial,
  type SignedMessage,
} from "./material.ts";

/** Kinds of log entries that are understood, by `kind version`, and whether they are for an envelope or for plain data. */
const knownKinds = new Map<string, "envelope" | "data" | "both">([
  ["hashedrekord 0.0.1", "data"],
  ["rekord 0.0.1", "data"],
  // Rekor v2 logs envelopes as the hash of their pre-authentication encoding.
  ["hashedrekord 0.0.2", "both"],
  ["dsse 0.0.1", "envelope"],
  ["intoto 0.0.1", "envelope"],
  ["intoto 0.0.2", "envelope"],
]);

/** Kinds that Rekor no longer writes and the engine does not read: they are compared here alone, and proven by `isPromised`. */
const olderKinds: ReadonlySet<string> = new Set(["rekord 0.0.1", "intoto 0.0.1"]);

/** Whether the engine cannot read an entry's kind, although it is understood here. */
export function isOfOlderKind({ kind, version }: LogEntry): boolean {
  return olderKinds.has(`${kind} ${version}`);
}

/** Who signed according to a log entry: the DER of a certificate, or a public key. */
export type EntrySigner =
  | { readonly kind: "certificate"; readonly der: Uint8Array }
  | { readonly kind: "key"; readonly key: PublicKey };

/**
 * Compares what a log entry says with the signature that carries it: kind, signer, the signature itself, and the hash of
 * what was signed. The log vouches for its entry only; without this, an entry of somebody else's signature would prove
 * this one (CVE-2026-22703, CVE-2022-36056, CVE-2022-23649). Gives the reason why they do not belong together.
 */
export function objectionToEntry(
  entry: LogEntry,
  material: SignatureMaterial,
  key: PublicKey | undefined,
): Reason | undefined {
  const kind = knownKinds.get(`${entry.kind} ${entry.version}`);
  if (kind === undefined)
    return {
      code: "unsupported-log-entry",
      message: `The log entry is of the kind ${entry.kind} ${entry.version}, which is not supported.`,
    };
  const body = readBody(entry);
  if (body === undefined) return { code: "log-entry-malformed", message: "The log entry cannot be read." };
  const fits = kind === "both" || (kind === "envelope") === (material.message.kind === "envelope");
  if (!fits) return { code: "log-entry-mismatch", message: "The log entry is for another kind of signature." };
  const signer = signerOf(entry, body);
  if (signer === undefined || !isSameSigner(signer, material.signer, key)) {
    const other = material.signer.kind === "certificate" ? "certificate" : "key";
    return { code: "log-entry-mismatch", message: `The log entry is for another ${other}.` };
  }
  if (!namesSignature(entry, body, material))
    return { code: "log-entry-mismatch", message: "The log entry is for another signature." };
  if (!namesKnownHash(entry, body, material))
    return { code: "log-entry-mismatch", message: "The log entry is for other data." };
  return undefined;
}

/** Who signed according to a log entry, as far as it can be read. */
export function entrySigner(entry: LogEntry): EntrySigner | undefined {
  const body = readBody(entry);
  return body === undefined ? undefined : signerOf(entry, body);
}

function readBody(entry: LogEntry): unknown {
  const body = readStrictJson(entry.body, signatureLimits.entryBody);
  if (body.kind === "refused") return undefined;
  const json = body.value;
  const same = at(json, "kind") === entry.kind && at(json, "apiVersion") === entry.version;
  return same ? at(json, "spec") : undefined;
}

function signerOf(entry: LogEntry, spec: unknown): EntrySigner | undefined {
  switch (`${entry.kind} ${entry.version}`) {
    case "rekord 0.0.1":
      // Other formats of keys (PGP, minisign, SSH) are never an image's.
      if (at(spec, "signature", "format") !== "x509") return undefined;
      return fromPem(base64At(spec, "signature", "publicKey", "content"));
    case "hashedrekord 0.0.1":
      return fromPem(base64At(spec, "signature", "publicKey", "content"));
    case "intoto 0.0.1":
      return fromPem(base64At(spec, "publicKey"));
    case "dsse 0.0.1":
      return fromPem(base64At(only(at(spec, "signatures")), "verifier"));
    case "intoto 0.0.2":
      return fromPem(base64At(only(at(spec, "content", "envelope", "signatures")), "publicKey"));
    case "hashedrekord 0.0.2": {
      const verifier = at(spec, "hashedRekordV002", "signature", "verifier");
      const certificate = base64At(verifier, "x509Certificate", "rawBytes");
      if (certificate !== undefined) return { kind: "certificate", der: certificate };
      const der = base64At(verifier, "publicKey", "rawBytes");
      const key = der === undefined ? undefined : readPublicKey(der);
      return key === undefined ? undefined : { kind: "key", key };
    }
    default:
      return undefined;
  }
}

function fromPem(bytes: Buffer | undefined): EntrySigner | undefined {
  const text = bytes?.toString("latin1") ?? "";
  const certificate = decodePem(text, "CERTIFICATE");
  if (certificate !== undefined) return { kind: "certificate", der: certificate };
  const key = readPublicKey(text);
  return key === undefined ? undefined : { kind: "key", key };
}

function isSameSigner(signer: EntrySigner, claimed: ClaimedSigner, key: PublicKey | undefined): boolean {
  if (signer.kind === "certificate")
    return claimed.kind === "certificate" && Buffer.compare(signer.der, claimed.der) === 0;
  return claimed.kind === "key" && signer.key.fingerprint === key?.fingerprint;
}

/** The first kind of in-toto entry holds no signature: its hash covers the whole envelope, and so the signature in it. */
function namesSignature(entry: LogEntry, spec: unknown, { signature }: SignatureMaterial): boolean {
  const named = signatureIn(`${entry.kind} ${entry.version}`, spec);
  return named === "in the envelope" || (named !== undefined && Buffer.compare(named, signature) === 0);
}

function signatureIn(kind: string, spec: unknown): Buffer | "in the envelope" | undefined {
  switch (kind) {
    case "hashedrekord 0.0.1":
    case "rekord 0.0.1":
      return base64At(spec, "signature", "content");
    case "dsse 0.0.1":
      return base64At(only(at(spec, "signatures")), "signature");
    case "intoto 0.0.1":
      return "in the envelope";
    case "intoto 0.0.2": {
      // Rekor encodes the envelope's text once more.
      const text = base64At(only(at(spec, "content", "envelope", "signatures")), "sig");
      return text === undefined ? undefined : decodeBase64(text.toString("latin1"));
    }
    case "hashedrekord 0.0.2":
      return base64At(spec, "hashedRekordV002", "signature", "content");
    default:
      return undefined;
  }
}

/** Rekor v1 names its hash beside the value; in Rekor v2 the hash is of what was signed, and the engine compares it. */
function namesKnownHash(entry: LogEntry, spec: unknown, { message }: SignatureMaterial): boolean {
  switch (`${entry.kind} ${entry.version}`) {
    case "dsse 0.0.1":
      return isHashOf(at(spec, "payloadHash"), message);
    case "intoto 0.0.1": {
      const whole = message.kind === "envelope" ? message.whole : undefined;
      return whole !== undefined && isHashOf(at(spec, "content", "hash"), { kind: "data", data: whole });
    }
    case "intoto 0.0.2":
      return isHashOf(at(spec, "content", "payloadHash"), message);
    case "hashedrekord 0.0.2":
      return true;
    default:
      return isHashOf(at(spec, "data", "hash"), message);
  }
}

function isHashOf(hash: unknown, message: SignedMessage): boolean {
  const algorithm = at(hash, "algorithm");
  if (algorithm !== "sha256" && algorithm !== "sha384" && algorithm !== "sha512") return false;
  if (message.kind === "digest")
    return algorithm === "sha256" && at(hash, "value") === Buffer.from(message.sha256).toString("hex");
  const data = message.kind === "envelope" ? message.payload : message.data;
  return at(hash, "value") === createHash(algorithm).update(data).digest("hex");
}

function base64At(value: unknown, ...path: readonly string[]): Buffer | undefined {
  const text = at(value, ...path);
  return typeof text === "string" ? decodeBase64(text) : undefined;
}

/** The only member of a list: an entry for several signatures is not for this one. */
function only(value: unknown): unknown {
  return isJsonArray(value) && value.length === 1 ? value[0] : undefined;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, name)) return undefined;
    current = current[name];
  }
  return current;
}
