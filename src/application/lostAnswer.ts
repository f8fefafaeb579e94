import { AppError } from "./errors.ts";
import { artifactOf, type PendingRecord } from "./pendingRecord.ts";
import type { PendingFile } from "./pendingFile.ts";
import type { PendingSigning } from "./pendingSigning.ts";
import type { WaitOptions } from "./ports.ts";
import { preparedAgain } from "./signFile.ts";
import { settledAgain, type SigningPorts, type SigningTrust } from "./signImage.ts";
import type { PendingRequest, SigningService, SignRequest } from "./signingService.ts";

/** What became of a request whose answer was lost. */
export type LostAnswer =
  /** It waits: `pending` is the record to go on with. */
  | { readonly kind: "waits"; readonly pending: PendingRecord; readonly approvals: PendingRequest["approvals"] }
  /** It was signed, and the signature is in `pending`: it is brought to its place without another. */
  | { readonly kind: "signed"; readonly pending: PendingRecord }
  | { readonly kind: "denied"; readonly message: string }
  /** The service's log says that it was signed; the signature itself is lost. */
  | { readonly kind: "logged"; readonly audit: string; readonly at: string }
  /** The service has no such request, and so signed nothing. */
  | { readonly kind: "never-received" }
  /** The service shows no such request, and might not; or it cannot be asked at all. */
  | { readonly kind: "not-known"; readonly isAsked: boolean };

/** Looks for the answer to a request to sign an image. Asks for no signature. Throws as `resumeSigning` does. */
export async function findImageAnswer(
  ports: Pick<SigningPorts, "service">,
  pending: PendingSigning,
  trust: SigningTrust,
  options: WaitOptions,
): Promise<LostAnswer> {
  const { request } = await settledAgain(ports, pending, trust, options);
  return findAnswer(ports.service, pending, request, options);
}

/** The same for a file, which must be the one that was to be signed. */
export async function findFileAnswer(
  ports: Pick<SigningPorts, "service">,
  pending: PendingFile,
  content: Uint8Array,
  options: WaitOptions,
): Promise<LostAnswer> {
  const { request } = await preparedAgain(ports, pending, content, options);
  return findAnswer(ports.service, pending, request, options);
}

async function findAnswer(
  service: SigningService,
  pending: PendingRecord,
  request: SignRequest,
  { signal }: WaitOptions,
): Promise<LostAnswer> {
  if (service.find === undefined) return { kind: "not-known", isAsked: false };
  const found = await service.find(request, { signal, since: pending.requestedAt });
  if (found.kind === "none") return found.isCertain ? { kind: "never-received" } : { kind: "not-known", isAsked: true };
  if (found.kind === "signed") return { kind: "logged", audit: found.audit, at: found.at };
  const { outcome } = found;
  const { unanswered: _, ...record } = pending;
  switch (outcome.status) {
    case "denied":
      return { kind: "denied", message: outcome.message };
    case "pending": {
      const { ticket, approvals, expiresAt } = outcome;
      if (ticket.requestHash !== pending.ticket.requestHash)
        throw new AppError("service-protocol", `${service.name} answered with a ticket for another request.`);
      const ends = expiresAt === undefined ? {} : { expiresAt };
      return { kind: "waits", pending: { ...record, ticket, ...ends }, approvals };
    }
    case "signed": {
      const signature = Buffer.from(outcome.signature).toString("base64");
      const audit = outcome.audit === undefined ? {} : { audit: outcome.audit };
      return { kind: "signed", pending: { ...record, signature, ...audit } };
    }
  }
}

/** Failures after which it is certain that the service was not asked, or that its answer came. */
const answered: ReadonlySet<string> = new Set([
  "authentication",
  "usage",
  "configuration",
  "signature-not-verified",
  "attach-failed",
  "file-unwritable",
  "file-unreadable",
]);

/** Whether the service may have signed although asking it failed so. */
export function mayHaveSigned(error: unknown): boolean {
  return !(error instanceof AppError) || !(error.nothingSent || answered.has(error.code));
}

/** What became of a request, in one or two sentences. Nothing is ever signed again without a person. */
export function describeLostAnswer(pending: PendingRecord, answer: LostAnswer | undefined): string {
  const { service } = pending.ticket;
  const asked = `${service} was asked to sign ${artifactOf(pending)} with key '${pending.key.name}', and its answer was lost.`;
  const at = `find it in its log by digest and time (${pending.requestedAt}), or ask its operators, before you sign again.`;
  switch (answer?.kind) {
    case undefined:
      return `${asked} What became of it has not been looked for yet.`;
    case "waits":
      return `${asked} The request waits there: ${answer.approvals.have} of ${answer.approvals.need} approvals. Go on with it, and it is signed once.`;
    case "signed":
      return `${asked} It was signed, and ${service} gives the signature out: go on, and it is brought to its place without another.`;
    case "denied":
      return `${asked} It was refused: ${answer.message}`;
    case "logged":
      return `${asked} Its log says that it was signed (${answer.audit}, ${answer.at}), and it does not give the signature out again. Sign again only if two signatures are right.`;
    case "never-received":
      return `${asked} It has no such request, so nothing was signed. Sign again where it is still wanted.`;
    case "not-known":
      return answer.isAsked
        ? `${asked} It shows neither such a request nor a signature, which proves nothing: ${at}`
        : `${asked} It cannot be asked what became of it: ${at}`;
  }
}
