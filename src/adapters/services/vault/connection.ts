import type { Person, WaitOptions } from "../../../application/ports.ts";
import type { VaultOptions } from "../../../core/policy/vaultOptions.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";

/** Where the service is and how it is spoken to. */
export interface VaultPlace {
  readonly origin: string;
  readonly options: VaultOptions;
  readonly namespace?: string;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
  /** Signs in by a browser, where that is how. */
  readonly person?: Person;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One call of the HTTP interface. */
export interface Call {
  readonly method?: "GET" | "POST";
  /** Below `/v1/`. */
  readonly path: string;
  readonly body?: object;
  /** What was tried, in words. */
  readonly action: string;
  readonly ambiguity?: string;
}

/** Sends one call, once, with the token where there is one. */
export async function sendCall(
  place: VaultPlace,
  call: Call,
  token: string | undefined,
  options: WaitOptions,
): Promise<ServiceReply> {
  return sendToService(
    {
      method: call.method ?? (call.body === undefined ? "GET" : "POST"),
      url: `${place.origin}/v1/${call.path}`,
      headers: {
        // Without it, an agent in between may refuse what could come from a page in a browser.
        "x-vault-request": "true",
        ...(token === undefined ? {} : { "x-vault-token": token }),
        ...(place.namespace === undefined ? {} : { "x-vault-namespace": place.namespace }),
      },
      timeoutMs: place.timeoutMs,
      action: call.action,
      explainsFailures: true,
      body: call.body,
      ambiguity: call.ambiguity,
      tls: place.tls,
    },
    options,
  );
}
