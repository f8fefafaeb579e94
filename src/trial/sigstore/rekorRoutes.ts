import { createHash, randomBytes, verify, X509Certificate } from "node:crypto";
import { isJsonArray, isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../core/json.ts";
import { preAuthenticationEncoding } from "../../core/sign/statement.ts";
import type { LoopbackAnswer } from "../loopback.ts";
import { envelopeEntry } from "./createTrialSigstore.ts";
import type { SigstoreParts } from "./startTrialSigstore.ts";
import type { LogEntryBody } from "./transparencyLog.ts";

/** `POST /api/v1/log/entries`: Rekor v1, for envelopes (`dsse`) and for digests (`hashedrekord`). */
export function answerProposal(body: JsonObject, { sigstore, now, fault }: SigstoreParts): LoopbackAnswer {
  const spec = isJsonObject(body["spec"]) ? body["spec"] : {};
  const own = body["kind"] === "dsse" ? readProposedEnvelope(spec) : readHashed(body, spec);
  if (own === undefined) return { status: 400, body: { code: 400, message: "invalid entry: verification failed" } };
  const entry = sigstore.transparencyLog.add(fault() === "other-entry" ? another(own) : own, now());
  if (fault() === "log-fails") return { status: 500, body: { code: 500, message: "The log failed." } };
  if (fault() === "known-entry")
    return { status: 409, body: { code: 409, message: "an equivalent entry already exists" } };
  const hex = (text: string): string => Buffer.from(text, "base64").toString("hex");
  const { inclusionProof: proof } = entry;
  const value = {
    body: entry.canonicalizedBody,
    integratedTime: Number(entry.integratedTime),
    logID: hex(entry.logId.keyId),
    logIndex: Number(entry.logIndex),
    verification: {
      signedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      inclusionProof: {
        checkpoint: proof.checkpoint.envelope,
        hashes: proof.hashes.map(hex),
        logIndex: Number(proof.logIndex),
        rootHash: hex(proof.rootHash),
        treeSize: Number(proof.treeSize),
      },
    },
  };
  return { status: 201, body: { [randomBytes(40).toString("hex")]: value } };
}

/** `POST /api/v2/log/entries`: Rekor v2, which takes digests alone. */
export function answerEntry(body: JsonObject, { tileLog, fault }: SigstoreParts): LoopbackAnswer {
  const request = isJsonObject(body["hashedRekordRequestV002"]) ? body["hashedRekordRequestV002"] : {};
  const signature = isJsonObject(request["signature"]) ? request["signature"] : {};
  const verifier = isJsonObject(signature["verifier"]) ? signature["verifier"] : {};
  const certificate = isJsonObject(verifier["x509Certificate"]) ? verifier["x509Certificate"] : {};
  const digest = textOrEmpty(request["digest"]);
  if (Buffer.from(digest, "base64").length !== 32 || textOrEmpty(certificate["rawBytes"]) === "")
    return { status: 400, body: { code: 3, message: "invalid type, must be hashedrekord", details: [] } };
  const own = {
    kind: "hashedrekord",
    apiVersion: "0.0.2",
    spec: { hashedRekordV002: { data: { algorithm: "SHA2_256", digest }, signature: request["signature"] } },
  };
  const entry = tileLog.add(fault() === "other-entry" ? another(own) : own);
  if (fault() === "log-fails") return { status: 500, body: { code: 13, message: "The log failed.", details: [] } };
  if (fault() === "known-entry")
    return { status: 409, body: { code: 6, message: "an equivalent entry already exists", details: [] } };
  return { status: 201, body: entry };
}

/** The entry for an envelope whose signature is the certificate's; undefined for any other. */
function readProposedEnvelope(spec: JsonObject): LogEntryBody | undefined {
  const proposed = isJsonObject(spec["proposedContent"]) ? spec["proposedContent"] : {};
  const envelope = readJson(textOrEmpty(proposed["envelope"]));
  const [encoded] = isJsonArray(proposed["verifiers"]) ? proposed["verifiers"] : [];
  const verifier = Buffer.from(textOrEmpty(encoded), "base64").toString("utf8");
  if (!isJsonObject(envelope) || !isJsonArray(envelope["signatures"])) return undefined;
  const [first] = envelope["signatures"];
  const signature = Buffer.from(textOrEmpty(isJsonObject(first) ? first["sig"] : ""), "base64");
  const payload = Buffer.from(textOrEmpty(envelope["payload"]), "base64");
  const covered = preAuthenticationEncoding(textOrEmpty(envelope["payloadType"]), payload);
  try {
    const { publicKey } = new X509Certificate(verifier);
    return verify("sha256", covered, publicKey, signature) ? envelopeEntry(payload, signature, verifier) : undefined;
  } catch {
    return undefined;
  }
}

function readHashed(body: JsonObject, spec: JsonObject): LogEntryBody | undefined {
  const { apiVersion, kind } = body;
  if (kind !== "hashedrekord" || apiVersion !== "0.0.1" || !isJsonObject(spec["data"])) return undefined;
  return { kind, apiVersion, spec };
}

/** The same entry about something else. */
function another(entry: LogEntryBody): LogEntryBody {
  const other = createHash("sha256").update("another").digest();
  const text = JSON.stringify(entry).replace(/"digest":"[^"]+"/, `"digest":"${other.toString("base64")}"`);
  const value: unknown = JSON.parse(text.replace(/"value":"[0-9a-f]{64}"/g, `"value":"${other.toString("hex")}"`));
  return isJsonObject(value) && isJsonObject(value["spec"]) ? { ...entry, spec: value["spec"] } : entry;
}
