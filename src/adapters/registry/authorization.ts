import { RegistryError } from "../../application/errors.ts";
import type { Log } from "../../application/ports.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import type { Credential, CredentialCandidate, CredentialSource } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { failure, type Attempt } from "./failure.ts";
import { createSingleFlight } from "./singleFlight.ts";
import { basicHeader, checkedRealm, scopeText, type RequestToken, type Scope, type TokenChallenge } from "./token.ts";

/** A value for the Authorization header; `source` says in words whose credential stands behind it. */
export interface Authorization {
  /** Undefined: ask without one. */
  readonly header: string | undefined;
  readonly source: string;
  /** Monotonic time in milliseconds from which it is not used any more. */
  readonly expiresAt: number;
}

/** Logins at registries, remembered per origin and scope for the life of the client. Nothing is asked before a registry has asked us. */
export interface Authorizer {
  /** What is known to be needed before asking; asks the token endpoint where an earlier answer of the host named it. */
  known(endpoint: Endpoint, scope: Scope, attempt: Attempt, signal: AbortSignal): Promise<Authorization | undefined>;
  /** Answers the challenges of a 401 to a request that was sent with `rejected`. Throws RegistryError. */
  answer(
    endpoint: Endpoint,
    scope: Scope,
    challenge: { readonly header: string | null; readonly rejected: Authorization | undefined },
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<Authorization>;
}

/** How a host wants us to log in. */
type Login = { readonly kind: "basic" } | ({ readonly kind: "bearer" } & TokenChallenge);

export interface AuthorizerOptions {
  readonly credentials: CredentialSource;
  readonly requestToken: RequestToken;
  readonly log: Log;
}

const anonymous = "no credentials";

export function createAuthorizer({ credentials, requestToken, log }: AuthorizerOptions): Authorizer {
  const logins = new Map<string, Login>();
  const authorizations = new Map<string, Authorization>();
  const flights = createSingleFlight<Authorization>();

  const keyOf = (endpoint: Endpoint, scope: Scope, login: Login): string =>
    // A password may be for a part of the host's repositories only.
    `${endpoint.origin} ${login.kind === "basic" ? scope.repository : scopeText(scope)}`;

  /** Keeps what holds for the whole host: a scope that names this repository in the usual form is not kept, one in another form forbids keeping. */
  function remember(endpoint: Endpoint, scope: Scope, login: Login): void {
    if (login.kind === "basic" || login.scope === undefined || !login.scope.startsWith("repository:")) {
      logins.set(endpoint.origin, login);
    } else if (login.scope.startsWith(`repository:${scope.repository}:`)) {
      const { scope: _, ...shared } = login;
      logins.set(endpoint.origin, shared);
    } else logins.delete(endpoint.origin);
  }

  function usable(key: string): Authorization | undefined {
    const authorization = authorizations.get(key);
    return authorization !== undefined && authorization.expiresAt > performance.now() ? authorization : undefined;
  }

  function obtain(
    endpoint: Endpoint,
    scope: Scope,
    login: Login,
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<Authorization> {
    const key = keyOf(endpoint, scope, login);
    return flights.run(key, signal, async (shared) => {
      const authorization = await logIn(endpoint, scope, login, attempt, shared);
      authorizations.set(key, authorization);
      return authorization;
    });
  }

  /** Tries every source, then none: a helper that fails must not keep a public image from being checked. */
  async function logIn(
    endpoint: Endpoint,
    scope: Scope,
    login: Login,
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<Authorization> {
    let firstFailure: RegistryError | undefined;
    const candidates = await credentials.candidates(endpoint.registry, { signal, repository: scope.repository });
    for (const candidate of candidates) {
      try {
        const credential = await candidate.get({ signal });
        if (credential !== undefined)
          return await withCredential(endpoint, scope, login, candidate, credential, attempt, signal);
      } catch (error) {
        const mayGoOn =
          error instanceof RegistryError && (error.code === "auth-helper-failed" || error.code === "authentication");
        if (!mayGoOn) throw error;
        firstFailure ??= error;
        log.warn(error.message);
      }
    }
    if (login.kind === "basic") throw firstFailure ?? noCredentialsFor(endpoint, candidates, attempt);
    try {
      const token = await requestToken(endpoint, login, scope, undefined, attempt, signal);
      const source = firstFailure === undefined ? anonymous : `${anonymous}, after: ${firstFailure.message}`;
      return { header: `Bearer ${token.value}`, source, expiresAt: token.expiresAt };
    } catch (error) {
      throw firstFailure ?? error;
    }
  }

  async function withCredential(
    endpoint: Endpoint,
    scope: Scope,
    login: Login,
    { source }: CredentialCandidate,
    credential: Credential,
    attempt: Attempt,
    signal: AbortSignal,
  ): Promise<Authorization> {
    if (login.kind === "bearer") {
      const token = await requestToken(endpoint, login, scope, { credential, source }, attempt, signal);
      return { header: `Bearer ${token.value}`, source, expiresAt: token.expiresAt };
    }
    if (credential.kind !== "password")
      throw failure(
        "authentication",
        attempt,
        `${endpoint.registry} asks for a password, and ${source} holds a token`,
        "Sign in again.",
      );
    return { header: basicHeader(credential), source, expiresAt: Number.POSITIVE_INFINITY };
  }

  return {
    async known(endpoint, scope, attempt, signal) {
      const login = logins.get(endpoint.origin);
      if (login === undefined) return undefined;
      return usable(keyOf(endpoint, scope, login)) ?? (await obtain(endpoint, scope, login, attempt, signal));
    },
    async answer(endpoint, scope, { header, rejected }, attempt, signal) {
      const login = loginOf(parseChallenges(header ?? ""), endpoint, attempt);
      remember(endpoint, scope, login);
      const key = keyOf(endpoint, scope, login);
      const current = usable(key);
      // Another request may have renewed it meanwhile.
      if (current !== undefined && current !== rejected) return current;
      authorizations.delete(key);
      // A password does not become right by sending it again; the next call looks for another one.
      if (login.kind === "basic" && rejected !== undefined) throw refused(endpoint, rejected, attempt);
      return obtain(endpoint, scope, login, attempt, signal);
    },
  };
}

/** A registry refused what it was shown: says whose credential it was, never which. */
export function refused(endpoint: Endpoint, shown: Authorization | undefined, attempt: Attempt): RegistryError {
  const what =
    shown === undefined || shown.source.startsWith(anonymous)
      ? `${endpoint.registry} asks for a login, or there is no such repository; it was asked with ${shown?.source ?? anonymous}`
      : `${endpoint.registry} refused the login from ${shown.source}`;
  return failure(
    "authentication",
    attempt,
    what.replace(/\.$/u, ""),
    `Sign in with 'docker login ${endpoint.registry}', then try again.`,
  );
}

function noCredentialsFor(endpoint: Endpoint, tried: readonly CredentialCandidate[], attempt: Attempt): RegistryError {
  const where =
    tried.length === 0 ? "none is stored for it" : `${tried.map(({ source }) => source).join(" and ")} held none`;
  return failure(
    "authentication",
    attempt,
    `${endpoint.registry} asks for a login, and ${where}`,
    `Sign in with 'docker login ${endpoint.registry}', then try again.`,
  );
}

function loginOf(challenges: readonly Challenge[], endpoint: Endpoint, attempt: Attempt): Login {
  const bearer = challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.has("realm"));
  if (bearer !== undefined) {
    const realm = checkedRealm(bearer.parameters.get("realm") ?? "", endpoint, attempt);
    const service = bearer.parameters.get("service");
    const scope = bearer.parameters.get("scope");
    return {
      kind: "bearer",
      realm,
      ...(service === undefined ? {} : { service }),
      ...(scope === undefined || scope === "" ? {} : { scope }),
    };
  }
  if (challenges.some(({ scheme }) => scheme === "basic")) return { kind: "basic" };
  const offered = challenges.map(({ scheme }) => scheme).join(", ");
  throw failure(
    "authentication",
    attempt,
    `${endpoint.registry} asks for a login${offered === "" ? "" : ` of the kind ${offered}`}, which is not supported`,
    "Ask the registry's operator for basic or token login.",
  );
}
