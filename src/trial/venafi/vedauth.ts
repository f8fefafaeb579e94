import { randomBytes, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import { ok, textOf, unauthorized, type VenafiAnswer, type VenafiCall } from "./answers.ts";

export type TrialUser = "dev" | "lead";

/** Who asks, and what for. */
export interface TrialSession {
  readonly user: TrialUser;
  readonly product: "self-hosted" | "saas";
  readonly allows: (scope: string) => boolean;
}

/** Who may sign in, besides the users with their passwords. */
export interface TrialIdentities {
  /** By the issuer that a JWT names: its key. Its tokens stand for the user `dev`. */
  readonly jwtIssuers?: ReadonlyMap<string, KeyObject>;
  /** By the client id of a SaaS service account: its key. */
  readonly serviceAccounts?: ReadonlyMap<string, KeyObject>;
  /** SHA-256 of client certificates, in hex with colons. */
  readonly clientCertificates?: readonly string[];
}

interface Granted {
  readonly user: TrialUser;
  readonly product: TrialSession["product"];
  readonly scope: string;
  readonly expiresAt: number;
  /** Tokens that came from one sign-in: they end together. */
  readonly family: string;
}

/** The tokens of one run. */
export interface TrialTokens {
  session(headers: {
    readonly authorization?: string | undefined;
    readonly apiKey?: string | undefined;
  }): TrialSession | undefined;
  password(call: VenafiCall): VenafiAnswer;
  jwt(call: VenafiCall): VenafiAnswer;
  certificate(call: VenafiCall, fingerprint: string | undefined): VenafiAnswer;
  refresh(call: VenafiCall): VenafiAnswer;
  /** Begins a sign-in that a person confirms on `page` (RFC 8628). */
  device(call: VenafiCall, page: string): VenafiAnswer;
  /** What the person whose code it is decides; whether there is such a code. */
  confirm(code: string, allow: boolean): boolean;
  serviceAccount(call: VenafiCall): VenafiAnswer;
  verify(authorization: string | undefined): VenafiAnswer;
  revoke(authorization: string | undefined): VenafiAnswer;
  /** Every access token ends now; refresh tokens stay. */
  expireAll(): void;
}

/** Whom assertions of service accounts are for, whatever the region. */
const assertionAudience = "api.venafi.cloud/v1/oauth/token/serviceaccount";

const maximumDevices = 100;
const lifetime = 60 * 60 * 1000;

/** Creates the tokens' store. Passwords, and the API key of SaaS, are the secrets of the trial's users. */
export function createTrialTokens(options: {
  readonly secrets: { readonly dev: string; readonly lead: string };
  readonly identities: TrialIdentities;
  readonly now: () => Date;
}): TrialTokens {
  const { secrets, identities, now } = options;
  const access = new Map<string, Granted>();
  const refreshing = new Map<string, Granted>();
  /** Spent refresh tokens, by family: one that comes back was stolen, or its successor was lost. */
  const spent = new Map<string, string>();

  /** Sign-ins that wait for a person, by device code. */
  const devices = new Map<string, { readonly code: string; readonly scope: string; allowed?: boolean }>();

  const fresh = (): string => randomBytes(24).toString("base64url");
  const grant = (user: TrialUser, product: TrialSession["product"], scope: string, family = fresh()): VenafiAnswer => {
    const token = fresh();
    const expiresAt = now().getTime() + lifetime;
    access.set(token, { user, product, scope, expiresAt, family });
    if (product === "saas")
      return ok({
        access_token: token,
        expires_in: lifetime / 1000,
        credential_expires_in: 86_400,
        token_type: "Bearer",
      });
    const refreshToken = fresh();
    refreshing.set(refreshToken, { user, product, scope, expiresAt, family });
    return ok({
      access_token: token,
      expires: Math.floor(expiresAt / 1000),
      identity: `local:${user}`,
      refresh_token: refreshToken,
      refresh_until: Math.floor(expiresAt / 1000) + 86_400,
      scope,
      token_type: "Bearer",
    });
  };
  const find = (authorization: string | undefined): Granted | undefined => {
    const granted = access.get(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
    return granted !== undefined && granted.expiresAt > now().getTime() ? granted : undefined;
  };
  const endFamily = (family: string): void => {
    for (const tokens of [access, refreshing])
      for (const [token, granted] of tokens) if (granted.family === family) tokens.delete(token);
  };
  const no = (description: string): VenafiAnswer => unauthorized("invalid_grant", description, 400);
  /** The claims of a token (RFC 7519) that one of the keys has signed and that has not ended. */
  const claimsIn = (token: string, keys: ReadonlyMap<string, KeyObject> | undefined): JsonObject | undefined => {
    const [header = "", payload = "", signature = ""] = token.split(".");
    const claims = readJson(Buffer.from(payload, "base64url"));
    if (!isJsonObject(claims)) return undefined;
    const key = keys?.get(textOf(claims, "iss"));
    const ends = claims["exp"];
    if (key === undefined || typeof ends !== "number" || ends * 1000 < now().getTime()) return undefined;
    return isSigned(`${header}.${payload}`, signature, key) ? claims : undefined;
  };

  return {
    session: ({ authorization, apiKey }) => {
      if (apiKey !== undefined)
        return same(apiKey, secrets.dev) ? sessionOf("dev", "saas", "codesignclient") : undefined;
      const granted = find(authorization);
      return granted === undefined ? undefined : sessionOf(granted.user, granted.product, granted.scope);
    },
    password: ({ body }) => {
      const user = (["dev", "lead"] as const).find((name) => name === textOf(body, "username").replace(/^local:/, ""));
      if (user === undefined || !same(textOf(body, "password"), secrets[user]))
        return no("Username or password is wrong.");
      return grant(user, "self-hosted", textOf(body, "scope"));
    },
    jwt: ({ body }) =>
      claimsIn(textOf(body, "jwt"), identities.jwtIssuers) === undefined
        ? no("The JWT is of no issuer that is trusted, or has ended.")
        : grant("dev", "self-hosted", textOf(body, "scope")),
    certificate: ({ body }, fingerprint) =>
      fingerprint !== undefined && identities.clientCertificates?.includes(fingerprint) === true
        ? grant("dev", "self-hosted", textOf(body, "scope"))
        : no("The client certificate is not known."),
    device: ({ body }, page) => {
      if (devices.size >= maximumDevices) return unauthorized("slow_down", "Too many sign-ins wait.", 400);
      const [device, code] = [fresh(), randomBytes(4).toString("hex").toUpperCase()];
      devices.set(device, { code, scope: textOf(body, "scope") });
      return ok({ device_code: device, user_code: code, verification_uri: page, expires_in: 600, interval: 0 });
    },
    confirm: (code, allow) => {
      const waiting = [...devices.values()].find((device) => device.code === code);
      if (waiting !== undefined) waiting.allowed = allow;
      return waiting !== undefined;
    },
    refresh: ({ body }) => {
      const device = textOf(body, "device_code");
      if (device !== "") {
        const waiting = devices.get(device);
        if (waiting === undefined) return unauthorized("expired_token", "There is no such code.", 400);
        if (waiting.allowed === undefined)
          return unauthorized("authorization_pending", "Nobody has confirmed the code yet.", 400);
        devices.delete(device);
        return waiting.allowed
          ? grant("dev", "self-hosted", waiting.scope)
          : unauthorized("access_denied", "The person refused.", 400);
      }
      const token = textOf(body, "refresh_token");
      const reused = spent.get(token);
      if (reused !== undefined) endFamily(reused);
      const granted = refreshing.get(token);
      if (granted === undefined) return no("The refresh token is not valid.");
      refreshing.delete(token);
      spent.set(token, granted.family);
      return grant(granted.user, granted.product, granted.scope, granted.family);
    },
    serviceAccount: ({ form }) => {
      const claims = claimsIn(form.get("assertion") ?? "", identities.serviceAccounts);
      const fits = claims !== undefined && claims["aud"] === assertionAudience && claims["sub"] === claims["iss"];
      const isGrant = form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer";
      return fits && isGrant ? grant("dev", "saas", "codesignclient") : no("The assertion is not valid.");
    },
    verify: (authorization) => {
      const granted = find(authorization);
      if (granted === undefined) return unauthorized("invalid_token", "The access token is expired or revoked.");
      const expires = new Date(granted.expiresAt).toISOString();
      return ok({
        application: "vsign-sdk",
        expires_ISO8601: expires,
        identity: `local:${granted.user}`,
        scope: granted.scope,
        valid_for: Math.floor((granted.expiresAt - now().getTime()) / 1000),
      });
    },
    revoke: (authorization) => {
      const granted = find(authorization);
      if (granted === undefined) return unauthorized("invalid_token", "The access token is expired or revoked.");
      endFamily(granted.family);
      return { status: 200, body: undefined };
    },
    expireAll: () => access.clear(),
  };
}

/** `codesignclient;codesign:manage,approve`: scopes, some with restrictions. */
function sessionOf(user: TrialUser, product: TrialSession["product"], scope: string): TrialSession {
  const held = new Set(
    scope.split(";").flatMap((part) => {
      const [name = "", restrictions] = part.trim().split(":");
      return [name, ...(restrictions ?? "").split(",").map((restriction) => `${name}:${restriction.trim()}`)];
    }),
  );
  return { user, product, allows: (wanted) => held.has(wanted) };
}

function same(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function isSigned(signed: string, signature: string, key: KeyObject): boolean {
  const [data, bytes] = [Buffer.from(signed, "utf8"), Buffer.from(signature, "base64url")];
  if (key.asymmetricKeyType === "ed25519") return verify(null, data, key, bytes);
  return key.asymmetricKeyType === "rsa"
    ? verify("sha256", data, key, bytes)
    : verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, bytes);
}
