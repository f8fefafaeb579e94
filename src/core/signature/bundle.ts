import { decodeBase64 } from "../base64.ts";
import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../json.ts";
import { readStrictJson, withoutNulls } from "../strictJson.ts";
import type { Reason } from "../verdict/verdict.ts";
import { envelopeIn } from "./envelope.ts";
import { signatureLimits, type ClaimedSigner, type LogEntry } from "./material.ts";

/** Media types of Sigstore bundles, by the version that they stand for. */
const versions = new Map([
  ["application/vnd.dev.sigstore.bundle+json;version=0.1", "0.1"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.2", "0.2"],
  ["application/vnd.dev.sigstore.bundle+json;version=0.3", "0.3"],
  ["application/vnd.dev.sigstore.bundle.v0.3+json", "0.3"],
]);

/** A Sigstore bundle (sigstore_bundle.proto), parsed and not proven. */
export interface SigstoreBundle {
  readonly content:
    | { readonly kind: "envelope"; readonly payloadType: string; readonly payload: Uint8Array }
    | { readonly kind: "message"; readonly algorithm: string; readonly digest: Uint8Array };
  readonly signature: Uint8Array;
  readonly signer: ClaimedSigner;
  readonly logEntries: readonly LogEntry[];
  readonly timestamps: readonly Uint8Array[];
}

type Read<T> = { readonly kind: "read"; readonly value: T } | { readonly kind: "refused"; readonly reason: Reason };

/** Reads a bundle of version 0.1 to 0.3 with strict JSON and strict Base64, or gives the reason why not. */
export function readBundle(source: Uint8Array | string): Read<SigstoreBundle> {
  const parsed = readStrictJson(source, signatureLimits.json);
  if (parsed.kind === "refused") return malformed(`the bundle cannot be read: ${parsed.why}`);
  const json = withoutNulls(parsed.value);
  if (!isJsonObject(json)) return malformed("the bundle is not a JSON object");
  const mediaType = textOrEmpty(json["mediaType"]);
  const version = versions.get(mediaType);
  if (version === undefined)
    return refuse("bundle-version", `The bundle's version is not supported: ${mediaType.slice(0, 80)}.`);
  const material = json["verificationMaterial"];
  if (!isJsonObject(material)) return malformed("the bundle has no verification material");

  const content = readContent(json);
  if (content.kind === "refused") return content;
  const signer = readSigner(material);
  if (signer === undefined) return malformed("the bundle does not name one signer");
  const logEntries = listOf(material["tlogEntries"], signatureLimits.logEntries)?.map(readLogEntry);
  const entries = logEntries?.filter((entry) => entry !== undefined);
  if (logEntries === undefined || entries === undefined || entries.length !== logEntries.length)
    return malformed("a log entry of the bundle is wrong");
  // v0.1 rests on the log's promise, everything later on its proof.
  const proven = entries.every(({ promise, proof }) => (version === "0.1" ? promise : proof) !== undefined);
  if (!proven) return refuse("log-inclusion", "A log entry of the bundle has no proof that it is in the log.");
  const timestamps = readTimestamps(material["timestampVerificationData"]);
  if (timestamps === undefined) return malformed("a time stamp of the bundle is wrong");
  return { kind: "read", value: { ...content.value, signer, logEntries: entries, timestamps } };
}

function readContent(json: JsonObject): Read<Pick<SigstoreBundle, "content" | "signature">> {
  const { dsseEnvelope: envelope, messageSignature: message } = json;
  if ((envelope === undefined) === (message === undefined)) return malformed("the bundle does not hold one signature");
  if (envelope !== undefined) {
    const read = envelopeIn(envelope);
    if ("code" in read) return { kind: "refused", reason: read };
    const { payloadType, payload, signature } = read;
    return { kind: "read", value: { content: { kind: "envelope", payloadType, payload }, signature } };
  }
  const hash = isJsonObject(message) ? message["messageDigest"] : undefined;
  const digest = isJsonObject(hash) ? bytesOf(hash["digest"]) : undefined;
  const signature = isJsonObject(message) ? bytesOf(message["signature"]) : undefined;
  if (!isJsonObject(hash) || digest === undefined || signature === undefined)
    return malformed("the bundle's digest or signature is not Base64");
  return {
    kind: "read",
    value: { content: { kind: "message", algorithm: textOrEmpty(hash["algorithm"]), digest }, signature },
  };
}

function readSigner(material: JsonObject): ClaimedSigner | undefined {
  const { certificate, publicKey, x509CertificateChain: chain } = material;
  if ([certificate, publicKey, chain].filter((one) => one !== undefined).length !== 1) return undefined;
  if (isJsonObject(publicKey)) {
    const hint = publicKey["hint"];
    return typeof hint === "string" && hint !== "" ? { kind: "key", hint } : { kind: "key" };
  }
  const list = isJsonObject(chain) ? listOf(chain["certificates"], signatureLimits.intermediates) : [certificate];
  const certificates = (list ?? []).map((one) => (isJsonObject(one) ? bytesOf(one["rawBytes"]) : undefined));
  const [leaf, ...intermediates] = certificates.filter((der) => der !== undefined);
  // A private PKI brings what leads from the signer to its anchor; only a chain that is validated whole makes any of it count.
  return leaf === undefined || certificates.includes(undefined)
    ? undefined
    : { kind: "certificate", der: leaf, ...(intermediates.length === 0 ? {} : { intermediates }) };
}

function readLogEntry(json: unknown): LogEntry | undefined {
  if (!isJsonObject(json) || !isJsonObject(json["logId"]) || !isJsonObject(json["kindVersion"])) return undefined;
  const { kind, version } = json["kindVersion"];
  const logId = bytesOf(json["logId"]["keyId"]);
  const body = bytesOf(json["canonicalizedBody"]);
  const logIndex = countOf(json["logIndex"] ?? "0");
  const integratedTime = countOf(json["integratedTime"] ?? "0");
  if (typeof kind !== "string" || typeof version !== "string" || logId === undefined || body === undefined)
    return undefined;
  if (logIndex === undefined || integratedTime === undefined) return undefined;
  const promised = json["inclusionPromise"];
  const promise = isJsonObject(promised) ? bytesOf(promised["signedEntryTimestamp"]) : undefined;
  const proof = json["inclusionProof"] === undefined ? undefined : readProof(json["inclusionProof"]);
  if (
    (promised !== undefined && promise === undefined) ||
    (json["inclusionProof"] !== undefined && proof === undefined)
  )
    return undefined;
  return {
    logId,
    logIndex,
    kind,
    version,
    integratedTime,
    body,
    ...(promise === undefined ? {} : { promise }),
    ...(proof === undefined ? {} : { proof }),
  };
}

function readProof(json: unknown): LogEntry["proof"] {
  if (!isJsonObject(json) || !isJsonObject(json["checkpoint"])) return undefined;
  const logIndex = countOf(json["logIndex"] ?? "0");
  const treeSize = countOf(json["treeSize"] ?? "0");
  const rootHash = bytesOf(json["rootHash"]);
  const list = listOf(json["hashes"], signatureLimits.proofHashes)?.map(bytesOf);
  const hashes = list?.filter((hash) => hash !== undefined);
  const checkpoint = json["checkpoint"]["envelope"];
  if (logIndex === undefined || treeSize === undefined || rootHash === undefined) return undefined;
  if (typeof checkpoint !== "string" || hashes === undefined || hashes.length !== list?.length) return undefined;
  return { logIndex, treeSize, rootHash, hashes, checkpoint };
}

function readTimestamps(json: unknown): readonly Uint8Array[] | undefined {
  if (json === undefined) return [];
  const list = isJsonObject(json) ? listOf(json["rfc3161Timestamps"], signatureLimits.timestamps) : undefined;
  const stamps = list?.map((stamp) => (isJsonObject(stamp) ? bytesOf(stamp["signedTimestamp"]) : undefined));
  const read = stamps?.filter((stamp) => stamp !== undefined);
  return read?.length === stamps?.length ? read : undefined;
}

function listOf(json: unknown, limit: number): readonly unknown[] | undefined {
  if (json === undefined) return [];
  return isJsonArray(json) && json.length <= limit ? json : undefined;
}

function bytesOf(json: unknown): Buffer | undefined {
  const bytes = typeof json === "string" ? decodeBase64(json) : undefined;
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** 64-bit counts are texts in protobuf's JSON, and numbers are allowed too; never negative here. */
function countOf(json: unknown): string | undefined {
  const text = typeof json === "number" && Number.isSafeInteger(json) ? String(json) : json;
  return typeof text === "string" && /^\d{1,19}$/.test(text) ? text : undefined;
}

function malformed(what: string): Extract<Read<never>, { kind: "refused" }> {
  return refuse("signature-malformed", `${what.charAt(0).toUpperCase()}${what.slice(1)}.`);
}

function refuse(code: string, message: string): Extract<Read<never>, { kind: "refused" }> {
  return { kind: "refused", reason: { code, message } };
}
