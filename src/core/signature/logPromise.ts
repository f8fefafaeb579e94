import { verifyData } from "../x509/publicKey.ts";
import type { LogEntry } from "./material.ts";
import type { TrustedRoot } from "./trustedRoot.ts";

/**
 * Whether a log of the root promised an entry (Rekor v1's signed entry timestamp): the signature over the entry's body,
 * time and place, in canonical JSON (RFC 8785), by the log's key and while that key was valid.
 */
export function isPromised({ promise, body, ...entry }: LogEntry, root: TrustedRoot | undefined): boolean {
  const logId = Buffer.from(entry.logId).toString("hex");
  const at = new Date(Number(entry.integratedTime) * 1000);
  const log = root?.logs.find(({ id, start, end }) => id === logId && start <= at && (end === undefined || at <= end));
  if (promise === undefined || log?.key === undefined) return false;
  const promised = `{"body":"${Buffer.from(body).toString("base64")}","integratedTime":${Number(entry.integratedTime)},"logID":"${logId}","logIndex":${Number(entry.logIndex)}}`;
  return verifyData(log.key, log.key.digest ?? "sha256", Buffer.from(promised, "utf8"), promise);
}
