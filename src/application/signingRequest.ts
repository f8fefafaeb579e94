import type { SignaturePlan } from "../core/sign/plan.ts";
import type { PendingSigning } from "./pendingSigning.ts";
import type { SignOutcome, SignRequest } from "./signingService.ts";

/** What a service is asked for a plan: the same request each time, so that a ticket can be compared with it. */
export function signRequestOf(
  plan: SignaturePlan,
  asked: { readonly justification?: string; readonly tool: string },
  idempotencyKey: string,
): SignRequest {
  return {
    key: plan.key.name,
    ...plan.scheme,
    digest: plan.digest,
    ...(plan.scheme.scheme === "ed25519" ? { message: plan.signedBytes } : {}),
    purpose: { artifact: { kind: "image", name: plan.reference, digest: plan.image.digest }, tool: asked.tool },
    ...(asked.justification === undefined ? {} : { justification: asked.justification }),
    idempotencyKey,
  };
}

/** The record of a request that waits, with all that is needed to go on with it. */
export function recordOf(
  { plan, request }: { readonly plan: SignaturePlan; readonly request: SignRequest },
  outcome: Extract<SignOutcome, { status: "pending" }>,
  now: Date,
): PendingSigning {
  return {
    version: 1,
    ticket: outcome.ticket,
    reference: plan.reference,
    image: plan.image,
    key: { name: plan.key.name, publicKey: plan.key.publicKey },
    format: plan.format,
    ...(request.justification === undefined ? {} : { justification: request.justification }),
    requestedAt: now.toISOString(),
    ...(outcome.expiresAt === undefined ? {} : { expiresAt: outcome.expiresAt }),
  };
}
