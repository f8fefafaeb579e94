import { readPendingFile, type PendingFile } from "./pendingFile.ts";
import { readPendingSigning, type PendingSigning } from "./pendingSigning.ts";

/** What is kept of a signing that is not done. */
export type PendingRecord = PendingSigning | PendingFile;

/** Reads a stored record of either kind; undefined where it is neither. */
export function readPendingRecord(value: unknown): PendingRecord | undefined {
  return readPendingFile(value) ?? readPendingSigning(value);
}

/** What is to be signed, as the person named it. */
export function artifactOf(pending: PendingRecord): string {
  return "kind" in pending ? pending.file : pending.reference;
}

/** The digest of what is to be signed. */
export function digestOf(pending: PendingRecord): string {
  return "kind" in pending ? pending.digest : pending.image.digest;
}
