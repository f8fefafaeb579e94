import { isJsonObject, readJson } from "../../core/json.ts";
import type { Credential } from "./credentials.ts";
import { mayPointTo, type Endpoint } from "./endpoint.ts";
import { failure, type Attempt } from "./failure.ts";
import type { RegistryLimits } from "./limits.ts";
import { sendFollowing } from "./redirects.ts";
import type { HttpAnswer, Transport } from "./transport.ts";

/** What a request needs of a repository. */
export interface Scope {
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
}

/** Where a registry says that tokens come from (distribution specification, token authentication). */
export interface TokenChallenge {
  readonly realm: URL;
  readonly service?: string;
  /** What to ask for, where it is not the usual scope of the repository. */
  readonly scope?: string;
}

/** A bearer token; `expiresAt` in monotonic milliseconds. */
interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

/** Asks a token endpoint, with a credential or anonymously. */
export type RequestToken = (
  endpoint: Endpoint,
  challenge: TokenChallenge,
  scope: Scope,
  login: { readonly credential: Credential; readonly source: string } | undefined,
  attempt: Attempt,
  signal: AbortSignal,
) => Promise<Token>;

/** Seconds that a token lives where its endpoint does not say (distribution specification, token authentication). */
const defaultLifetime = 60;
/** Seconds before its end from which a token is not used any more. */
const margin = 10;

/** The usual text of a scope (distribution specification, token scope). */
export function scopeText({ repository, actions }: Scope): string {
  return `repository:${repository}:${actions}`;
}

/** The Authorization value of a password (RFC 7617). */
export function basicHeader({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

export function createTokenRequest(send: Transport, limits: RegistryLimits): RequestToken {
  return async (endpoint, challenge, scope, login, attempt, signal) => {
    const asked = await ask(challenge, scope, login?.credential, attempt, signal);
    const json = asked.status === 200 ? readJson(asked.bytes) : undefined;
    const token = isJsonObject(json) ? (json["token"] ?? json["access_token"]) : undefined;
    if (typeof token === "string" && /^[\x21-\x7e]+$/u.test(token)) {
      const stated = isJsonObject(json) ? json["expires_in"] : undefined;
      const seconds = typeof stated === "number" && stated > 0 ? stated : defaultLifetime;
      return { value: token, expiresAt: performance.now() + Math.max(seconds - margin, seconds / 2) * 1000 };
    }
    throw tokenFailure(asked, endpoint, login?.source, attempt);
  };

  function ask(
    { realm, service, scope: stated }: TokenChallenge,
    scope: Scope,
    credential: Credential | undefined,
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const wanted = stated ?? scopeText(scope);
    const shared = { maxBytes: limits.otherBytes, attempt };
    if (credential?.kind === "identity-token") {
      const form = new URLSearchParams({
        grant_type: "refresh_token",
        client_id: "countersign",
        refresh_token: credential.token,
        scope: wanted,
        ...(service === undefined ? {} : { service }),
      });
      const body = new TextEncoder().encode(form.toString());
      return send(
        {
          ...shared,
          method: "POST",
          url: realm,
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body,
        },
        signal,
      );
    }
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", wanted);
    const headers = credential === undefined ? {} : { authorization: basicHeader(credential) };
    return sendFollowing(send, { ...shared, method: "GET", url, headers }, limits.redirects, signal);
  }
}

/**
 * The token endpoint that a challenge names, if credentials may go there: https, and not inside the machine or a private
 * network unless the registry itself is there. A registry without TLS may name its own host without TLS.
 */
export function checkedRealm(realm: string, endpoint: Endpoint, attempt: Attempt): URL {
  const refuse = (why: string): Error =>
    failure(
      "authentication",
      attempt,
      `${endpoint.registry} sends logins to ${why}`,
      "Nothing was sent there. Tell the registry's operator.",
    );
  if (!URL.canParse(realm)) throw refuse("something that is no address");
  const url = new URL(realm);
  const registry = new URL(endpoint.origin);
  const isPlainTwin = url.protocol === "http:" && registry.protocol === "http:" && url.hostname === registry.hostname;
  if (url.protocol !== "https:" && !isPlainTwin) throw refuse(`${url.host}, which is not https`);
  if (url.username !== "" || url.password !== "") throw refuse("an address with credentials in it");
  if (!mayPointTo(registry, url)) throw refuse(`${url.host}, which is inside a private network`);
  return url;
}

function tokenFailure(answer: HttpAnswer, endpoint: Endpoint, source: string | undefined, attempt: Attempt): Error {
  const host = answer.url.host;
  const signIn = `Sign in with 'docker login ${endpoint.registry}', then try again.`;
  if (answer.status === 429)
    return failure("rate-limit", attempt, `${host} gives no more logins for now`, "Wait a while, or sign in.");
  if (answer.status >= 500)
    return failure(
      "registry-error",
      attempt,
      `the login service ${host} failed with an error of its own`,
      "Try again later.",
    );
  if (answer.status === 400 || answer.status === 401 || answer.status === 403)
    return source === undefined
      ? failure("authentication", attempt, `${host} gives no token without a login`, signIn)
      : failure("authentication", attempt, `${host} refused the login from ${source}`, signIn);
  return failure(
    "registry-error",
    attempt,
    `the login service ${host} gave an answer that holds no token`,
    "Try again later.",
  );
}
