import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { unlessAborted } from "../../registry/singleFlight.ts";
import { createTokenSource, type Grant, type TokenPlace } from "./authentication.ts";
import type { Credentials } from "./credentials.ts";

/** What proves to the service who asks: one header. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
}

/** A session with one service. */
export interface Session {
  /** What to send with a request. After `refused`, something else than what was refused. Throws AppError `authentication`. */
  authorize(options: WaitOptions): Promise<Authorization>;
  /** The service did not accept it: it is not used again. */
  refused(authorization: Authorization): void;
  /** The text without any secret that the session has used. */
  redact(text: string): string;
}

/** A token this close to its end is renewed before it is used, in milliseconds. */
const margin = 30_000;

/** Opens a session. Nothing is sent until it is asked for. */
export function createSession(place: TokenPlace, credentials: Credentials): Session {
  const used = new Set<string>();
  const source = createTokenSource(place, credentials, (secret) => used.add(secret));
  const dead = new Set<string>();
  let current:
    | { readonly authorization: Authorization; readonly token: string; readonly expiresAt?: number }
    | undefined;
  let renewing: Promise<Authorization> | undefined;

  const adopt = (token: string, headers: Authorization["headers"], expiresAt?: number): Authorization => {
    used.add(token);
    const authorization = { headers };
    current = { authorization, token, ...(expiresAt === undefined ? {} : { expiresAt }) };
    return authorization;
  };
  const bearer = (token: string, expiresAt?: number): Authorization =>
    adopt(token, { authorization: `Bearer ${token}` }, expiresAt);
  const isFresh = (expiresAt: number | undefined): boolean =>
    expiresAt === undefined || expiresAt - margin > place.now();

  /** What was granted is kept before it is used: a refresh token that is lost after its predecessor was spent ends the session. */
  const keep = async (grant: Grant): Promise<Authorization> => {
    used.add(grant.accessToken);
    if (grant.refreshToken !== undefined) {
      used.add(grant.refreshToken);
      await credentials.set("refresh-token", grant.refreshToken);
    }
    await credentials.set("access-token-expires", grant.expiresAt?.toString());
    await credentials.set("access-token", grant.accessToken);
    return bearer(grant.accessToken, grant.expiresAt);
  };

  const stored = async (): Promise<Authorization | undefined> => {
    if (dead.has((await credentials.get("access-token")) ?? "")) {
      await credentials.set("access-token", undefined);
      await credentials.set("access-token-expires", undefined);
    }
    const [token, expires] = [await credentials.get("access-token"), await credentials.get("access-token-expires")];
    const expiresAt = expires === undefined ? undefined : Number(expires);
    return token !== undefined && !dead.has(token) && isFresh(expiresAt) ? bearer(token, expiresAt) : undefined;
  };

  const refreshed = async (options: WaitOptions): Promise<Authorization | undefined> => {
    const token = await credentials.get("refresh-token");
    if (token === undefined || dead.has(token)) return undefined;
    used.add(token);
    try {
      return await keep(await source.refresh(token, options));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "authentication") throw error;
      // Spent or revoked: asking again with it could end sessions that came from it.
      dead.add(token);
      if ((await credentials.get("refresh-token")) === token) await credentials.set("refresh-token", undefined);
      return undefined;
    }
  };

  const withApiKey = async (): Promise<Authorization | undefined> => {
    const { product, authentication = "api-key" } = place.options;
    const key = product === "saas" && authentication === "api-key" ? await credentials.get("api-key") : undefined;
    return key === undefined || dead.has(key) ? undefined : adopt(key, { "tppl-api-key": key });
  };

  const obtain = async (asked: WaitOptions): Promise<Authorization> => {
    for (const name of ["password", "jwt", "private-key", "client-certificate-key"] as const) {
      const secret = await credentials.get(name);
      if (secret !== undefined) used.add(secret);
    }
    // Not the caller's signal: a refresh that is cut off loses the token that replaces the spent one. It ends by its time limit.
    const options = { signal: new AbortController().signal };
    const found = (await withApiKey()) ?? (await stored()) ?? (await refreshed(options));
    if (found !== undefined) return found;
    // A person's time is the caller's to give up; nothing is lost with it.
    const grant = await source.signIn(place.options.authentication === "device" ? asked : options);
    if (grant !== undefined) return keep(grant);
    throw new AppError(
      "authentication",
      `There is no valid sign-in for ${place.origin}. Run "Sign in to a signing service" in the editor, or give the command line VSIGN_URL=${place.origin} with ${place.options.product === "saas" ? "VSIGN_APIKEY, or VSIGN_CLIENT_ID and VSIGN_PRIVATE_KEY_FILE" : "VSIGN_TOKEN, VSIGN_JWT, COUNTERSIGN_VENAFI_USERNAME and COUNTERSIGN_VENAFI_PASSWORD, or COUNTERSIGN_VENAFI_CERTIFICATE_FILE and COUNTERSIGN_VENAFI_CERTIFICATE_KEY_FILE"}.`,
    );
  };

  return {
    authorize: async (options) => {
      if (current !== undefined && isFresh(current.expiresAt)) return current.authorization;
      current = undefined;
      renewing ??= obtain(options).finally(() => {
        renewing = undefined;
      });
      return unlessAborted(options.signal, renewing);
    },
    refused: (authorization) => {
      if (current?.authorization !== authorization) return;
      dead.add(current.token);
      current = undefined;
    },
    redact: (text) => [...used].reduce((left, secret) => (secret === "" ? left : left.replaceAll(secret, "***")), text),
  };
}
