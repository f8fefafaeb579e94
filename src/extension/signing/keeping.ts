import { AppError } from "../../application/errors.ts";
import type { PendingRecord } from "../../application/pendingRecord.ts";
import type { Extension } from "../context.ts";

/** Told as soon as something would be lost with this window. */
export interface Keeping<Kept extends PendingRecord> {
  readonly onPending: (pending: Kept) => Promise<void>;
  readonly onSigned: (pending: Kept) => Promise<void>;
}

/**
 * Runs a signing whose record is kept from the moment that something would be lost: a request that waits stays, and a
 * signature that could not be brought to its place is brought there later without another.
 */
export async function keeping<Kept extends PendingRecord, T extends { readonly status: string }>(
  { signing }: Extension,
  sign: (keep: Keeping<Kept>) => Promise<T>,
  complete: (pending: Kept) => Kept = (pending) => pending,
): Promise<T> {
  let kept: string | undefined;
  try {
    const outcome = await sign({
      onPending: (pending) => signing.putPending(complete(pending)),
      onSigned: async (signed) => {
        kept = signed.ticket.id;
        await signing.putPending(complete(signed));
      },
    });
    if (kept !== undefined) await signing.dropPending(kept);
    return outcome;
  } catch (cause) {
    // Once there is a signature, no failure may look as if there were none.
    if (kept !== undefined && cause instanceof AppError && cause.code === "authentication")
      throw new AppError("attach-failed", cause.message, { cause });
    throw cause;
  }
}
