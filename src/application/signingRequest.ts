import type { PlannedSignature, SignaturePlan } from "../core/sign/plan.ts";
import { requestHash } from "../core/sign/requestHash.ts";
import type { PendingSigning } from "./pendingSigning.ts";
import type { SignOutcome, SignRequest, Ticket } from "./signingService.ts";

/** What a service is asked for a plan: the same request each time, so that a ticket can be compared with it. */
export function signRequestOf(
  plan: PlannedSignature,
  artifact: SignRequest["purpose"]["artifact"],
  asked: { readonly justification?: string; readonly tool: string },
  idempotencyKey: string,
): SignRequest {
  return {
    key: plan.key.name,
    ...plan.scheme,
    digest: plan.digest,
    ...(plan.scheme.scheme === "ed25519" || plan.key.signsMessages === true ? { message: plan.signedBytes } : {}),
    ...(plan.envelope === undefined ? {} : { envelope: plan.envelope }),
    purpose: { artifact, tool: asked.tool },
    ...(asked.justification === undefined ? {} : { justification: asked.justification }),
    idempotencyKey,
  };
}

/** What the service and its approvers are told that an image's signature is for. */
export function imageArtifact({ reference, image }: SignaturePlan): SignRequest["purpose"]["artifact"] {
  return { kind: "image", name: reference, digest: image.digest };
}

/** A ticket for what was signed at once, under which it is kept until it is attached. */
export function ownTicket(service: string, request: SignRequest): Ticket {
  return { service, id: request.idempotencyKey, requestHash: requestHash(request) };
}

/** The record of a request that waits, or of a signature that is not attached yet, with all that is needed to go on with it. */
export function recordOf(
  { plan, request }: { readonly plan: SignaturePlan; readonly request: SignRequest },
  state: Pick<Extract<SignOutcome, { status: "pending" }>, "ticket" | "expiresAt"> &
    Pick<PendingSigning, "signature" | "audit" | "unanswered">,
  now: Date,
): PendingSigning {
  const { ticket, expiresAt, signature, audit, unanswered } = state;
  return {
    version: 1,
    ticket,
    reference: plan.reference,
    image: plan.image,
    key: { name: plan.key.name, publicKey: plan.key.publicKey },
    format: plan.format,
    ...(Object.keys(plan.terms).length === 0 ? {} : { terms: plan.terms }),
    ...(request.justification === undefined ? {} : { justification: request.justification }),
    requestedAt: now.toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(signature === undefined ? {} : { signature }),
    ...(audit === undefined ? {} : { audit }),
    ...(unanswered === undefined ? {} : { unanswered }),
  };
}
