import { isJsonObject } from "../../core/json.ts";
import type { LoopbackCall } from "../loopback.ts";
import type { AuditLog } from "./auditLog.ts";
import { trialFaults, type TrialFault } from "./faults.ts";
import type { TrialKey } from "./keys.ts";
import { failure, type Reply } from "./protocol.ts";

/** What a person does to the trial itself, so that others see how they cope with it. */
export interface TrialControl {
  readonly keys: readonly TrialKey[];
  readonly audit: AuditLog;
  /** Revokes a certificate, PEM; absent where nobody answers about certificates. */
  readonly revoke: ((certificate: string) => void) | undefined;
  /** Makes the service misbehave so many times; undefined ends it. */
  readonly setFault: (fault: TrialFault | undefined, times: number) => void;
}

const maximumTimes = 999;

/** Answers a call that controls the trial; undefined where it is none. */
export function control({ method, url, body }: LoopbackCall, user: string, trial: TrialControl): Reply | undefined {
  if (method !== "POST") return undefined;
  const member = (name: string): unknown => (isJsonObject(body) ? body[name] : undefined);
  switch (url.pathname) {
    case "/v1/fault": {
      const [name, times] = [member("fault"), member("times")];
      if (typeof times !== "number" || !Number.isSafeInteger(times) || times < 1 || times > maximumTimes)
        return failure(400, `Say how many times, from 1 to ${maximumTimes}.`);
      const kind = trialFaults.find((each) => each === name);
      if (kind === undefined && name !== "none") return failure(400, "There is no such fault.");
      trial.setFault(kind === undefined ? undefined : { kind }, times);
      trial.audit.record({ actor: user, event: "fault-set", note: kind === undefined ? "none" : `${kind}, ${times}` });
      return { status: 200, body: {} };
    }
    case "/v1/revoke": {
      const key = trial.keys.find(({ description }) => description.name === member("key"));
      const [certificate] = key?.description.certificateChain ?? [];
      if (key === undefined || certificate === undefined || trial.revoke === undefined)
        return failure(404, "There is no certificate of such a key.");
      trial.revoke(certificate);
      trial.audit.record({ actor: user, event: "certificate-revoked", key: key.description.name });
      return { status: 200, body: {} };
    }
    default:
      return undefined;
  }
}
