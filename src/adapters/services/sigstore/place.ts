import type { Person, Secrets, TimeStamps, WaitOptions } from "../../../application/ports.ts";
import type { SigstoreOptions } from "../../../core/policy/sigstoreOptions.ts";
import type { SigningConfig } from "../../../core/sign/signingConfig.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";
import type { UsedSecrets } from "../serviceWords.ts";

/** A Sigstore instance and how it is spoken to. */
export interface SigstorePlace {
  /** Name of the service. */
  readonly name: string;
  /** Origin of the certificate authority, as the configuration names it. */
  readonly origin: string;
  readonly options: Pick<SigstoreOptions, "clientId" | "signIn">;
  readonly config: SigningConfig;
  /** JSON of the trusted root. */
  readonly trustedRoot: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly person?: Person;
  readonly secrets?: Secrets;
  readonly timeStamps: TimeStamps;
  readonly used: UsedSecrets;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
  /** The trial that runs here serves at this origin, and may have whatever it gave out itself. */
  readonly isTrial: boolean;
  now(): Date;
  pause(milliseconds: number, options: WaitOptions): Promise<void>;
}

/** One request to a part of the instance. */
export interface SigstoreCall {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly body?: object;
  readonly form?: Readonly<Record<string, string>>;
  readonly action: string;
  readonly ambiguity?: string;
  /** In place of the usual limit, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Sends one request, once. */
export function callSigstore(place: SigstorePlace, call: SigstoreCall, options: WaitOptions): Promise<ServiceReply> {
  const { body, form, ambiguity } = call;
  return sendToService(
    {
      method: call.method ?? "POST",
      url: call.url,
      timeoutMs: call.timeoutMs ?? place.timeoutMs,
      action: call.action,
      explainsFailures: true,
      body,
      form,
      ambiguity,
      tls: place.tls,
    },
    options,
  );
}
