import { createHash } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonArray, isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { PlannedSignature } from "../../../core/sign/plan.ts";
import type { SigningEndpoint } from "../../../core/sign/signingConfig.ts";
import { preAuthenticationEncoding } from "../../../core/sign/statement.ts";
import { oneLine } from "../serviceWords.ts";
import type { IdentityCertificate } from "./fulcio.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";

/** What is to be logged. */
export interface LoggedSignature {
  readonly plan: Pick<PlannedSignature, "payloadType" | "payload" | "signedBytes">;
  readonly signature: Uint8Array;
  readonly certificate: IdentityCertificate;
}

/** A log of version 2 answers when its next checkpoint is there; clients wait for 20 s at least. */
const checkpointMs = 30_000;
const maximumHashes = 64;
const ambiguity = "The log may hold an entry now; nothing was attached. Sign again.";

/** Has a signature logged, once, and gives the entry as bundles carry it. What it proves, the judge checks. AppError `service-protocol`, `service-denied`, `service-unavailable`. */
export async function logSignature(
  place: SigstorePlace,
  log: SigningEndpoint,
  logged: LoggedSignature,
  options: WaitOptions,
): Promise<JsonObject> {
  const action = "have the signature logged";
  const isFirst = log.majorApiVersion === 1;
  const { status, body } = await callSigstore(
    place,
    {
      url: `${log.url}/api/v${isFirst ? 1 : 2}/log/entries`,
      body: isFirst ? proposalOf(logged) : requestOf(logged),
      action,
      ambiguity,
      timeoutMs: Math.max(place.timeoutMs, checkpointMs),
    },
    options,
  );
  const fail = (code: AppError["code"], why: string): AppError =>
    new AppError(code, `Could not ${action} at ${log.url}: ${why}. ${ambiguity}`);
  if (status < 200 || status >= 300) {
    const said = oneLine(isJsonObject(body) ? body["message"] : undefined) ?? "it gives no reason";
    throw fail(status >= 500 ? "service-unavailable" : "service-denied", `${said} (status ${status})`);
  }
  const entry = isFirst ? readFirst(body) : readSecond(body);
  if (entry === undefined) throw fail("service-protocol", "its answer is no log entry");
  return entry;
}

/** Rekor v1: `dsse` for an envelope, `hashedrekord` for a digest. */
function proposalOf({ plan, signature, certificate }: LoggedSignature): object {
  const verifier = base64(Buffer.from(certificate.pem, "utf8"));
  if (!isEnvelope(plan)) {
    const hash = { algorithm: "sha256", value: sha256(plan.signedBytes).toString("hex") };
    const own = { content: base64(signature), publicKey: { content: verifier } };
    return { apiVersion: "0.0.1", kind: "hashedrekord", spec: { data: { hash }, signature: own } };
  }
  const { payloadType, payload } = plan;
  const envelope = { payloadType, payload: base64(payload), signatures: [{ sig: base64(signature) }] };
  const proposedContent = { envelope: JSON.stringify(envelope), verifiers: [verifier] };
  return { apiVersion: "0.0.1", kind: "dsse", spec: { proposedContent } };
}

/** Whether what is signed is the encoding of a DSSE envelope around the payload, and not the payload itself. */
export function isEnvelope({ payloadType, payload, signedBytes }: LoggedSignature["plan"]): boolean {
  return preAuthenticationEncoding(payloadType, payload).equals(signedBytes);
}

/** Rekor v2: the digest of what was signed, an envelope's too. */
function requestOf({ plan, signature, certificate }: LoggedSignature): object {
  const verifier = { x509Certificate: { rawBytes: base64(certificate.der) }, keyDetails: "PKIX_ECDSA_P256_SHA_256" };
  const digest = base64(sha256(plan.signedBytes));
  return { hashedRekordRequestV002: { digest, signature: { content: base64(signature), verifier } } };
}

/** `{ UUID: entry }` as rekor.v1.TransparencyLogEntry in protobuf's JSON. */
function readFirst(body: unknown): JsonObject | undefined {
  const [entry, ...others] = isJsonObject(body) ? Object.values(body) : [];
  if (!isJsonObject(entry) || others.length > 0) return undefined;
  const verification = isJsonObject(entry["verification"]) ? entry["verification"] : {};
  const proof = isJsonObject(verification["inclusionProof"]) ? verification["inclusionProof"] : {};
  const { body: text, integratedTime, logID, logIndex } = entry;
  const canonicalizedBody = textOrEmpty(text);
  const { hashes } = proof;
  const [kind, version] = kindOf(canonicalizedBody);
  if (!isJsonArray(hashes) || hashes.length > maximumHashes || kind === "") return undefined;
  return {
    logIndex: numeral(logIndex),
    logId: { keyId: fromHex(logID) },
    kindVersion: { kind, version },
    integratedTime: numeral(integratedTime),
    inclusionPromise: { signedEntryTimestamp: textOrEmpty(verification["signedEntryTimestamp"]) },
    inclusionProof: {
      logIndex: numeral(proof["logIndex"]),
      rootHash: fromHex(proof["rootHash"]),
      treeSize: numeral(proof["treeSize"]),
      hashes: hashes.map(fromHex),
      checkpoint: { envelope: textOrEmpty(proof["checkpoint"]) },
    },
    canonicalizedBody,
  };
}

function readSecond(body: unknown): JsonObject | undefined {
  return isJsonObject(body) && isJsonObject(body["inclusionProof"]) && typeof body["canonicalizedBody"] === "string"
    ? body
    : undefined;
}

function kindOf(canonicalizedBody: string): readonly [string, string] {
  const text = Buffer.from(canonicalizedBody, "base64").toString("utf8");
  const body = readJson(text);
  return isJsonObject(body) ? [textOrEmpty(body["kind"]), textOrEmpty(body["apiVersion"])] : ["", ""];
}

/** Protobuf's JSON writes 64-bit numbers as texts. */
function numeral(value: unknown): string {
  return typeof value === "number" ? String(value) : "";
}

function fromHex(value: unknown): string {
  return Buffer.from(textOrEmpty(value), "hex").toString("base64");
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function sha256(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}
