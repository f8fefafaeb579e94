import { decodeBase64, decodePem } from "../base64.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import type { FoundSignature } from "./foundSignature.ts";
import { signatureLimits, type ClaimedSigner, type LogEntry } from "./material.ts";

/** Media type of a layer that is a signature in cosign's first format (cosign SIGNATURE_SPEC). */
export const simpleSigningMediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

/** Artifact or config type of the same layers, attached as a referrer (cosign's experimental OCI 1.1 mode). */
export const cosignArtifactType = "application/vnd.dev.cosign.artifact.sig.v1+json";

const annotationNames = {
  signature: "dev.cosignproject.cosign/signature",
  certificate: "dev.sigstore.cosign/certificate",
  chain: "dev.sigstore.cosign/chain",
  bundle: "dev.sigstore.cosign/bundle",
  timestamp: "dev.sigstore.cosign/rfc3161timestamp",
} as const;

const payloadType = "cosign container image signature";

/**
 * Reads one layer of a `.sig` manifest: the blob is the signed payload (Simple Signing), its descriptor's annotations
 * hold the signature and who made it. The payload must say that it is a signature, of this image.
 */
export function readCosignLayer(layer: Descriptor, payload: Uint8Array, image: string): FoundSignature["content"] {
  const objection = objectionToPayload(payload, image);
  if (objection !== undefined) return { kind: "invalid", reason: objection };
  const annotations = layer.annotations ?? {};
  const text = (name: keyof typeof annotationNames): string => {
    const key = annotationNames[name];
    return Object.hasOwn(annotations, key) ? (annotations[key] ?? "").trim() : "";
  };
  // Line breaks inside the Base64 text are legal here: cosign's own reader skips them, and signatures with them exist.
  const signature = decodeBase64(text("signature").replace(/[\r\n]/g, ""));
  if (signature === undefined || signature.length === 0) return malformed("The layer carries no signature in Base64.");
  const signer = readSigner(text("certificate"), text("chain"));
  // A bare public key here once replaced the key that was trusted (GHSA-fx35-mq7g-6g98).
  if (signer === undefined) return malformed("The certificate's place holds something other than one certificate.");
  const entry = text("bundle") === "" ? undefined : readEntry(text("bundle"));
  if (text("bundle") !== "" && entry === undefined) return malformed("The log entry cannot be read.");
  const timestamp = text("timestamp") === "" ? undefined : readTimestamp(text("timestamp"));
  if (text("timestamp") !== "" && timestamp === undefined) return malformed("The time stamp cannot be read.");
  return {
    kind: "readable",
    material: {
      signature,
      message: { kind: "data", data: payload },
      signer,
      logEntries: entry === undefined ? [] : [entry],
      timestamps: timestamp === undefined ? [] : [timestamp],
      // cosign used SHA-256 for this format whatever the key.
      alsoDigests: ["sha256"],
    },
  };
}

/** The image name that a payload claims (`critical.identity.docker-reference`); undefined where it claims none. */
export function claimedReferenceOf(payload: Uint8Array): string | undefined {
  const claimed = objectAt(objectAt(objectOf(payload), "critical"), "identity")?.["docker-reference"];
  return typeof claimed === "string" && claimed !== "" ? claimed : undefined;
}

function objectionToPayload(payload: Uint8Array, image: string): Reason | undefined {
  const parsed = readStrictJson(payload, signatureLimits.entryBody);
  if (parsed.kind === "refused")
    return { code: "signature-malformed", message: `The signed payload cannot be read: ${parsed.why}.` };
  const critical = objectAt(parsed.value, "critical");
  if (critical?.["type"] !== payloadType)
    return { code: "payload-type", message: "The signed payload does not say that it is an image signature." };
  const digest = objectAt(critical, "image")?.["docker-manifest-digest"];
  if (digest !== image) return { code: "other-image", message: "The signature is for another image." };
  return undefined;
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

function objectOf(source: Uint8Array | string): JsonObject | undefined {
  const parsed = readStrictJson(source, signatureLimits.entryBody);
  return parsed.kind === "json" && isJsonObject(parsed.value) ? parsed.value : undefined;
}

function objectAt(value: unknown, name: string): JsonObject | undefined {
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

function malformed(message: string): FoundSignature["content"] {
  return { kind: "invalid", reason: { code: "signature-malformed", message } };
}
