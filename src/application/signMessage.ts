import { createHash, randomUUID } from "node:crypto";
import { artifactNamedIn } from "../core/sign/namedArtifact.ts";
import { requestHash } from "../core/sign/requestHash.ts";
import { isSignatureOver } from "../core/sign/verifyMessage.ts";
import { awaitedOf, awaitOutcome, type PendingOutcome } from "./awaitOutcome.ts";
import { AppError } from "./errors.ts";
import type { Clock, Log, WaitOptions } from "./ports.ts";
import type {
  DenyCode,
  HashAlgorithm,
  KeyDescription,
  SignatureScheme,
  SigningService,
  SignOutcome,
  SignRequest,
  Ticket,
} from "./signingService.ts";

/** Tickets of requests that wait longer than one run, by the hash of what was requested. */
export interface TicketStore {
  find(requestHash: string): Promise<Ticket | undefined>;
  save(ticket: Ticket): Promise<void>;
  remove(requestHash: string): Promise<void>;
}

/** What signing a message needs of the outside world. */
export interface MessagePorts {
  readonly service: SigningService;
  readonly clock: Clock;
  readonly log: Log;
  readonly tickets: TicketStore;
}

/** Bytes that another program has made, and will wrap and attach itself. */
export interface MessageToSign {
  readonly message: Uint8Array;
  readonly key: KeyDescription;
  readonly scheme: SignatureScheme;
  readonly hash: HashAlgorithm;
  /** What the service's audit log names as the client. */
  readonly tool: string;
  readonly justification?: string;
  /** Whether the program makes the same bytes when it is run again: only then is a request of any use after this run. */
  readonly repeatable: boolean;
}

/** How long a signing waits, and who is told. */
export interface MessageWait extends WaitOptions {
  /** How long to wait for an approval, in milliseconds. */
  readonly waitMs: number;
  /** Told once, as soon as the service has the request and it waits. */
  readonly onPending?: (ticket: Ticket, message: string) => void;
}

/** What signing a message came to. */
export type MessageOutcome =
  | { readonly status: "signed"; readonly signature: Uint8Array; readonly audit?: string }
  /** The request waits; the same message asked for again goes on with it. */
  | { readonly status: "pending"; readonly ticket: Ticket; readonly message: string }
  /** The wait is over and nobody could use the signature any more: the request was withdrawn, or `left` says why not. */
  | { readonly status: "withdrawn"; readonly ticket: Ticket; readonly message: string; readonly left?: string }
  /** Nothing was sent: the key needs an approval, and the answer could not be waited for. */
  | { readonly status: "not-sent" }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string };

const withdrawalMs = 10_000;

/**
 * Has a service sign a message, once, under the service's policy and approvals, and gives the signature only where it is the
 * key's over the message. A request that waits is gone on with, never made again. Throws AppError `service-unavailable`,
 * `service-protocol`, `signature-not-verified`, `cancelled`.
 */
export async function signMessage(
  ports: MessagePorts,
  asked: MessageToSign,
  options: MessageWait,
): Promise<MessageOutcome> {
  const { key, repeatable } = asked;
  const { service } = ports;
  if (key.state !== "enabled")
    return { status: "denied", code: "key-disabled", message: `Key '${key.name}' is ${key.state} and cannot sign.` };
  if (!key.schemes.some(({ scheme, hashes }) => scheme === asked.scheme && hashes.includes(asked.hash)))
    return {
      status: "denied",
      code: "algorithm-not-allowed",
      message: `Key '${key.name}' does not sign with ${asked.scheme} and ${asked.hash}, which is needed here.`,
    };
  if (key.needs.includes("justification") && (asked.justification ?? "").trim() === "")
    return {
      status: "denied",
      code: "justification-required",
      message: `Key '${key.name}' needs a justification: say why this is to be signed.`,
    };
  if (key.needs.includes("approval") && !repeatable && options.waitMs === 0) return { status: "not-sent" };
  const request = requestOf(asked);
  const hash = requestHash(request);
  const waiting = repeatable ? await ports.tickets.find(hash) : undefined;
  ports.log.info(
    waiting === undefined
      ? `Asking ${service.name} (${service.origin}) to sign ${request.purpose.artifact.digest} with key '${key.name}'.`
      : `Going on with request ${waiting.id} at ${service.name}.`,
  );
  const first = waiting === undefined ? await service.submit(request, options) : await service.resume(waiting, options);
  return settle(ports, asked, { request, hash, waiting, first }, options);
}

async function settle(
  ports: MessagePorts,
  asked: MessageToSign,
  sent: {
    readonly request: SignRequest;
    readonly hash: string;
    readonly waiting: Ticket | undefined;
    readonly first: SignOutcome;
  },
  options: MessageWait,
): Promise<MessageOutcome> {
  const { service, tickets } = ports;
  const { repeatable } = asked;
  let ticket: Ticket | undefined;
  const keep = async (pending: PendingOutcome): Promise<void> => {
    ticket = pending.ticket;
    // One that is kept already must not be withdrawn because it cannot be kept again.
    if (repeatable && sent.waiting?.id !== ticket.id) await tickets.save(ticket);
    options.onPending?.(ticket, pending.message);
  };
  const outcome = await awaitOutcome(ports, awaitedOf(sent.request), sent.first, { ...options, keep }).catch(
    async (error: unknown) => {
      // Nobody could go on with it: its signature would be of no use.
      if (repeatable || ticket === undefined || !(error instanceof AppError) || error.code !== "cancelled") throw error;
      const { left = "it was withdrawn" } = await withdraw(service, ticket, "");
      throw new AppError("cancelled", `Waiting for request ${ticket.id} was cancelled: ${left.replace(/\.$/, "")}.`, {
        cause: error,
      });
    },
  );
  if (outcome.status === "pending")
    return repeatable
      ? { status: "pending", ticket: outcome.ticket, message: outcome.message }
      : withdraw(service, outcome.ticket, outcome.message);
  if (repeatable) await tickets.remove(sent.hash);
  if (outcome.status === "denied") return { status: "denied", code: outcome.code, message: outcome.message };
  const { signature, audit } = outcome;
  const { key, message } = asked;
  if (!isSignatureOver(message, signature, { ...sent.request, publicKey: key.publicKey }))
    throw new AppError(
      "signature-not-verified",
      `What ${service.name} returned is not a valid signature by key '${key.name}', and was not passed on.`,
    );
  return { status: "signed", signature, ...(audit === undefined ? {} : { audit }) };
}

/** Withdraws with a time limit of its own: the person's cancellation must not leave the request behind. */
async function withdraw(
  service: SigningService,
  ticket: Ticket,
  message: string,
): Promise<Extract<MessageOutcome, { status: "withdrawn" }>> {
  try {
    await service.cancel(ticket, { signal: AbortSignal.timeout(withdrawalMs) });
    return { status: "withdrawn", ticket, message };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { status: "withdrawn", ticket, message, left: error.message };
  }
}

function requestOf({ message, key, scheme, hash, tool, justification }: MessageToSign): SignRequest {
  const artifact = artifactNamedIn(message);
  const own = `sha256:${createHash("sha256").update(message).digest("hex")}`;
  return {
    key: key.name,
    scheme,
    hash,
    digest: createHash(hash).update(message).digest(),
    ...(scheme === "ed25519" || key.signsMessages === true ? { message } : {}),
    purpose: {
      artifact: artifact === undefined ? { kind: "file", name: own, digest: own } : { kind: "image", ...artifact },
      tool,
    },
    ...(justification === undefined ? {} : { justification }),
    idempotencyKey: randomUUID(),
  };
}
