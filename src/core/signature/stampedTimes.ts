import type { Reason } from "../verdict/verdict.ts";
import { verifyTimestampResponse } from "../x509/timestampToken.ts";
import type { LogEntry, SignatureMaterial } from "./material.ts";
import type { ProvenTime, StampedTime } from "./sigstoreEngine.ts";
import type { TrustedRoot } from "./trustedRoot.ts";

/**
 * What the time stamps of a signature prove by the authorities of a root: every one of them must hold. The stamps of
 * cosign's first attestations cover the whole envelope, all others the signature.
 */
export function stampedTimes(
  { timestamps, stamped, signature }: SignatureMaterial,
  root: TrustedRoot | undefined,
): readonly StampedTime[] | Reason {
  const times: StampedTime[] = [];
  for (const timestamp of timestamps) {
    const outcome = verifyTimestampResponse(timestamp, stamped ?? signature, root?.timestampAuthorities ?? []);
    if (outcome.kind === "refused") return { code: outcome.code, message: outcome.message };
    const [authority] = outcome.chain;
    times.push({ at: outcome.at, by: "timestamp", authority: authority?.serialNumber ?? "" });
  }
  return times;
}

/**
 * Whether the key of a log counted at a time that is proven. Entries of Rekor v2 have no time of their own, so that only a
 * stamp can tell; without the window a key that was taken out of use could vouch for ever. A log that the root does not
 * know counted at no time.
 */
export function isOutsideLogWindow(entry: LogEntry, times: readonly ProvenTime[], root: TrustedRoot): boolean {
  const id = Buffer.from(entry.logId).toString("hex");
  const logs = root.logs.filter((log) => log.id === id);
  if (entry.promise !== undefined) return false;
  return times.some(({ at }) => logs.every(({ start, end }) => at < start || (end !== undefined && at > end)));
}
