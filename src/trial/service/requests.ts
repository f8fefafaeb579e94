import { createHash, randomUUID } from "node:crypto";
import type { DenyCode, PendingRequest, SignRequest } from "../../application/signingService.ts";
import { requestHash } from "../../core/sign/requestHash.ts";
import type { AuditLog } from "./auditLog.ts";
import { mayApprove, refusalOf } from "./keyPolicy.ts";
import type { TrialKey } from "./keys.ts";
import { digestLengths, signScheme } from "./signScheme.ts";

/** What the service answers about a request. */
export type TrialAnswer =
  | { readonly status: "signed"; readonly signature: Buffer; readonly audit: string }
  | {
      readonly status: "pending";
      readonly request: PendingRequest;
      readonly requestHash: string;
      readonly expiresAt: string;
    }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string; readonly audit: string };

/** The requests of one run of the service. */
export interface TrialRequests {
  submit(user: string, request: SignRequest): TrialAnswer;
  /** What became of a request; undefined where there is none of this user. */
  find(user: string, id: string): TrialAnswer | undefined;
  /** The same by the idempotency key that it was submitted under. */
  findSubmission(user: string, idempotencyKey: string): TrialAnswer | undefined;
  approve(user: string, id: string, comment: string): TrialAnswer | undefined;
  reject(user: string, id: string, comment: string): TrialAnswer | undefined;
  cancel(user: string, id: string): TrialAnswer | undefined;
  pending(): readonly PendingRequest[];
  /** Allows one signature of one digest beforehand: it then needs no approval, unless its requester is the one who allowed it. */
  prequalify(user: string, key: string, digest: Uint8Array, comment: string): void;
}

interface Entry {
  readonly id: string;
  readonly user: string;
  readonly request: SignRequest;
  readonly hash: string;
  readonly key: TrialKey;
  readonly requestedAt: Date;
  /** Who has approved so far. */
  readonly approvedBy: string[];
  answer: TrialAnswer | "pending";
}

type Draft = Omit<Entry, "answer" | "key" | "approvedBy">;

/** A run that has seen this many requests refuses more: a loop gone wild must not fill the memory. */
const maximumRequests = 10_000;

/** Creates the engine. `expiresAfterMs`: how long a request waits for its approval. */
export function createTrialRequests(options: {
  readonly keys: readonly TrialKey[];
  readonly audit: AuditLog;
  readonly now: () => Date;
  readonly expiresAfterMs: number;
}): TrialRequests {
  const { audit, now } = options;
  const entries = new Map<string, Entry>();
  const byIdempotencyKey = new Map<string, string>();
  /** Who allowed a digest beforehand, by key and digest. */
  const prequalified = new Map<string, string>();

  const record = (actor: string, event: string, entry: Draft, note?: string): string =>
    audit.record({
      actor,
      event,
      key: entry.request.key,
      artifact: entry.request.purpose.artifact.name,
      digest: entry.request.purpose.artifact.digest,
      requestHash: entry.hash,
      ...(note === undefined ? {} : { note }),
    });

  const deny = (actor: string, event: string, entry: Draft, code: DenyCode, message: string): TrialAnswer => ({
    status: "denied",
    code,
    message,
    audit: record(actor, event, entry, message),
  });

  const expiryOf = (entry: Entry): Date => new Date(entry.requestedAt.getTime() + options.expiresAfterMs);

  const answerOf = (entry: Entry): TrialAnswer => {
    if (entry.answer === "pending" && now() >= expiryOf(entry)) {
      entry.answer = deny(
        "service",
        "request-expired",
        entry,
        "approval-expired",
        "Nobody approved the request in time.",
      );
    }
    if (entry.answer !== "pending") return entry.answer;
    return {
      status: "pending",
      request: describe(entry),
      requestHash: entry.hash,
      expiresAt: expiryOf(entry).toISOString(),
    };
  };

  const sign = (entry: Entry): TrialAnswer => {
    const signature = signScheme(entry.key.privateKey, entry.request);
    entry.answer = {
      status: "signed",
      signature,
      audit: record(entry.user, "signed", entry, entry.request.justification),
    };
    return entry.answer;
  };

  /** Decisions are only for requests that wait, and never for one's own. */
  const decide = (user: string, id: string, decision: (entry: Entry) => TrialAnswer): TrialAnswer | undefined => {
    const entry = entries.get(id);
    if (entry === undefined) return undefined;
    const answer = answerOf(entry);
    if (answer.status !== "pending") return answer;
    if (entry.user === user)
      return deny(user, "approval-refused", entry, "forbidden", "Nobody approves a request of their own.");
    if (!mayApprove(entry.key.policy, user))
      return deny(
        user,
        "approval-refused",
        entry,
        "forbidden",
        `${user} does not decide about key '${entry.request.key}'.`,
      );
    return decision(entry);
  };

  return {
    submit: (user, request) => {
      const hash = requestHash(request);
      const draft = { id: randomUUID(), user, request, hash, requestedAt: now() };
      const idempotencyKey = `${user}\n${request.idempotencyKey}`;
      const known = entries.get(byIdempotencyKey.get(idempotencyKey) ?? "");
      if (known !== undefined) {
        return known.hash === hash
          ? answerOf(known)
          : deny(user, "refused", draft, "forbidden", "The idempotency key belongs to another request.");
      }
      const key = options.keys.find(({ description }) => description.name === request.key);
      if (key === undefined)
        return deny(user, "refused", draft, "key-not-found", `There is no key '${request.key.slice(0, 80)}'.`);
      if (key.description.state !== "enabled")
        return deny(user, "refused", draft, "key-disabled", `Key '${request.key}' is ${key.description.state}.`);
      if (!isOffered(key, request))
        return deny(
          user,
          "refused",
          draft,
          "algorithm-not-allowed",
          `Key '${request.key}' does not sign this with ${request.scheme} and ${request.hash}.`,
        );
      if (key.description.needs.includes("justification") && (request.justification ?? "").trim() === "")
        return deny(user, "refused", draft, "justification-required", `Key '${request.key}' needs a justification.`);
      const refusal = refusalOf(key.policy, request.key, user, now());
      if (refusal !== undefined) return deny(user, "refused", draft, refusal.code, refusal.message);
      if (entries.size >= maximumRequests)
        return deny(
          user,
          "refused",
          draft,
          "forbidden",
          "The trial service has seen too many requests; start it again.",
        );
      const entry: Entry = { ...draft, key, approvedBy: [], answer: "pending" };
      entries.set(entry.id, entry);
      byIdempotencyKey.set(idempotencyKey, entry.id);
      record(user, "requested", entry, request.justification);
      if (!key.description.needs.includes("approval")) return sign(entry);
      const place = placeOf(request.key, request.digest);
      const allowedBy = prequalified.get(place);
      if (allowedBy === undefined || allowedBy === user) return answerOf(entry);
      prequalified.delete(place);
      return sign(entry);
    },
    find: (user, id) => {
      const entry = entries.get(id);
      return entry === undefined || entry.user !== user ? undefined : answerOf(entry);
    },
    findSubmission: (user, idempotencyKey) => {
      const entry = entries.get(byIdempotencyKey.get(`${user}\n${idempotencyKey}`) ?? "");
      return entry === undefined ? undefined : answerOf(entry);
    },
    approve: (user, id, comment) =>
      decide(user, id, (entry) => {
        if (entry.approvedBy.includes(user)) return answerOf(entry);
        record(user, "approved", entry, comment);
        entry.approvedBy.push(user);
        return entry.approvedBy.length < approvalsOf(entry.key) ? answerOf(entry) : sign(entry);
      }),
    reject: (user, id, comment) =>
      decide(user, id, (entry) => {
        const message = `${user} rejected the request${comment === "" ? "." : `: ${comment}`}`;
        entry.answer = deny(user, "rejected", entry, "approval-rejected", message);
        return entry.answer;
      }),
    cancel: (user, id) => {
      const entry = entries.get(id);
      if (entry === undefined || entry.user !== user) return undefined;
      const answer = answerOf(entry);
      if (answer.status !== "pending") return answer;
      entry.answer = deny(user, "cancelled", entry, "approval-rejected", "The request was withdrawn.");
      return entry.answer;
    },
    pending: () =>
      [...entries.values()].flatMap((entry) => {
        const answer = entry.answer === "pending" ? answerOf(entry) : entry.answer;
        return answer.status === "pending" ? [answer.request] : [];
      }),
    prequalify: (user, key, digest, comment) => {
      if (prequalified.size >= maximumRequests) return;
      prequalified.set(placeOf(key, digest), user);
      audit.record({
        actor: user,
        event: "prequalified",
        key,
        digest: Buffer.from(digest).toString("hex"),
        note: comment,
      });
    },
  };
}

/** How many different users must approve. */
function approvalsOf({ policy }: TrialKey): number {
  return policy.approvals ?? 1;
}

function placeOf(key: string, digest: Uint8Array): string {
  return `${key}\n${Buffer.from(digest).toString("hex")}`;
}

/** Whether the key signs so, and the digest is one, of the message where there is one. */
function isOffered({ description }: TrialKey, { scheme, hash, digest, message }: SignRequest): boolean {
  if (!description.schemes.some((offer) => offer.scheme === scheme && offer.hashes.includes(hash))) return false;
  if (digest.length !== digestLengths[hash]) return false;
  if (scheme !== "ed25519") return true;
  return message !== undefined && createHash(hash).update(message).digest().equals(digest);
}

function describe(entry: Entry): PendingRequest {
  const { request } = entry;
  return {
    id: entry.id,
    key: request.key,
    artifact: request.purpose.artifact.name,
    digest: request.purpose.artifact.digest,
    requestedBy: entry.user,
    requestedAt: entry.requestedAt.toISOString(),
    ...(request.justification === undefined ? {} : { justification: request.justification }),
    approvals: { have: entry.approvedBy.length, need: approvalsOf(entry.key), by: [...entry.approvedBy] },
  };
}
