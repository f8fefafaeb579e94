import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import type { FoundRequest } from "../../../application/signingService.ts";
import { findInArchive } from "./archive.ts";
import type { Caller } from "./caller.ts";
import { pendingOf, type RequestPlace, type VenafiSigning } from "./sign.ts";
import { listTickets } from "./tickets.ts";

/** A request as it was sent, to be looked for. */
export interface SentRequest {
  readonly signing: VenafiSigning;
  /** The environment of its key, where that is told. */
  readonly dn: string | undefined;
  readonly place: RequestPlace;
}

/** How far the clocks of the service and of this machine may differ, in milliseconds. */
const clockSkew = 2 * 60_000;

/**
 * Looks for a request whose answer was lost: among the tickets that wait, then in the archive of signatures. That neither
 * has it proves nothing: a session may see few tickets, and the archive can be switched off.
 */
export async function findSubmission(
  caller: Caller,
  { signing, dn, place }: SentRequest,
  options: WaitOptions & { readonly since: string },
): Promise<FoundRequest> {
  const { signal } = options;
  const waiting = pendingOf(signing, place);
  const tickets = await ifAllowed(listTickets(caller, { signal, own: [waiting.ticket] }));
  const found = tickets?.find(({ ticket }) => ticket === waiting.ticket.id);
  if (found !== undefined) return { kind: "outcome", outcome: { ...waiting, approvals: found.approvals } };
  const data = signing.body["Data"];
  if (dn === undefined || typeof data !== "string") return { kind: "none", isCertain: false };
  const entry = await ifAllowed(findInArchive(caller, dn, data, { signal }));
  // The same may have been signed before.
  const isOurs = entry !== undefined && Date.parse(entry.at) >= Date.parse(options.since) - clockSkew;
  if (!isOurs) return { kind: "none", isCertain: false };
  return { kind: "signed", audit: entry.id, at: entry.at };
}

/** Undefined where the session may not look there. */
async function ifAllowed<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError && error.code === "service-denied") return undefined;
    throw error;
  }
}
