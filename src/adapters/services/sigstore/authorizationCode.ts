import { randomBytes } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject, textOrEmpty } from "../../../core/json.ts";
import { createCodeVerifier, signInByBrowser } from "../browserLogin.ts";
import { callSigstore, type SigstorePlace } from "./place.ts";
import { refusalOf, type IdentityProvider } from "./provider.ts";

/** A token, and the value that it must repeat. */
export interface GrantedToken {
  readonly token: string;
  readonly nonce?: string;
}

/** Signs in in a browser: authorization code with PKCE (RFC 7636, S256). Throws AppError `authentication`, `cancelled`. */
export async function signInAtProvider(
  place: SigstorePlace,
  provider: IdentityProvider,
  person: Person,
  options: WaitOptions,
): Promise<GrantedToken> {
  const { issuer, authorizationEndpoint, tokenEndpoint } = provider;
  const { note } = place.used;
  const { verifier, challenge } = createCodeVerifier();
  const nonce = randomBytes(32).toString("base64url");
  note(verifier);
  note(nonce);
  const address = (redirectUri: string, state: string): Promise<string> => {
    note(state);
    const url = new URL(authorizationEndpoint);
    const query = {
      response_type: "code",
      client_id: place.options.clientId,
      redirect_uri: redirectUri,
      scope: "openid email",
      state,
      nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return Promise.resolve(url.href);
  };
  const { parameters, redirectUri } = await signInByBrowser(
    {
      service: place.name,
      person,
      path: "/auth/callback",
      host: "localhost",
      issuer,
      action: `sign in at ${issuer}`,
      address,
    },
    options,
  );
  const code = parameters.get("code") ?? "";
  note(code);
  const form = {
    grant_type: "authorization_code",
    client_id: place.options.clientId,
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  const action = "exchange the sign-in for an identity token";
  const { status, body } = await callSigstore(place, { url: tokenEndpoint, form, action }, options);
  const token = isJsonObject(body) ? textOrEmpty(body["id_token"]) : "";
  if (status !== 200 || token === "")
    throw new AppError(
      "authentication",
      `Could not sign in at ${issuer}: ${refusalOf(body).message} Nothing was signed.`,
    );
  return { token, nonce };
}
