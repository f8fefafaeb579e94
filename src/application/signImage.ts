import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { parseReference, type ImageReference } from "../core/image/reference.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import { planSignature, type SignaturePlan } from "../core/sign/plan.ts";
import type { SignatureCoverage } from "../core/sign/coverage.ts";
import { requestHash } from "../core/sign/requestHash.ts";
import type { SigningFormat } from "../core/sign/scheme.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import { attachSignature, type AttachedSignature } from "./attachSignature.ts";
import { AppError } from "./errors.ts";
import { imageToSign } from "./imageToSign.ts";
import type { PendingSigning } from "./pendingSigning.ts";
import type { Clock, Log, Registry, WaitOptions } from "./ports.ts";
import { recordOf, signRequestOf } from "./signingRequest.ts";
import type { DenyCode, KeyDescription, SigningService, SignOutcome, SignRequest } from "./signingService.ts";

/** What signing needs of the outside world. */
export interface SigningPorts {
  readonly registry: Registry;
  readonly service: SigningService;
  readonly clock: Clock;
  readonly log: Log;
}

/** What signatures are judged by. */
export interface SigningTrust {
  readonly policy: TrustPolicy;
  readonly material: TrustMaterial;
}

/** What a person asks for. */
export interface SigningRequest {
  readonly reference: ImageReference;
  /** Name of the key at the service. */
  readonly key: string;
  readonly format: SigningFormat;
  readonly justification?: string;
  /** The organisation's policy says beforehand who will accept the signature, and judges it afterwards. */
  readonly trust: SigningTrust;
  /** What the service's audit log names as the client. */
  readonly tool: string;
}

/** A signing that is settled, and not yet requested. */
export interface SettledSigning {
  readonly plan: SignaturePlan;
  readonly key: KeyDescription;
  readonly reference: ImageReference;
  readonly request: SignRequest;
  readonly trust: SigningTrust;
}

/** A settled signing as it is shown for review. */
export interface PreparedSigning extends SettledSigning {
  readonly coverage: SignatureCoverage;
}

/** What a signing came to. */
export type SigningOutcome =
  | ({ readonly status: "signed"; readonly audit?: string } & AttachedSignature)
  | { readonly status: "pending"; readonly pending: PendingSigning; readonly message: string }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string; readonly audit?: string };

/** How long and how a signing waits. */
export interface SigningWait extends WaitOptions {
  /** How long to wait for an approval, in milliseconds; 0 gives the record back at once. */
  readonly waitMs: number;
  /** Told as soon as the service has the request: store the record here, so that a restart loses nothing. */
  readonly onPending?: (pending: PendingSigning, message: string) => Promise<void> | void;
}

/** Bounds for the time between two look-ups, whatever the service says. */
const shortestPause = 1;
const longestPause = 30_000;

/**
 * Settles a signing: fetches what the reference names, once; asks the service for the key; plans. Sends no request to
 * sign. Throws RegistryError, or AppError `image-not-found`, `unsupported-format`, `usage` (no such key, a key that cannot be used,
 * justification missing).
 */
export async function prepareSigning(
  ports: Pick<SigningPorts, "registry" | "service">,
  request: SigningRequest,
  options: WaitOptions,
): Promise<PreparedSigning> {
  const { reference } = request;
  const [{ image, coverage }, keys] = await Promise.all([
    imageToSign(ports.registry, reference, options),
    ports.service.listKeys(options),
  ]);
  const key = keyNamed(keys, request.key, ports.service);
  if (key.needs.includes("justification") && (request.justification ?? "").trim() === "")
    throw new AppError("usage", `Key '${key.name}' needs a justification: say why the image is to be signed.`);
  const { value: plan, problems } = planSignature(
    { reference, image, format: request.format },
    request.trust.policy,
    key,
  );
  if (plan === undefined) throw new AppError("usage", problems.map(({ message }) => message).join(" "));
  return {
    plan,
    key,
    reference,
    coverage,
    request: signRequestOf(plan, request, randomUUID()),
    trust: request.trust,
  };
}

/**
 * Requests the signature, once, waits for an approval where one is needed, judges what comes back and attaches it.
 * Throws AppError: `cancelled` while waiting leaves the request with the service (see `cancelSigning`);
 * `signature-not-verified` means that nothing was attached; `attach-failed` that it was signed and not attached.
 */
export async function executeSigning(
  ports: SigningPorts,
  prepared: SettledSigning,
  options: SigningWait,
): Promise<SigningOutcome> {
  const { plan, request } = prepared;
  ports.log.info(
    `Asking ${ports.service.name} (${ports.service.origin}) to sign ${plan.artifact} with key '${plan.key.name}'.`,
  );
  const outcome = await ports.service.submit(request, options);
  return settle(ports, prepared, outcome, options);
}

/**
 * Goes on with a signing that waited, after a restart too: the same digest as then, whatever the tag says now.
 * Throws AppError `service-protocol` where the record, the key or the ticket do not fit what was requested.
 */
export async function resumeSigning(
  ports: SigningPorts,
  pending: PendingSigning,
  trust: SigningTrust,
  options: SigningWait,
): Promise<SigningOutcome> {
  const { value: reference } = parseReference(pending.reference);
  if (reference === undefined)
    throw new AppError(
      "service-protocol",
      `The stored request ${pending.ticket.id} names no image; it cannot be resumed.`,
    );
  if (pending.ticket.service !== ports.service.name)
    throw new AppError(
      "service-protocol",
      `Request ${pending.ticket.id} waits at ${pending.ticket.service}, not at ${ports.service.name}.`,
    );
  const key = keyNamed(await ports.service.listKeys(options), pending.key.name, ports.service);
  if (key.publicKey.trim() !== pending.key.publicKey.trim())
    throw new AppError(
      "service-protocol",
      `Key '${key.name}' is another key than when request ${pending.ticket.id} was made; nothing was attached. Sign again.`,
    );
  const { value: plan, problems } = planSignature(
    { reference, image: pending.image, format: pending.format },
    trust.policy,
    key,
  );
  if (plan === undefined) throw new AppError("usage", problems.map(({ message }) => message).join(" "));
  const request = signRequestOf(plan, { ...pending, tool: "" }, pending.ticket.id);
  if (requestHash(request) !== pending.ticket.requestHash)
    throw new AppError(
      "service-protocol",
      `Request ${pending.ticket.id} was made for something else than its record says; nothing was attached.`,
    );
  return settle(
    ports,
    { plan, key, reference, request, trust },
    await ports.service.resume(pending.ticket, options),
    options,
  );
}

/** Withdraws a request that waits. Nothing is attached, and the service signs nothing for it any more. */
export async function cancelSigning(
  ports: Pick<SigningPorts, "service" | "log">,
  pending: PendingSigning,
  options: WaitOptions,
): Promise<void> {
  await ports.service.cancel(pending.ticket, options);
  ports.log.info(`Withdrew request ${pending.ticket.id} for ${pending.reference}.`);
}

/** Follows an outcome until it is final or the wait is over. Only look-ups are repeated, never the submission. */
async function settle(
  ports: SigningPorts,
  prepared: SettledSigning,
  first: SignOutcome,
  options: SigningWait,
): Promise<SigningOutcome> {
  const until = ports.clock.now().getTime() + options.waitMs;
  let outcome = first;
  let stored = false;
  while (outcome.status === "pending") {
    const pending = recordOf(prepared, outcome, ports.clock.now());
    if (outcome.ticket.requestHash !== requestHash(prepared.request))
      throw new AppError(
        "service-protocol",
        `${ports.service.name} answered with a ticket for another request; nothing was attached.`,
      );
    if (!stored) {
      stored = true;
      ports.log.info(`Request ${outcome.ticket.id} waits: ${outcome.message}`);
      await options.onPending?.(pending, outcome.message);
    }
    const pause = Math.min(Math.max(outcome.retryAfterMs, shortestPause), longestPause);
    if (ports.clock.now().getTime() + pause > until) return { status: "pending", pending, message: outcome.message };
    await pauseFor(pause, options.signal);
    outcome = await ports.service.resume(outcome.ticket, options);
  }
  if (outcome.status === "denied") {
    ports.log.warn(
      `${ports.service.name} refused to sign ${prepared.plan.artifact}: ${outcome.message} (${outcome.code}).`,
    );
    return outcome;
  }
  const attached = await attachSignature(ports, prepared, outcome, options);
  return { status: "signed", ...attached, ...(outcome.audit === undefined ? {} : { audit: outcome.audit }) };
}

function keyNamed(keys: readonly KeyDescription[], name: string, service: SigningService): KeyDescription {
  const key = keys.find((candidate) => candidate.name === name);
  if (key !== undefined) return key;
  const known = keys.map((candidate) => candidate.name).join(", ");
  throw new AppError("usage", `${service.name} has no key '${name}'. Its keys: ${known === "" ? "none" : known}.`);
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
