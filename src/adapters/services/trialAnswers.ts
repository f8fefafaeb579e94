import type {
  AuditEntry,
  DenyCode,
  HashAlgorithm,
  KeyDescription,
  KeyNeed,
  KeySpec,
  PendingRequest,
  SignatureScheme,
  SignOutcome,
} from "../../application/signingService.ts";
import { isJsonArray, isJsonObject } from "../../core/json.ts";

const specs: readonly KeySpec[] = ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "p521", "ed25519"];
const schemes: readonly SignatureScheme[] = ["rsa-pkcs1v15", "rsa-pss", "ecdsa", "ed25519"];
const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
const needs: readonly KeyNeed[] = ["justification", "approval"];
const custodies: readonly KeyDescription["custody"][] = ["hsm", "service-software", "unknown"];
const states: readonly KeyDescription["state"][] = ["enabled", "disabled", "expired"];
const denyCodes: readonly DenyCode[] = [
  "unauthenticated",
  "forbidden",
  "approval-rejected",
  "approval-expired",
  "justification-required",
  "key-disabled",
  "algorithm-not-allowed",
  "key-not-found",
  "unsupported",
];

/** The words of an answer that is a failure. */
export function readError(body: unknown): string | undefined {
  return isJsonObject(body) ? text(body["error"]) : undefined;
}

/**
 * What became of a signing request. Where the caller knows the hash of what it requested, a ticket for anything else
 * is not understood.
 */
export function readOutcome(body: unknown, service: string, expectedHash: string | undefined): SignOutcome | undefined {
  if (!isJsonObject(body)) return undefined;
  const audit = text(body["audit"]);
  const audited = audit === undefined ? {} : { audit };
  switch (body["status"]) {
    case "signed": {
      const signature = text(body["signature"]);
      // The service says which encoding it returns; nothing is guessed from the bytes.
      if (signature === undefined || body["encoding"] !== "der") return undefined;
      return { status: "signed", signature: Buffer.from(signature, "base64"), ...audited };
    }
    case "denied": {
      const code = oneOf(body["code"], denyCodes);
      const message = text(body["message"]);
      return code === undefined || message === undefined ? undefined : { status: "denied", code, message, ...audited };
    }
    case "pending": {
      const id = text(body["id"]);
      const hash = text(body["requestHash"]);
      const approvals = readApprovals(body["approvals"]);
      const message = text(body["message"]);
      const retryAfterMs = body["retryAfterMs"];
      const expiresAt = text(body["expiresAt"]);
      if (id === undefined || hash === undefined || approvals === undefined || message === undefined) return undefined;
      if (typeof retryAfterMs !== "number" || (expectedHash !== undefined && hash !== expectedHash)) return undefined;
      return {
        status: "pending",
        ticket: { service, id, requestHash: hash },
        approvals,
        message,
        retryAfterMs,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      };
    }
    default:
      return undefined;
  }
}

/** Whether an answer says that there is no such request. */
export function isNone(body: unknown): boolean {
  return isJsonObject(body) && body["status"] === "none";
}

/** The keys in an answer; undefined where one of them is not understood. */
export function readKeys(body: unknown): readonly KeyDescription[] | undefined {
  return isJsonObject(body) ? listOf(body["keys"], readKey) : undefined;
}

/** The requests in an answer that wait. */
export function readPending(body: unknown): readonly PendingRequest[] | undefined {
  return isJsonObject(body) ? listOf(body["requests"], readPendingRequest) : undefined;
}

/** The entries of the audit log in an answer. */
export function readAudit(body: unknown): readonly AuditEntry[] | undefined {
  return isJsonObject(body) ? listOf(body["entries"], readAuditEntry) : undefined;
}

function readKey(value: unknown): KeyDescription | undefined {
  if (!isJsonObject(value) || !isJsonObject(value["governance"])) return undefined;
  const governance = value["governance"];
  const name = text(value["name"]);
  const spec = oneOf(value["spec"], specs);
  const keySchemes = listOf(value["schemes"], readScheme);
  const publicKey = text(value["publicKey"]);
  const certificateChain = listOf(value["certificateChain"], text);
  const custody = oneOf(value["custody"], custodies);
  const state = oneOf(value["state"], states);
  const keyNeeds = listOf(value["needs"], (need) => oneOf(need, needs));
  if (name === undefined || spec === undefined || keySchemes === undefined || publicKey === undefined) return undefined;
  if (certificateChain === undefined || custody === undefined || state === undefined || keyNeeds === undefined)
    return undefined;
  const said = (member: string): string => text(governance[member]) ?? "unknown";
  return {
    name,
    spec,
    schemes: keySchemes,
    publicKey,
    certificateChain,
    custody,
    state,
    needs: keyNeeds,
    governance: { issuer: said("issuer"), managedBy: said("managedBy"), attributesSetBy: said("attributesSetBy") },
  };
}

function readScheme(value: unknown): KeyDescription["schemes"][number] | undefined {
  if (!isJsonObject(value)) return undefined;
  const scheme = oneOf(value["scheme"], schemes);
  const schemeHashes = listOf(value["hashes"], (hash) => oneOf(hash, hashes));
  return scheme === undefined || schemeHashes === undefined ? undefined : { scheme, hashes: schemeHashes };
}

function readPendingRequest(value: unknown): PendingRequest | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = text(value["id"]);
  const key = text(value["key"]);
  const artifact = text(value["artifact"]);
  const digest = text(value["digest"]);
  const requestedBy = text(value["requestedBy"]);
  const requestedAt = text(value["requestedAt"]);
  const approvals = readApprovals(value["approvals"]);
  if (id === undefined || key === undefined || artifact === undefined || digest === undefined) return undefined;
  if (requestedBy === undefined || requestedAt === undefined || approvals === undefined) return undefined;
  const request = { id, key, artifact, digest, requestedBy, requestedAt, approvals };
  const justification = text(value["justification"]);
  return justification === undefined ? request : { ...request, justification };
}

function readAuditEntry(value: unknown): AuditEntry | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = text(value["id"]);
  const at = text(value["at"]);
  const actor = text(value["actor"]);
  const event = text(value["event"]);
  if (id === undefined || at === undefined || actor === undefined || event === undefined) return undefined;
  const key = text(value["key"]);
  const artifact = text(value["artifact"]);
  const digest = text(value["digest"]);
  return {
    id,
    at,
    actor,
    event,
    ...(key === undefined ? {} : { key }),
    ...(artifact === undefined ? {} : { artifact }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function readApprovals(value: unknown): PendingRequest["approvals"] | undefined {
  if (!isJsonObject(value)) return undefined;
  const { have, need } = value;
  const by = listOf(value["by"], text);
  return typeof have !== "number" || typeof need !== "number" || by === undefined ? undefined : { have, need, by };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

/** A list whose every member is understood, or nothing. */
function listOf<T>(value: unknown, read: (member: unknown) => T | undefined): readonly T[] | undefined {
  if (!isJsonArray(value)) return undefined;
  const members = value.flatMap((member) => {
    const understood = read(member);
    return understood === undefined ? [] : [understood];
  });
  return members.length === value.length ? members : undefined;
}
