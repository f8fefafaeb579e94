import { decodeBase64, decodePem } from "../base64.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import { signatureLimits, type ClaimedSigner, type LogEntry } from "./material.ts";

/** Annotations of a layer's descriptor (cosign SIGNATURE_SPEC). */
export const cosignAnnotations = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  chain: "dev.sigstore.cosign/chain",
  bundle: "dev.sigstore.cosign/bundle",
  timestamp: "dev.sigstore.cosign/rfc3161timestamp",
} as const;

/** What the annotations of a layer say of who signed it and when; nothing of it is proven. */
export interface AnnotatedSignature {
  /** Absent where the annotation is empty: an attestation's signature stands in its envelope. */
  readonly signature?: Uint8Array;
  readonly signer: ClaimedSigner;
  readonly logEntries: readonly LogEntry[];
  readonly timestamps: readonly Uint8Array[];
}

/** Reads the annotations of a layer in cosign's first format, or says why not. */
export function readCosignAnnotations(layer: Descriptor): AnnotatedSignature | Reason {
  const annotations = layer.annotations ?? {};
  const text = (name: keyof typeof cosignAnnotations): string => {
    const key = cosignAnnotations[name];
    return Object.hasOwn(annotations, key) ? (annotations[key] ?? "").trim() : "";
  };
  // Line breaks inside the Base64 text are legal here: cosign's own reader skips them, and signatures with them exist.
  const signature = decodeBase64(text("signature").replace(/[\r\n]/g, ""));
  if (signature === undefined) return malformed("The layer carries no signature in Base64.");
  const signer = readSigner(text("certificate"), text("chain"));
  // A bare public key here once replaced the key that was trusted (GHSA-fx35-mq7g-6g98).
  if (signer === undefined) return malformed("The certificate's place holds something other than one certificate.");
  const entry = text("bundle") === "" ? undefined : readEntry(text("bundle"));
  if (text("bundle") !== "" && entry === undefined) return malformed("The log entry cannot be read.");
  const timestamp = text("timestamp") === "" ? undefined : readTimestamp(text("timestamp"));
  if (text("timestamp") !== "" && timestamp === undefined) return malformed("The time stamp cannot be read.");
  return {
    ...(signature.length === 0 ? {} : { signature }),
    signer,
    logEntries: entry === undefined ? [] : [entry],
    timestamps: timestamp === undefined ? [] : [timestamp],
  };
}

function readSigner(certificate: string, chain: string): ClaimedSigner | undefined {
  if (certificate === "") return { kind: "key" };
  const der = decodePem(certificate, "CERTIFICATE");
  if (der === undefined) return undefined;
  // Nobody trusts the chain, so that what cannot be read of it is as good as absent.
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const intermediates = blocks
    .slice(0, signatureLimits.intermediates)
    .flatMap((block) => decodePem(block, "CERTIFICATE") ?? []);
  return { kind: "certificate", der, ...(intermediates.length === 0 ? {} : { intermediates }) };
}

/** Rekor v1's promise with the entry itself, as cosign keeps it; there is no inclusion proof in this format. */
function readEntry(text: string): LogEntry | undefined {
  const json = objectOf(text);
  const payload = objectAt(json, "Payload");
  const promise = bytesOf(json?.["SignedEntryTimestamp"]);
  const body = bytesOf(payload?.["body"]);
  const logId = payload?.["logID"];
  const { integratedTime, logIndex } = payload ?? {};
  if (promise === undefined || body === undefined || typeof logId !== "string") return undefined;
  if (!/^[0-9a-f]{64}$/.test(logId) || !isCount(integratedTime) || !isCount(logIndex)) return undefined;
  const entry = objectOf(body);
  const { kind, apiVersion } = entry ?? {};
  if (typeof kind !== "string" || typeof apiVersion !== "string") return undefined;
  return {
    logId: Buffer.from(logId, "hex"),
    logIndex: String(logIndex),
    kind,
    version: apiVersion,
    integratedTime: String(integratedTime),
    body,
    promise,
  };
}

function readTimestamp(text: string): Buffer | undefined {
  return bytesOf(objectOf(text)?.["SignedRFC3161Timestamp"]);
}

/** An object in JSON of at most the length of a log entry; undefined for anything else. */
export function objectOf(source: Uint8Array | string): JsonObject | undefined {
  const parsed = readStrictJson(source, signatureLimits.entryBody);
  return parsed.kind === "json" && isJsonObject(parsed.value) ? parsed.value : undefined;
}

/** A member that is an object. */
export function objectAt(value: unknown, name: string): JsonObject | undefined {
  const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(member) ? member : undefined;
}

function bytesOf(json: unknown): Buffer | undefined {
  const bytes = typeof json === "string" ? decodeBase64(json) : undefined;
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function isCount(json: unknown): json is number {
  return typeof json === "number" && Number.isSafeInteger(json) && json >= 0;
}

function malformed(message: string): Reason {
  return { code: "signature-malformed", message };
}
