import { AppError } from "../../application/errors.ts";
import type { WaitOptions } from "../../application/ports.ts";
import type {
  DenyCode,
  KeyDescription,
  KeySpec,
  SigningService,
  SignOutcome,
  SignRequest,
  Ticket,
} from "../../application/signingService.ts";
import { isJsonObject, readJson } from "../../core/json.ts";
import { requestHash } from "../../core/sign/requestHash.ts";
import { inTurns } from "./inTurns.ts";
import { digestLengths, keySpecs, signatureFrom, type SignatureEncoding } from "./keyKinds.ts";
import { discreet } from "./serviceWords.ts";

/** A key as people see it, with what calls name it by. */
export interface RemoteKey {
  readonly description: KeyDescription;
  /** Names this key and no other: never an alias, which may be pointed elsewhere. */
  readonly id: string;
}

/** What a service answered to a request to sign; a text says what about the answer is wrong. */
export type SignReply =
  | { readonly status: "signed"; readonly signature: Uint8Array; readonly audit?: string }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string }
  | {
      readonly status: "waiting";
      /** What the service calls the request. */
      readonly id: string;
      readonly message: string;
      readonly retryAfterMs: number;
    }
  | string;

/** What differs between services that sign a digest by a key: their protocol, and what they call things. */
export interface KeyServiceDialect {
  /** How ECDSA signatures come back. */
  readonly encoding: SignatureEncoding;
  /** The longest message that the service signs with Ed25519, in octets. */
  readonly maximumMessage: number;
  /** Where the audit log is, in a sentence. */
  readonly auditLog: string;
  /** The names of the keys to offer; each is described by itself. */
  names(options: WaitOptions): Promise<readonly string[]>;
  /** Describes one key anew; undefined where there is none that the session may see. */
  describe(name: string, options: WaitOptions): Promise<RemoteKey | undefined>;
  /** Sends exactly one request to sign; `ambiguity` is what a person should know where its fate is not clear. */
  sign(key: RemoteKey, request: SignRequest, ambiguity: string, options: WaitOptions): Promise<SignReply>;
  /** What became of a request that waits; only where the service knows such. */
  resume?(id: string, options: WaitOptions): Promise<SignReply>;
  /** The text without secrets that the session has used. */
  redact(text: string): string;
}

/**
 * A service that signs a digest by one of its keys, mostly at once. Before a key signs it is described again: one that was
 * rotated meanwhile signs nothing, and the session is known to be valid.
 */
export function createKeyService(
  { name, origin }: { readonly name: string; readonly origin: string },
  dialect: KeyServiceDialect,
): SigningService {
  const notRepeated = `The request was sent once and not repeated, so it is not known whether the key signed. ${dialect.auditLog}`;
  let known: readonly RemoteKey[] = [];
  const redact = (text: string): string => dialect.redact(text);
  const denied = (code: DenyCode, message: string): SignOutcome => ({
    status: "denied",
    code,
    message: redact(message),
  });
  const refused = (why: string): Promise<never> => Promise.reject(new AppError("service-denied", `${name} ${why}`));
  const outcomeOf = (reply: SignReply, spec: KeySpec, hash: string, isEnvelope = false): SignOutcome => {
    if (typeof reply !== "string" && reply.status === "denied") return denied(reply.code, reply.message);
    if (typeof reply !== "string" && reply.status === "waiting") {
      const { id, message, retryAfterMs } = reply;
      const state = JSON.stringify({ version: 1, spec });
      const ticket = { service: name, id, requestHash: hash, state };
      return { status: "pending", ticket, approvals: { have: 0, need: 1, by: [] }, message, retryAfterMs };
    }
    // Core takes an envelope apart, and checks it.
    const signature =
      typeof reply === "string"
        ? undefined
        : isEnvelope
          ? reply.signature
          : signatureFrom(reply.signature, spec, dialect.encoding);
    if (typeof reply === "string" || signature === undefined) {
      const what = typeof reply === "string" ? reply : "what it answered is no signature by the key";
      throw new AppError(
        "service-protocol",
        `Could not take a signature at ${origin}: ${what}. Nothing was attached. ${dialect.auditLog}`,
      );
    }
    return { status: "signed", signature, ...(reply.audit === undefined ? {} : { audit: reply.audit }) };
  };

  const submit = async (request: SignRequest, options: WaitOptions): Promise<SignOutcome> => {
    const key = await dialect.describe(request.key, options);
    if (key === undefined) return denied("key-not-found", `${name} has no key '${request.key}'.`);
    const shown = known.find(({ description }) => description.name === request.key);
    if (shown !== undefined && shown.description.publicKey !== key.description.publicKey)
      throw new AppError(
        "service-protocol",
        `Key '${request.key}' of ${name} was rotated since it was described; nothing was sent. Sign again.`,
        { nothingSent: true },
      );
    const complaint = complaintAbout(request, key.description, dialect.maximumMessage);
    if (complaint !== undefined) return denied(complaint.code, complaint.message);
    const reply = await dialect.sign(key, request, notRepeated, options);
    return outcomeOf(reply, key.description.spec, requestHash(request), request.envelope !== undefined);
  };
  const resume = async ({ id, requestHash: hash, state }: Ticket, options: WaitOptions): Promise<SignOutcome> => {
    const json = readJson(state ?? "");
    const spec = isJsonObject(json) ? keySpecs.find((each) => each === json["spec"]) : undefined;
    if (dialect.resume === undefined) return refused("answers at once: there are no requests that wait.");
    if (spec === undefined)
      throw new AppError("service-protocol", `The record of request ${id} is not complete; sign again.`);
    return outcomeOf(await dialect.resume(id, options), spec, hash);
  };

  return {
    name,
    origin,
    listKeys: (options) =>
      discreet(redact, async () => {
        const keys = await inTurns(await dialect.names(options), (key) => dialect.describe(key, options));
        known = keys.flatMap((key) => key ?? []);
        return known.map(({ description }) => description);
      }),
    submit: (request, options) => discreet(redact, () => submit(request, options)),
    resume: (ticket, options) => discreet(redact, () => resume(ticket, options)),
    cancel: () => refused("has no requests withdrawn: leave one alone, and nothing is attached."),
    pending: () => Promise.resolve([]),
    audit: () => Promise.reject(new AppError("service-denied", `${name} gives out no audit log. ${dialect.auditLog}`)),
  };
}

/** Why a key cannot sign this, before anything is sent. */
function complaintAbout(
  { key, scheme, hash, digest, message, envelope }: SignRequest,
  { spec, state, schemes, envelopes }: KeyDescription,
  maximumMessage: number,
): { readonly code: DenyCode; readonly message: string } | undefined {
  if (state !== "enabled") return { code: "key-disabled", message: `Key '${key}' is ${state}; nothing was sent.` };
  if (envelope !== undefined && envelopes?.formats.includes(envelope.format) === true) return undefined;
  const offer = schemes.find((each) => each.scheme === scheme);
  if (offer?.hashes.includes(hash) !== true)
    return {
      code: "algorithm-not-allowed",
      message: `Key '${key}' (${spec}) does not sign with ${scheme} and ${hash}; nothing was sent.`,
    };
  const unsupported = (why: string): { readonly code: DenyCode; readonly message: string } => ({
    code: "unsupported",
    message: `${why}; nothing was sent.`,
  });
  if (digest.length !== digestLengths[hash])
    return unsupported(`The digest has ${digest.length} bytes, which is not the length of ${hash}`);
  if (scheme !== "ed25519") return undefined;
  if (message === undefined) return unsupported("Ed25519 signs whole messages, and only a digest was given");
  return message.length > maximumMessage
    ? unsupported(`The message has ${message.length} bytes, and the service signs ${maximumMessage} at most`)
    : undefined;
}
