import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { objectIn } from "../../../core/json.ts";
import { requestIdentityToken } from "../pipelineIdentity.ts";
import type { Credentials } from "./credentials.ts";
import { sendCall, type VaultPlace } from "./connection.ts";
import { grantFrom, lifeOf, type Grant } from "./grant.ts";
import { logInByBrowser } from "./oidc.ts";
import { refusalOf } from "./refusal.ts";

/** Asks for tokens: each function sends one request for one. A refusal is AppError `authentication`. */
export interface TokenSource {
  /** The token that was given, where one was: nothing is sent. */
  given(): Promise<string | undefined>;
  /** Signs in anew; undefined where there is nothing to sign in with. */
  signIn(options: WaitOptions): Promise<Grant | undefined>;
  renew(token: string, options: WaitOptions): Promise<Grant>;
  /** Looks up what the service knows of a token; undefined where it does not accept it. */
  lookUp(token: string, options: WaitOptions): Promise<Grant | undefined>;
}

/** The ways to get a token that the options and the credentials offer. `note` learns every secret before it is sent. */
export function createTokenSource(
  place: VaultPlace,
  credentials: Credentials,
  note: (secret: string) => void,
): TokenSource {
  const { options: settings } = place;
  const isWanted = (kind: NonNullable<typeof settings.authentication>): boolean =>
    (settings.authentication ?? kind) === kind;
  const noted = async (name: Parameters<Credentials["get"]>[0]): Promise<string | undefined> => {
    const secret = await credentials.get(name);
    if (secret !== undefined) note(secret);
    return secret;
  };

  const logIn = async (method: string, body: object, options: WaitOptions): Promise<Grant> => {
    const action = `sign in with ${method === "jwt" ? "a JWT" : "an AppRole"}`;
    const path = `auth/${settings.authMount ?? method}/login`;
    const reply = await sendCall(place, { path, body, action }, undefined, options);
    return grantFrom(reply, action, place);
  };

  const withAppRole = async (options: WaitOptions): Promise<Grant | undefined> => {
    const secretId = isWanted("approle") ? await noted("secret-id") : undefined;
    const roleId = settings.authentication === "approle" ? settings.role : undefined;
    const role = roleId ?? (await credentials.get("role-id"));
    if (secretId === undefined || role === undefined) return undefined;
    return logIn("approle", { role_id: role, secret_id: secretId }, options);
  };
  const fromPipeline = async (options: WaitOptions): Promise<string | undefined> => {
    const { identity } = credentials;
    if (identity === undefined) return undefined;
    return requestIdentityToken(
      identity,
      settings.audience ?? place.origin,
      { timeoutMs: place.timeoutMs, note },
      options,
    );
  };
  const withJwt = async (options: WaitOptions): Promise<Grant | undefined> => {
    if (!isWanted("jwt") || settings.role === undefined) return undefined;
    const jwt = (await noted("jwt")) ?? (await fromPipeline(options));
    return jwt === undefined ? undefined : logIn("jwt", { role: settings.role, jwt }, options);
  };

  const withBrowser = (options: WaitOptions): Promise<Grant | undefined> =>
    settings.authentication === "oidc" ? logInByBrowser(place, note, options) : Promise.resolve(undefined);

  return {
    given: async () => (isWanted("token") ? await noted("token") : undefined),
    signIn: async (options) => (await withJwt(options)) ?? (await withAppRole(options)) ?? (await withBrowser(options)),
    renew: async (token, options) => {
      const action = "renew the session";
      const reply = await sendCall(place, { path: "auth/token/renew-self", body: {}, action }, token, options);
      return grantFrom(reply, action, place);
    },
    lookUp: async (token, options) => {
      const action = "check the session";
      const reply = await sendCall(place, { path: "auth/token/lookup-self", action }, token, options);
      if (reply.status === 401 || reply.status === 403) return undefined;
      const refusal = refusalOf(reply);
      if (refusal !== undefined)
        throw new AppError("service-unavailable", `Could not ${action} at ${place.origin}: ${refusal.message}`);
      const data = objectIn(reply.body, "data");
      const ends = lifeOf(data["ttl"], data["renewable"], place.now(), data["creation_ttl"]);
      return { token, ...ends };
    },
  };
}
