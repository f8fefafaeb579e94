import { AppError } from "../../application/errors.ts";
import type { PendingRecord } from "../../application/pendingRecord.ts";
import type { Extension } from "../context.ts";

/** Told as soon as something would be lost with this window. */
export interface Keeping<Kept extends PendingRecord> {
  readonly onSubmit: (intended: Kept) => Promise<void>;
  readonly onPending: (pending: Kept) => Promise<void>;
  readonly onSigned: (pending: Kept) => Promise<void>;
}

/**
 * Runs a signing whose record is kept from the moment that something would be lost: a request stays until its answer is
 * known, one that waits stays, and a signature that could not be brought to its place is brought there later without
 * another.
 */
export async function keeping<Kept extends PendingRecord, T extends { readonly status: string }>(
  { signing }: Extension,
  sign: (keep: Keeping<Kept>) => Promise<T>,
  complete: (pending: Kept) => Kept = (pending) => pending,
): Promise<T> {
  let kept: string | undefined;
  let asking: string | undefined;
  const answered = async (besides?: string): Promise<void> => {
    const id = asking;
    asking = undefined;
    if (id === undefined) return;
    if (id !== besides) await signing.dropPending(id);
    signing.endAsking(id);
  };
  try {
    const outcome = await sign({
      onSubmit: async (intended) => {
        asking = intended.ticket.id;
        signing.beginAsking(asking);
        await signing.putPending(complete(intended));
      },
      onPending: async (pending) => {
        await signing.putPending(complete(pending));
        await answered(pending.ticket.id);
      },
      onSigned: async (signed) => {
        kept = signed.ticket.id;
        await signing.putPending(complete(signed));
        await answered(kept);
      },
    });
    await answered();
    if (kept !== undefined) await signing.dropPending(kept);
    return outcome;
  } catch (cause) {
    const { mayHaveSigned } = await import("../../application/lostAnswer.ts");
    if (asking !== undefined && mayHaveSigned(cause)) {
      signing.endAsking(asking);
      throw unanswered(cause);
    }
    await answered();
    // Once there is a signature, no failure may look as if there were none.
    if (kept !== undefined && cause instanceof AppError && cause.code === "authentication")
      throw new AppError("attach-failed", cause.message, { cause });
    throw cause;
  }
}

/** Says where the person sees what became of the request. */
function unanswered(cause: unknown): unknown {
  if (!(cause instanceof AppError) || cause.code === "cancelled") return cause;
  const message = `${cause.message} The request stays under Signing until it is known what became of it.`;
  return new AppError(cause.code, message, { cause });
}
