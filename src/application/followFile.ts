import { awaitOutcome } from "./awaitOutcome.ts";
import { AppError } from "./errors.ts";
import type { PendingFile } from "./pendingFile.ts";
import type { FileOutcome, FileSigningPorts } from "./signFile.ts";
import type { WaitOptions } from "./ports.ts";

/** What became of the request of a file: signed, with the record that `resumeFile` writes the bundle from, or not. */
export type FollowedFile =
  | { readonly status: "signed"; readonly pending: PendingFile }
  | Exclude<FileOutcome, { readonly status: "signed" }>;

/**
 * Waits for the decision about a file's request without the file: it may be large, may change, and be away meanwhile.
 * What is signed is in the record then, and is checked when the bundle is written. Throws AppError `service-protocol`
 * where the record is another service's.
 */
export async function followFile(
  ports: Pick<FileSigningPorts, "service" | "clock" | "log">,
  pending: PendingFile,
  options: WaitOptions & { readonly waitMs: number },
): Promise<FollowedFile> {
  const { ticket } = pending;
  if (ticket.service !== ports.service.name)
    throw new AppError(
      "service-protocol",
      `Request ${ticket.id} waits at ${ticket.service}, not at ${ports.service.name}.`,
    );
  if (pending.signature !== undefined) return { status: "signed", pending };
  const first = await ports.service.resume(ticket, options);
  const awaited = { hash: ticket.requestHash, artifact: pending.file };
  // The record is kept already.
  const outcome = await awaitOutcome(ports, awaited, first, { ...options, keep: () => Promise.resolve() });
  switch (outcome.status) {
    case "denied":
      return outcome;
    case "pending":
      return { status: "pending", pending: { ...pending, ticket: outcome.ticket }, message: outcome.message };
    case "signed": {
      const signature = Buffer.from(outcome.signature).toString("base64");
      const audit = outcome.audit === undefined ? {} : { audit: outcome.audit };
      return { status: "signed", pending: { ...pending, signature, ...audit } };
    }
  }
}
