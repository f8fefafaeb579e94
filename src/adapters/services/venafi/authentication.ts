import { createPrivateKey, randomUUID, sign, type KeyObject } from "node:crypto";
import { AppError } from "../../../application/errors.ts";
import type { WaitOptions } from "../../../application/ports.ts";
import { isJsonObject } from "../../../core/json.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import type { Credentials } from "./credentials.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";
import { refusalOf } from "./refusal.ts";

/** Where tokens are asked for. */
export interface TokenPlace {
  readonly origin: string;
  readonly options: VenafiOptions;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A token as it was granted. */
export interface Grant {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
  /** Replaces the one that was used: each refresh token serves once. */
  readonly refreshToken?: string;
}

/** Asks for tokens: each function sends one request. A refusal is AppError `authentication`. */
export interface TokenSource {
  refresh(refreshToken: string, options: WaitOptions): Promise<Grant>;
  /** Signs in anew with what there is; undefined where there is nothing to sign in with. */
  signIn(options: WaitOptions): Promise<Grant | undefined>;
}

/** An assertion of a service account is good for this long, in seconds; an hour is the most. */
const assertionLifetime = 300;

/** Whom assertions are for: the same for the addresses of all regions, as vsign has it. */
const assertionAudience = "api.venafi.cloud/v1/oauth/token/serviceaccount";

/** The ways to get a token that the options and the credentials offer. */
export function createTokenSource(place: TokenPlace, credentials: Credentials): TokenSource {
  const { options: settings } = place;
  const ask = (path: string, body: object, action: string, options: WaitOptions, tls = place.tls): Promise<Grant> =>
    grantFrom(
      sendToService(
        {
          method: "POST",
          url: `${place.origin}/${path}`,
          body,
          timeoutMs: place.timeoutMs,
          action,
          ...(tls === undefined ? {} : { tls }),
        },
        options,
      ),
      action,
      place,
    );
  const common = { client_id: settings.clientId, scope: settings.scope };
  const isWanted = (kind: VenafiOptions["authentication"]): boolean =>
    settings.authentication === undefined || settings.authentication === kind;

  const withJwt = async (options: WaitOptions): Promise<Grant | undefined> => {
    const jwt = isWanted("jwt") ? await credentials.get("jwt") : undefined;
    if (jwt === undefined) return undefined;
    return ask("vedauth/authorize/jwt", { ...common, jwt }, "sign in with a JWT", options);
  };
  const withPassword = async (options: WaitOptions): Promise<Grant | undefined> => {
    const [username, password] = isWanted("user")
      ? [await credentials.get("username"), await credentials.get("password")]
      : [];
    if (username === undefined || password === undefined) return undefined;
    return ask("vedauth/authorize/oauth", { ...common, username, password }, `sign in as ${username}`, options);
  };
  const withCertificate = async (options: WaitOptions): Promise<Grant | undefined> => {
    const [certificate, key] = isWanted("certificate")
      ? [await credentials.get("client-certificate"), await credentials.get("client-certificate-key")]
      : [];
    if (certificate === undefined || key === undefined) return undefined;
    const tls = { ...place.tls, client: { certificate, key } };
    return ask("vedauth/authorize/certificate", common, "sign in with a certificate", options, tls);
  };
  const withAssertion = async (options: WaitOptions): Promise<Grant | undefined> => {
    const action = "sign in as the service account";
    const [clientId, pem] = isWanted("service-account")
      ? [await credentials.get("client-id"), await credentials.get("private-key")]
      : [];
    if (clientId === undefined || pem === undefined) return undefined;
    const url = `${place.origin}/v1/oauth/token/serviceaccount`;
    const assertion = assertionOf(clientId, pem, place.now());
    const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
    const tls = place.tls === undefined ? {} : { tls: place.tls };
    const reply = sendToService({ method: "POST", url, form, timeoutMs: place.timeoutMs, action, ...tls }, options);
    return grantFrom(reply, action, place);
  };

  return {
    refresh: (refreshToken, options) =>
      // Before 21.3 the product compares the client's id with its lower-case form here.
      ask(
        "vedauth/authorize/token",
        { client_id: settings.clientId.toLowerCase(), refresh_token: refreshToken },
        "renew the session",
        options,
      ),
    signIn: async (options) =>
      settings.product === "saas"
        ? await withAssertion(options)
        : ((await withJwt(options)) ?? (await withPassword(options)) ?? (await withCertificate(options))),
  };
}

async function grantFrom(reply: Promise<ServiceReply>, action: string, place: TokenPlace): Promise<Grant> {
  const { status, body } = await reply;
  const json = isJsonObject(body) ? body : {};
  const accessToken = json["access_token"];
  if (status !== 200 || typeof accessToken !== "string" || accessToken === "") {
    const said = refusalOf({ status, body })?.message ?? "The answer is not understood.";
    throw new AppError("authentication", `Could not ${action} at ${place.origin} (status ${status}): ${said}`);
  }
  const { expires, expires_in: expiresIn, refresh_token: refreshToken } = json;
  const expiresAt =
    typeof expires === "number"
      ? expires * 1000
      : typeof expiresIn === "number"
        ? place.now() + expiresIn * 1000
        : undefined;
  return {
    accessToken,
    ...(expiresAt === undefined || !Number.isFinite(expiresAt) ? {} : { expiresAt }),
    ...(typeof refreshToken === "string" && refreshToken !== "" ? { refreshToken } : {}),
  };
}

/** The assertion of a service account (RFC 7523, section 3), signed with its private key. */
function assertionOf(clientId: string, pem: string, now: number): string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The cause is left out: it could quote what it could not read.
    throw new AppError("configuration", "The private key of the service account cannot be read: PEM is expected.");
  }
  const kind = key.asymmetricKeyType;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const alg = kind === "rsa" ? "RS256" : kind === "ed25519" ? "EdDSA" : curve === "prime256v1" ? "ES256" : undefined;
  if (alg === undefined)
    throw new AppError("configuration", "The private key of the service account must be RSA, P-256 or Ed25519.");
  const issuedAt = Math.floor(now / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: assertionAudience,
    iat: issuedAt,
    exp: issuedAt + assertionLifetime,
    jti: randomUUID(),
  };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
  const signed = `${encode({ alg, typ: "JWT" })}.${encode(claims)}`;
  const data = Buffer.from(signed, "utf8");
  const signature =
    alg === "EdDSA"
      ? sign(null, data, key)
      : alg === "RS256"
        ? sign("sha256", data, key)
        : sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}
