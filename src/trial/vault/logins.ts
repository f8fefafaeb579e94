import { randomBytes, verify, type KeyObject } from "node:crypto";
import { decodeBase64Url } from "../../core/base64.ts";
import { isJsonObject, readJson, textOrEmpty, type JsonObject } from "../../core/json.ts";
import type { TrialEngine } from "../service/engine.ts";
import { failed, type VaultAnswer } from "./answers.ts";

/** Who may sign in besides the two users with their own secrets; whoever does is the user `dev`. */
export interface TrialLogins {
  readonly appRole?: { readonly roleId: string; readonly secretId: string };
  /** Whoever opens the page of the identity provider is signed in. */
  readonly oidc?: { readonly role: string };
  readonly jwt?: { readonly role: string; readonly audience: string; readonly publicKey: KeyObject };
  /** Life of a token that was granted, in seconds; an hour without it. */
  readonly tokenTtl?: number;
}

/** The tokens of one run. */
export interface TrialTokenStore {
  /** The user whose token it is; undefined for one that is not valid. */
  userOf(token: string): "dev" | "lead" | undefined;
  logIn(method: string, body: JsonObject): VaultAnswer;
  /** The address that a browser is sent to (`auth_url`); `origin` is the service's own. */
  oidcAddress(body: JsonObject, origin: string): VaultAnswer;
  /** The page of the identity provider: sends the browser back. */
  oidcPage(parameters: URLSearchParams): VaultAnswer;
  oidcCallback(parameters: URLSearchParams): VaultAnswer;
  lookUp(token: string): VaultAnswer;
  renew(token: string): VaultAnswer;
  /** Ends every token that was granted. */
  endAll(): void;
}

const maximumTokens = 1000;

export function createTrialTokenStore(
  engine: Pick<TrialEngine, "secrets" | "now">,
  logins: TrialLogins,
): TrialTokenStore {
  const ttl = logins.tokenTtl ?? 3600;
  /** When a granted token ends, in milliseconds since 1970. */
  const granted = new Map<string, number>();
  /** Sign-ins by a browser that have begun, by their state. */
  const browsers = new Map<string, { readonly redirect: string; readonly code: string; readonly nonce: string }>();
  const now = (): number => engine.now().getTime();
  const secondsLeft = (token: string): number => Math.max(0, Math.round(((granted.get(token) ?? 0) - now()) / 1000));

  const userOf = (token: string): "dev" | "lead" | undefined => {
    if (token === engine.secrets.lead) return "lead";
    if (token === engine.secrets.dev) return "dev";
    return (granted.get(token) ?? 0) > now() ? "dev" : undefined;
  };
  const grant = (token: string): VaultAnswer => {
    granted.set(token, now() + ttl * 1000);
    return {
      status: 200,
      body: {
        auth: { client_token: token, accessor: "trial", policies: ["default"], lease_duration: ttl, renewable: true },
      },
    };
  };

  return {
    userOf,
    logIn: (method, body) => {
      if (granted.size >= maximumTokens) return failed(429, "too many tokens");
      const { appRole, jwt } = logins;
      const isAllowed =
        method === "approle"
          ? appRole !== undefined && body["role_id"] === appRole.roleId && body["secret_id"] === appRole.secretId
          : method === "jwt" &&
            jwt !== undefined &&
            body["role"] === jwt.role &&
            isValidJwt(textOrEmpty(body["jwt"]), jwt, now());
      if (isAllowed) return grant(`hvs.${randomBytes(24).toString("base64url")}`);
      return method === "approle"
        ? failed(400, "invalid role or secret ID")
        : failed(400, "error validating token: invalid signature, audience or time");
    },
    oidcAddress: (body, origin) => {
      const redirect = textOrEmpty(body["redirect_uri"]);
      const isAllowed =
        body["role"] === logins.oidc?.role && /^http:\/\/localhost:\d{4,5}\/oidc\/callback$/.test(redirect);
      if (logins.oidc === undefined || !isAllowed) return { status: 200, body: { data: { auth_url: "" } } };
      const [state, code] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
      browsers.set(state, { redirect, code, nonce: textOrEmpty(body["client_nonce"]) });
      return { status: 200, body: { data: { auth_url: `${origin}/v1/trial/oidc?state=${state}` } } };
    },
    oidcPage: (parameters) => {
      const state = parameters.get("state") ?? "";
      const found = browsers.get(state);
      if (found === undefined) return failed(404, "no such sign-in");
      return { status: 302, headers: { location: `${found.redirect}?state=${state}&code=${found.code}` } };
    },
    oidcCallback: (parameters) => {
      const state = parameters.get("state") ?? "";
      const found = browsers.get(state);
      browsers.delete(state);
      const fits = found?.code === parameters.get("code") && found?.nonce === parameters.get("client_nonce");
      return fits ? grant(`hvs.${randomBytes(24).toString("base64url")}`) : failed(400, "invalid state, code or nonce");
    },
    lookUp: (token) => {
      const isGranted = granted.has(token);
      const life = isGranted ? { ttl: secondsLeft(token), creation_ttl: ttl } : { ttl: 0, creation_ttl: 0 };
      return { status: 200, body: { data: { display_name: userOf(token), renewable: isGranted, ...life } } };
    },
    renew: (token) => (granted.has(token) ? grant(token) : failed(400, "lease is not renewable")),
    endAll: () => granted.clear(),
  };
}

/** RFC 7515 with ES256, and the claims that a role is bound to. */
function isValidJwt(
  text: string,
  bound: { readonly audience: string; readonly publicKey: KeyObject },
  now: number,
): boolean {
  const [header = "", payload = "", signature = "", ...rest] = text.split(".");
  const claims = readJson(decodeBase64Url(payload) ?? "");
  const bytes = decodeBase64Url(signature);
  if (rest.length > 0 || bytes === undefined || !isJsonObject(claims)) return false;
  const key = { key: bound.publicKey, dsaEncoding: "ieee-p1363" } as const;
  if (!verify("sha256", Buffer.from(`${header}.${payload}`), key, bytes)) return false;
  return claims["aud"] === bound.audience && typeof claims["exp"] === "number" && claims["exp"] * 1000 > now;
}
