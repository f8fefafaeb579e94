import { randomUUID } from "node:crypto";
import { parseReference, type ImageReference } from "../core/image/reference.ts";
import type { TrustPolicy } from "../core/policy/policy.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import { planSignature, type SignaturePlan } from "../core/sign/plan.ts";
import type { SignatureCoverage } from "../core/sign/coverage.ts";
import { requestHash } from "../core/sign/requestHash.ts";
import type { SigningFormat } from "../core/sign/scheme.ts";
import type { TrustMaterial } from "../core/signature/trustMaterial.ts";
import { attachSignature, type AttachedSignature } from "./attachSignature.ts";
import { awaitedOf, awaitOutcome } from "./awaitOutcome.ts";
import type { RevocationPorts } from "./collectRevocations.ts";
import { AppError } from "./errors.ts";
import { imagesToSign, type ImageToSign, type PlatformChoice } from "./imageToSign.ts";
import { artifactOf, type PendingRecord } from "./pendingRecord.ts";
import type { PendingSigning } from "./pendingSigning.ts";
import type { Clock, Log, Registry, WaitOptions } from "./ports.ts";
import { keyNamed } from "./signingKeys.ts";
import { imageArtifact, ownTicket, recordOf, signRequestOf } from "./signingRequest.ts";
import type { DenyCode, KeyDescription, SigningService, SignOutcome, SignRequest, Ticket } from "./signingService.ts";
import type { WitnessPorts } from "./witness.ts";

/** What signing needs of the outside world. */
export interface SigningPorts extends WitnessPorts, RevocationPorts {
  readonly registry: Registry;
  readonly service: SigningService;
  readonly clock: Clock;
  readonly log: Log;
}

/** What signatures are judged by. */
export interface SigningTrust {
  readonly policy: TrustPolicy;
  readonly material: TrustMaterial;
  /** Where no policy says whom to trust, the key that the person named is the one to judge by, as `verify --key` would. */
  readonly namedKeySuffices?: boolean;
}

/** What a person asks for. */
export interface SigningRequest {
  readonly reference: ImageReference;
  /** Name of the key at the service. */
  readonly key: string;
  readonly format: SigningFormat;
  /** What the signature says besides; when it is made, the clock says. */
  readonly terms?: Omit<SigningTerms, "signedAt">;
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
  /** `os/architecture[/variant]`, where it is one image of an index. */
  readonly platform?: string;
}

/** What a signing came to. */
export type SigningOutcome =
  | ({ readonly status: "signed"; readonly audit?: string } & AttachedSignature)
  | { readonly status: "pending"; readonly pending: PendingSigning; readonly message: string }
  | { readonly status: "denied"; readonly code: DenyCode; readonly message: string; readonly audit?: string };

/** How long and how a signing waits. */
export interface SigningWait extends WaitOptions {
  /**
   * Told right before the service is asked: store the record here, so that a request whose answer is lost is looked for
   * later, and not made again. Throws where it cannot, and nothing is asked then.
   */
  readonly onSubmit?: (intended: PendingSigning) => Promise<void> | void;
  /** How long to wait for an approval, in milliseconds; 0 gives the record back at once. */
  readonly waitMs: number;
  /** Told as soon as the service has the request: store the record here, so that a restart loses nothing. Throws where it cannot. */
  readonly onPending?: (pending: PendingSigning, message: string) => Promise<void> | void;
  /** Told as soon as a signature exists: store the record here, so that it can be attached later without another. Throws where it cannot. */
  readonly onSigned?: (pending: PendingSigning) => Promise<void> | void;
}

/**
 * Settles a signing: fetches what the reference names, once; asks the service for the key; plans. Sends no request to
 * sign. Throws RegistryError, or AppError `image-not-found`, `unsupported-format`, `usage` (no such key, a key that cannot be used,
 * justification missing).
 */
export async function prepareSigning(
  ports: Pick<SigningPorts, "registry" | "service" | "clock">,
  request: SigningRequest,
  options: WaitOptions,
): Promise<PreparedSigning> {
  const [prepared] = await prepareSignings(ports, { ...request, platforms: { kind: "whole" } }, options);
  return prepared;
}

/** The same for several images of an index, each with a request of its own, the index first where it is among them. */
export async function prepareSignings(
  ports: Pick<SigningPorts, "registry" | "service" | "clock">,
  request: SigningRequest & { readonly platforms: PlatformChoice },
  options: WaitOptions,
): Promise<readonly [PreparedSigning, ...PreparedSigning[]]> {
  const [[first, ...others], keys] = await Promise.all([
    imagesToSign(ports.registry, request.reference, request.platforms, options),
    ports.service.listKeys(options),
  ]);
  const key = keyNamed(keys, request.key, ports.service);
  if (key.needs.includes("justification") && (request.justification ?? "").trim() === "")
    throw new AppError("usage", `Key '${key.name}' needs a justification: say why the image is to be signed.`);
  const terms = { ...request.terms, signedAt: `${ports.clock.now().toISOString().slice(0, 19)}Z` };
  const prepare = (image: ImageToSign): PreparedSigning => prepareOne(image, key, terms, request);
  return [prepare(first), ...others.map(prepare)];
}

function prepareOne(
  { reference, image, coverage, platform }: ImageToSign,
  key: KeyDescription,
  terms: SigningTerms,
  request: SigningRequest,
): PreparedSigning {
  const { format, trust } = request;
  const { value: plan, problems } = planSignature({ reference, image, format, terms }, trust.policy, key);
  if (plan === undefined) throw new AppError("usage", problems.map(({ message }) => message).join(" "));
  return {
    plan,
    key,
    reference,
    coverage,
    ...(platform === undefined ? {} : { platform }),
    request: signRequestOf(plan, imageArtifact(plan), request, randomUUID()),
    trust,
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
  // A key that goes with this process could not be gone on with.
  if (ports.service.keyless === undefined) {
    const intended = { ticket: ownTicket(ports.service.name, request), unanswered: { tool: request.purpose.tool } };
    await options.onSubmit?.(recordOf(prepared, intended, ports.clock.now()));
  }
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
  const settled = await settledAgain(ports, pending, trust, options);
  if (pending.signature !== undefined) {
    const { audit } = pending;
    const returned = { signature: Buffer.from(pending.signature, "base64"), ...(audit === undefined ? {} : { audit }) };
    // The record is the one that is kept already.
    const attached = await attachSignature(ports, settled, returned, { ...options, onSigned: async () => true });
    return { status: "signed", ...attached, ...(audit === undefined ? {} : { audit }) };
  }
  return settle(ports, settled, await ports.service.resume(pending.ticket, options), options, pending.ticket);
}

/** What a record was made for, settled as it was then. Throws AppError `service-protocol` where it does not fit any more. */
export async function settledAgain(
  ports: Pick<SigningPorts, "service">,
  pending: PendingSigning,
  trust: SigningTrust,
  options: WaitOptions,
): Promise<SettledSigning> {
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
  const { image, format, terms = {} } = pending;
  const { value: plan, problems } = planSignature({ reference, image, format, terms }, trust.policy, key);
  if (plan === undefined) throw new AppError("usage", problems.map(({ message }) => message).join(" "));
  const request = signRequestOf(
    plan,
    imageArtifact(plan),
    { ...pending, tool: pending.unanswered?.tool ?? "" },
    pending.ticket.id,
  );
  if (requestHash(request) !== pending.ticket.requestHash)
    throw new AppError(
      "service-protocol",
      `Request ${pending.ticket.id} was made for something else than its record says; nothing was attached.`,
    );
  return { plan, key, reference, request, trust };
}

/** Withdraws a request that waits, of an image or of a file. Nothing is attached, and the service signs nothing for it any more. */
export async function cancelSigning(
  ports: Pick<SigningPorts, "service" | "log">,
  pending: PendingRecord,
  options: WaitOptions,
): Promise<void> {
  await ports.service.cancel(pending.ticket, options);
  ports.log.info(`Withdrew request ${pending.ticket.id} for ${artifactOf(pending)}.`);
}

/** Waits for the outcome and attaches what was signed; a record is kept from the moment that something would be lost. */
async function settle(
  ports: SigningPorts,
  prepared: SettledSigning,
  first: SignOutcome,
  options: SigningWait,
  known?: Ticket,
): Promise<SigningOutcome> {
  const { request } = prepared;
  let ticket = known ?? ownTicket(ports.service.name, request);
  const outcome = await awaitOutcome(ports, awaitedOf(request), first, {
    ...options,
    keep: async (pending) => {
      ticket = pending.ticket;
      await options.onPending?.(recordOf(prepared, pending, ports.clock.now()), pending.message);
    },
  });
  if (outcome.status === "pending")
    return {
      status: "pending",
      pending: recordOf(prepared, outcome, ports.clock.now()),
      message: outcome.message,
    };
  if (outcome.status === "denied") return outcome;
  const audit = outcome.audit === undefined ? {} : { audit: outcome.audit };
  const onSigned = async (signature: Uint8Array): Promise<boolean> => {
    const base64 = Buffer.from(signature).toString("base64");
    const record = recordOf(prepared, { ticket, signature: base64, ...audit }, ports.clock.now());
    try {
      await options.onSigned?.(record);
      return options.onSigned !== undefined;
    } catch (error) {
      // The signature exists: to attach it is the best that can still be done.
      const why = error instanceof Error ? error.message : "unknown reason";
      ports.log.warn(`The signature of ${prepared.plan.artifact} could not be kept before it is attached: ${why}`);
      return false;
    }
  };
  const attached = await attachSignature(ports, prepared, outcome, { ...options, onSigned });
  return { status: "signed", ...attached, ...audit };
}
