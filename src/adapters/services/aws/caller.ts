import type { WaitOptions } from "../../../application/ports.ts";
import { createLease } from "../lease.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";
import { createUsedSecrets } from "../serviceWords.ts";
import { findCredentials, type CredentialSources } from "./credentials.ts";
import { roleSession } from "./deviceCode.ts";
import { refusalOf } from "./refusal.ts";
import { signRequest } from "./signatureV4.ts";

/** Where KMS is and how it is spoken to. */
export interface AwsPlace extends Omit<CredentialSources, "note"> {
  readonly tls?: ServiceTls;
}

/** One call of KMS: an operation of its JSON protocol. */
export interface AwsCall {
  readonly operation: string;
  readonly body: object;
  /** What was tried, in words. */
  readonly action: string;
  readonly ambiguity?: string;
}

/** Sends calls that are signed. */
export interface AwsCaller {
  /** A look-up: where the session or the clock was not accepted it is sent again, once, with another. */
  read(call: AwsCall, options: WaitOptions): Promise<ServiceReply>;
  /** Sent exactly once. */
  once(call: AwsCall, options: WaitOptions): Promise<ServiceReply>;
  redact(text: string): string;
}

/** Creates the caller. Requests are signed by the clock of AWS, which refuses what is minutes away from it. */
export function createAwsCaller(place: AwsPlace): AwsCaller {
  const { note, redact } = createUsedSecrets();
  const { origin, region, now } = place;
  let offset = 0;
  const clock = (): number => now() + offset;
  const lease = createLease((options) => findCredentials({ ...place, note }, options), clock);

  const once = async (call: AwsCall, options: WaitOptions): Promise<ServiceReply> => {
    const credentials = await lease.get(options);
    note(credentials.secretAccessKey);
    note(credentials.sessionToken ?? "");
    const type = "application/x-amz-json-1.1";
    const text = JSON.stringify(call.body);
    const target = { "x-amz-target": `TrentService.${call.operation}` };
    const signed = signRequest(
      { host: new URL(origin).host, headers: { "content-type": type, ...target }, body: text },
      credentials,
      { region, service: "kms", now: clock() },
    );
    const reply = await sendToService(
      {
        method: "POST",
        url: `${origin}/`,
        headers: { ...target, ...signed },
        content: { type, text },
        timeoutMs: place.timeoutMs,
        action: call.action,
        ambiguity: call.ambiguity,
        tls: place.tls,
      },
      options,
    );
    if (reply.date !== undefined) offset = reply.date - now();
    if (refusalOf(reply)?.isSession === true) {
      lease.end(credentials);
      await place.secrets?.delete(origin, roleSession);
    }
    return reply;
  };
  return {
    once,
    read: async (call, options) => {
      const reply = await once(call, options);
      return refusalOf(reply)?.isSession === true ? once(call, options) : reply;
    },
    redact,
  };
}
