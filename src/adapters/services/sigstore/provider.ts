import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import { isSafeAddress } from "../serviceAddress.ts";
import { oneLine } from "../serviceWords.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";

/** Where an identity provider is spoken to (OpenID Connect Discovery 1.0, 3). */
export interface IdentityProvider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Absent where it knows no device flow. */
  readonly deviceEndpoint?: string;
}

/** Asks a provider where it is spoken to. It must name itself exactly as it is named. AppError `service-protocol`. */
export async function discoverProvider(
  place: SigstorePlace,
  issuer: string,
  options: WaitOptions,
): Promise<IdentityProvider> {
  const action = "ask the identity provider how to sign in";
  const url = `${issuer}/.well-known/openid-configuration`;
  const { status, body } = await callSigstore(place, { method: "GET", url, action }, options);
  const fail = (why: string): AppError => new AppError("service-protocol", `Could not ${action} at ${issuer}: ${why}.`);
  if (status !== 200 || !isJsonObject(body)) throw fail(`it answered with status ${status}`);
  if (textOrEmpty(body["issuer"]).replace(/\/+$/, "") !== issuer) throw fail("it calls itself by another name");
  const authorizationEndpoint = endpointIn(body, "authorization_endpoint");
  const tokenEndpoint = endpointIn(body, "token_endpoint");
  const deviceEndpoint = endpointIn(body, "device_authorization_endpoint");
  if (authorizationEndpoint === undefined || tokenEndpoint === undefined) throw fail("it names no endpoints to use");
  return {
    issuer,
    authorizationEndpoint,
    tokenEndpoint,
    ...(deviceEndpoint === undefined ? {} : { deviceEndpoint }),
  };
}

/** TLS, or this machine. */
function endpointIn(body: JsonObject, name: string): string | undefined {
  const text = textOrEmpty(body[name]);
  return isSafeAddress(text) ? text : undefined;
}

/** Why a provider refuses, in one line (RFC 6749, 5.2). */
export function refusalOf(body: unknown): { readonly error: string; readonly message: string } {
  const fields = isJsonObject(body) ? body : {};
  const error = oneLine(fields["error"]) ?? "";
  const description = oneLine(fields["error_description"]);
  return { error, message: [description ?? "It gives no reason.", error === "" ? "" : `(${error})`].join(" ").trim() };
}
