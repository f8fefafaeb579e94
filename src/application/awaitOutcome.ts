import { setTimeout } from "node:timers/promises";
import { requestHash } from "../core/sign/requestHash.ts";
import { AppError } from "./errors.ts";
import type { Clock, Log, WaitOptions } from "./ports.ts";
import type { SigningService, SignOutcome, SignRequest, Ticket } from "./signingService.ts";

/** A request that a service keeps waiting. */
export type PendingOutcome = Extract<SignOutcome, { status: "pending" }>;

/** How an outcome is waited for. */
export interface OutcomeWait extends WaitOptions {
  /** How long to wait for an approval, in milliseconds; 0 gives the pending outcome back at once. */
  readonly waitMs: number;
  /** Keeps a record as soon as the service has the request and it waits. Where it fails, the request is withdrawn. */
  readonly keep: (outcome: PendingOutcome) => Promise<void>;
}

/** What a request that waits is known by. */
export interface AwaitedRequest {
  /** See `requestHash`. */
  readonly hash: string;
  /** Name of what is to be signed. */
  readonly artifact: string;
}

/** What the request is known by while it waits. */
export function awaitedOf(request: SignRequest): AwaitedRequest {
  return { hash: requestHash(request), artifact: request.purpose.artifact.name };
}

/** Bounds for the time between two look-ups, whatever the service says. */
const shortestPause = 1;
const longestPause = 30_000;

/** Follows an outcome until it is final or the wait is over. Only look-ups are repeated, never the submission. */
export async function awaitOutcome(
  { service, clock, log }: { readonly service: SigningService; readonly clock: Clock; readonly log: Log },
  awaited: AwaitedRequest,
  first: SignOutcome,
  options: OutcomeWait,
): Promise<SignOutcome> {
  const until = clock.now().getTime() + options.waitMs;
  let outcome = first;
  let kept = false;
  while (outcome.status === "pending") {
    if (outcome.ticket.requestHash !== awaited.hash)
      throw new AppError(
        "service-protocol",
        `${service.name} answered with a ticket for another request; nothing was attached.`,
      );
    if (!kept) {
      kept = true;
      log.info(`Request ${outcome.ticket.id} waits: ${outcome.message}`);
      await keep(service, outcome, options);
    }
    const pause = Math.min(Math.max(outcome.retryAfterMs, shortestPause), longestPause);
    if (clock.now().getTime() + pause > until) return outcome;
    await pauseFor(pause, options.signal);
    outcome = await service.resume(outcome.ticket, options);
  }
  if (outcome.status === "denied")
    log.warn(`${service.name} refused to sign ${awaited.artifact}: ${outcome.message} (${outcome.code}).`);
  return outcome;
}

/** A request that nobody could go on with would end in a signature that nobody attaches: it is withdrawn. */
async function keep(service: SigningService, outcome: PendingOutcome, options: OutcomeWait): Promise<void> {
  try {
    await options.keep(outcome);
  } catch (cause) {
    if (cause instanceof AppError && cause.code === "cancelled") throw cause;
    const why = cause instanceof Error ? cause.message : "unknown reason";
    const state = await withdraw(service, outcome.ticket, options);
    throw new AppError(
      "file-unwritable",
      `Request ${outcome.ticket.id} waits for an approval, and no record of it could be kept: ${why} ${state}`,
      { cause },
    );
  }
}

async function withdraw(service: SigningService, ticket: Ticket, options: WaitOptions): Promise<string> {
  try {
    await service.cancel(ticket, options);
    return "It was withdrawn; nothing is signed. Make room and sign again.";
  } catch {
    return `It could not be withdrawn: reject it at ${service.name}, or let it expire.`;
  }
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch (cause) {
    throw new AppError("cancelled", "Waiting for the approval was cancelled; the request still waits at the service.", {
      cause,
    });
  }
}
