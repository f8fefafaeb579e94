import { randomBytes } from "node:crypto";
import { createAuditLog, type AuditLog } from "./auditLog.ts";
import type { RevocationPlaces } from "../pki/startTrialPki.ts";
import { createTrialAuthority, type TrialAuthority } from "./authority.ts";
import type { TrialUser } from "./keyPolicy.ts";
import { createTrialKeys, type TrialKey, type TrialKeyRequest } from "./keys.ts";
import { createTrialRequests, type TrialRequests } from "./requests.ts";

/** What every face of the trial service shares: keys, users, requests and the audit log. All of it lives in memory. */
export interface TrialEngine {
  readonly authority: TrialAuthority;
  readonly keys: readonly TrialKey[];
  readonly audit: AuditLog;
  readonly requests: TrialRequests;
  /** By user. In the trial one person holds all; the audit log names the user that acted. */
  readonly secrets: Readonly<Record<TrialUser, string>>;
  readonly now: () => Date;
}

/** How the engine is made; all have a default. Times in milliseconds. */
export interface TrialEngineOptions {
  readonly now?: () => Date;
  /** Receives each audit entry as a line of JSON. */
  readonly appendAudit?: (line: string) => void;
  /** How long a request waits for its approval. */
  readonly expiresAfterMs?: number;
  /** The keys; `dev` and `release` without them. */
  readonly keys?: readonly TrialKeyRequest[];
  /** Where certificates say that their revocation can be asked for; nowhere without it. */
  readonly places?: RevocationPlaces;
}

/** Makes the engine with fresh keys and secrets, and records the start. */
export function createTrialEngine(options: TrialEngineOptions = {}): TrialEngine {
  const now = options.now ?? (() => new Date());
  const authority = createTrialAuthority(now(), options.places);
  const keys = createTrialKeys(authority, options.keys);
  const audit = createAuditLog({ now, ...(options.appendAudit === undefined ? {} : { append: options.appendAudit }) });
  const expiresAfterMs = options.expiresAfterMs ?? 60 * 60 * 1000;
  const secret = (): string => randomBytes(32).toString("base64url");
  const secrets = { dev: secret(), lead: secret(), security: secret() };
  audit.record({
    actor: "service",
    event: "started",
    note: "One person holds the secrets of all users in the trial.",
  });
  return { authority, keys, audit, requests: createTrialRequests({ keys, audit, now, expiresAfterMs }), secrets, now };
}
