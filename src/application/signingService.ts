import type { PlannedEnvelope } from "../core/sign/payload.ts";
import type { EnvelopeOffer } from "../core/sign/signingKey.ts";
import type { KeyCertification } from "./keyCertification.ts";
import type { WaitOptions } from "./ports.ts";
import type { KeylessSigning } from "./witness.ts";

/** Digests that a signature may be over, as FIPS 180-4 names them. */
export type HashAlgorithm = "sha256" | "sha384" | "sha512";
/** How a digest becomes a signature: RFC 8017 8.1 and 8.2, FIPS 186-5 6 and 7. */
export type SignatureScheme = "rsa-pkcs1v15" | "rsa-pss" | "ecdsa" | "ed25519";
/** Kind and size of a key. */
export type KeySpec = "rsa2048" | "rsa3072" | "rsa4096" | "p256" | "p384" | "p521" | "ed25519";

/** What a key asks for before it signs. */
export type KeyNeed = "justification" | "approval" | "pin" | "one-time-code" | "browser";

/** A key that never leaves its service. */
export interface KeyDescription {
  /** The service's own name of the key, as a person picks it. */
  readonly name: string;
  readonly spec: KeySpec;
  readonly schemes: readonly { readonly scheme: SignatureScheme; readonly hashes: readonly HashAlgorithm[] }[];
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** PEM, leaf first; empty where the service has none. */
  readonly certificateChain: readonly string[];
  /** `this-process`: a key that is made for one signing and not kept. */
  readonly custody: "hsm" | "service-software" | "unknown" | "this-process";
  readonly state: "enabled" | "disabled" | "expired";
  readonly needs: readonly KeyNeed[];
  /** Made for one signing; a certificate vouches for whoever signs in. */
  readonly isEphemeral?: boolean;
  /** The service hashes by itself, and is given the message besides its digest. */
  readonly signsMessages?: boolean;
  /**
   * The service makes whole envelopes and no bare signature, so it has no `schemes`. `publicKey` and `certificateChain` are
   * the signer's, or where its certificate comes with each envelope only, those of the authority that issues it.
   */
  readonly envelopes?: EnvelopeOffer;
  /** Answers for the security team; "unknown" is said, never left out. */
  readonly governance: {
    readonly issuer: string;
    readonly managedBy: string;
    readonly attributesSetBy: string;
    /** When, from where and by whom it may be used, where the service restricts that and tells. */
    readonly restrictions?: string;
  };
}

/** What the service is asked to sign: a digest that core computed, and what it is for, so that approvers can judge. */
export interface SignRequest {
  readonly key: string;
  readonly scheme: SignatureScheme;
  readonly hash: HashAlgorithm;
  readonly digest: Uint8Array;
  /** The bytes that `digest` is of, for schemes that sign whole messages (Ed25519) and keys that say so; absent for all others. */
  readonly message?: Uint8Array;
  /**
   * Only for keys with `envelopes`: the envelope to make of `message`, which is its payload. The `signature` of the outcome
   * is then the whole envelope.
   */
  readonly envelope?: PlannedEnvelope;
  readonly purpose: {
    readonly artifact: { readonly kind: "image" | "file"; readonly name: string; readonly digest: string };
    readonly tool: string;
  };
  readonly justification?: string;
  /** Same request, same key: a service that supports it answers a repeated submission with the first one's outcome. */
  readonly idempotencyKey: string;
}

/** A request that waits; serialisable, so that it survives a restart. */
export interface Ticket {
  readonly service: string;
  readonly id: string;
  /** Lower-case hex SHA-256 over what was requested: a ticket is only ever resumed for the same request. */
  readonly requestHash: string;
  /** What the service's adapter needs to ask again after a restart; opaque to everyone else, and never a secret. */
  readonly state?: string;
}

/** Why a service refuses; a closed list, so that hosts can say what to do. */
export type DenyCode =
  | "unauthenticated"
  | "forbidden"
  | "approval-rejected"
  | "approval-expired"
  | "challenge-failed"
  | "justification-required"
  | "key-disabled"
  | "algorithm-not-allowed"
  | "key-not-found"
  | "unsupported";

/** What a submission came to. `signature` is DER for ECDSA, the raw value otherwise; or the envelope that was asked for. */
export type SignOutcome =
  | { readonly status: "signed"; readonly signature: Uint8Array; readonly audit?: string }
  | {
      readonly status: "pending";
      readonly ticket: Ticket;
      readonly approvals: { readonly have: number; readonly need: number; readonly by: readonly string[] };
      readonly message: string;
      readonly retryAfterMs: number;
      readonly expiresAt?: string;
    }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string; readonly audit?: string };

/** What a service knows of a request whose answer was lost. */
export type FoundRequest =
  /** It waits, or was decided: what would have been answered. */
  | { readonly kind: "outcome"; readonly outcome: SignOutcome }
  /** The service's log has a signature of it, which the service does not give out again. */
  | { readonly kind: "signed"; readonly audit: string; readonly at: string }
  /** The service shows no such request; certain where it would show every one. */
  | { readonly kind: "none"; readonly isCertain: boolean };

/** A request as approvers and the Signing view see it. */
export interface PendingRequest {
  readonly id: string;
  /** Id of the caller's own ticket for it, where the service lists it under another id. */
  readonly ticket?: string;
  readonly key: string;
  readonly artifact: string;
  readonly digest: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly justification?: string;
  readonly approvals: { readonly have: number; readonly need: number; readonly by: readonly string[] };
}

/** What an approver decides about a request that waits. */
export interface Decision {
  /** Id of the `PendingRequest`. */
  readonly id: string;
  readonly approve: boolean;
  readonly comment: string;
}

/** A digest that an approver allows beforehand, so that nothing else can be signed under the allowance. */
export interface Prequalification {
  readonly key: string;
  readonly digest: Uint8Array;
  readonly comment: string;
  /** Who may have it signed; anyone who may use the key without it. */
  readonly user?: string;
  /** How long it is allowed, in hours; the service's own limit without it. */
  readonly hours?: number;
  readonly singleUse?: boolean;
}

/** One entry of a service's audit log. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly event: string;
  readonly key?: string;
  readonly artifact?: string;
  readonly digest?: string;
}

/**
 * A signing service: it turns a digest into a signature under its own policy, and no more. Core plans, wraps and judges.
 * Methods throw AppError `service-unavailable` or `service-protocol`; a refusal is the outcome `denied`.
 * `submit` is never repeated by a caller after an ambiguous failure.
 */
export interface SigningService {
  readonly name: string;
  /** Origin that requests go to, for display and for secrets. */
  readonly origin: string;
  /** Where its keys live for one signing only, and certificates vouch for them. */
  readonly keyless?: KeylessSigning;
  /** Where the service has an authority for its own keys. */
  readonly certification?: KeyCertification;
  listKeys(options: WaitOptions): Promise<readonly KeyDescription[]>;
  submit(request: SignRequest, options: WaitOptions): Promise<SignOutcome>;
  resume(ticket: Ticket, options: WaitOptions): Promise<SignOutcome>;
  cancel(ticket: Ticket, options: WaitOptions): Promise<void>;
  /** What became of a request that was submitted at `since` (RFC 3339), where the service can tell. Looks only, and asks for no signature. */
  find?(request: SignRequest, options: WaitOptions & { readonly since: string }): Promise<FoundRequest>;
  /** `own` are the caller's tickets, so that what they stand for can be told from the requests of others. */
  pending(options: WaitOptions & { readonly own?: readonly Ticket[] }): Promise<readonly PendingRequest[]>;
  audit(options: WaitOptions): Promise<readonly AuditEntry[]>;
  /** Approves or rejects a request of somebody else, where the service offers it here. Throws AppError `service-denied`. */
  decide?(decision: Decision, options: WaitOptions): Promise<void>;
  /** Allows one digest beforehand, where the service knows that. Throws AppError `service-denied`. */
  prequalify?(prequalification: Prequalification, options: WaitOptions): Promise<void>;
}
