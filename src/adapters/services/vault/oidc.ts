import { randomBytes } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { objectIn, textOrEmpty } from "../../../core/json.ts";
import { signInByBrowser } from "../browserLogin.ts";
import { sendCall, type VaultPlace } from "./connection.ts";
import { grantFrom, type Grant } from "./grant.ts";
import { refusalOf } from "./refusal.ts";

/** Where `vault login` and `bao login` wait for the browser. */
const usualPort = 8250;

/**
 * Signs in by the method `oidc`: the service gives the address of its identity provider, a person signs in there, and what
 * the browser comes back with is exchanged for a token. Undefined where nobody is there.
 */
export async function logInByBrowser(
  place: VaultPlace,
  note: (secret: string) => void,
  options: WaitOptions,
): Promise<Grant | undefined> {
  const { person, options: settings } = place;
  if (person === undefined) return undefined;
  const action = "sign in by a browser";
  const base = `auth/${settings.authMount ?? "oidc"}/oidc`;
  const nonce = randomBytes(20).toString("hex");
  note(nonce);
  const address = async (redirectUri: string): Promise<string> => {
    const body = { redirect_uri: redirectUri, client_nonce: nonce, role: settings.role ?? "" };
    const reply = await sendCall(place, { path: `${base}/auth_url`, body, action }, undefined, options);
    const url = textOrEmpty(objectIn(reply.body, "data")["auth_url"]);
    if (isForBrowser(url)) return url;
    // Without a role or with another address to come back to, the answer is an empty one.
    const said = refusalOf(reply)?.message ?? `The role does not allow ${redirectUri}, or there is no such role.`;
    throw new AppError("authentication", `Could not ${action} at ${place.origin}: ${said}`);
  };
  const { parameters } = await signInByBrowser(
    {
      service: place.origin,
      person,
      path: "/oidc/callback",
      port: settings.callbackPort ?? usualPort,
      host: "localhost",
      action: `${action} at ${place.origin}`,
      address,
    },
    options,
  );
  const query = new URLSearchParams({
    state: parameters.get("state") ?? "",
    code: parameters.get("code") ?? "",
    client_nonce: nonce,
  });
  note(parameters.get("code") ?? "");
  const reply = await sendCall(place, { path: `${base}/callback?${query.toString()}`, action }, undefined, options);
  const grant = grantFrom(reply, action, place);
  note(grant.token);
  return grant;
}

/** An identity provider is reached over TLS; one on this machine may do without. */
function isForBrowser(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost"].includes(hostname));
}
