import { AppError } from "../../../application/errors.ts";
import type { Person, WaitOptions } from "../../../application/ports.ts";
import { isJsonObject } from "../../../core/json.ts";
import type { VenafiOptions } from "../../../core/policy/venafiOptions.ts";
import { requestIdentityToken } from "../pipelineIdentity.ts";
import { sendToService, type ServiceReply, type ServiceTls } from "../serviceRequest.ts";
import { assertionOf } from "./assertion.ts";
import type { Credentials } from "./credentials.ts";
import { authorizeDevice } from "./device.ts";
import { refusalOf } from "./refusal.ts";

/** Where tokens are asked for. */
export interface TokenPlace {
  readonly origin: string;
  readonly options: VenafiOptions;
  readonly tls?: ServiceTls;
  readonly timeoutMs: number;
  /** Confirms a code, where the product is to be signed in to so. */
  readonly person?: Person;
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

/** An assertion is judged by the service's clock: one that is this far from ours, in milliseconds, is asked again by it. */
const skew = 60_000;

/** The ways to get a token that the options and the credentials offer. `note` learns every secret before it is sent. */
export function createTokenSource(
  place: TokenPlace,
  credentials: Credentials,
  note: (secret: string) => void,
): TokenSource {
  const { options: settings } = place;
  const { origin, timeoutMs } = place;
  const post = (path: string, body: object, action: string, options: WaitOptions, tls = place.tls) =>
    sendToService({ method: "POST", url: `${origin}/${path}`, body, timeoutMs, action, tls }, options);
  const ask = (path: string, body: object, action: string, options: WaitOptions, tls = place.tls): Promise<Grant> =>
    grantFrom(post(path, body, action, options, tls), action, place);
  const common = { client_id: settings.clientId, scope: settings.scope };
  const isWanted = (kind: VenafiOptions["authentication"]): boolean =>
    settings.authentication === undefined || settings.authentication === kind;

  /** Asked for only where the configuration says that a JWT is what to sign in with. */
  const fromPipeline = async (options: WaitOptions): Promise<string | undefined> => {
    const { identity } = credentials;
    if (identity === undefined || settings.authentication !== "jwt") return undefined;
    const audience = settings.audience ?? place.origin;
    return requestIdentityToken(identity, audience, { timeoutMs: place.timeoutMs, note }, options);
  };
  const withJwt = async (options: WaitOptions): Promise<Grant | undefined> => {
    const jwt = isWanted("jwt") ? ((await credentials.get("jwt")) ?? (await fromPipeline(options))) : undefined;
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
    const grantAt = async (now: number): Promise<ServiceReply> => {
      const assertion = assertionOf(clientId, pem, now);
      note(assertion);
      const url = `${place.origin}/v1/oauth/token/serviceaccount`;
      const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
      return sendToService({ method: "POST", url, form, timeoutMs, action, tls: place.tls }, options);
    };
    const reply = await grantAt(place.now());
    const { date = place.now() } = reply;
    const isSkewed = reply.status !== 200 && Math.abs(date - place.now()) > skew;
    return grantFrom(isSkewed ? grantAt(date) : Promise.resolve(reply), action, place);
  };
  const withDevice = async (options: WaitOptions): Promise<Grant | undefined> => {
    const { person } = place;
    if (settings.authentication !== "device" || person === undefined) return undefined;
    const action = "sign in with a code";
    const send = (path: string, body: object): Promise<ServiceReply> => post(path, body, action, options);
    return grantFrom(authorizeDevice(place, person, send, options), action, place);
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
        : ((await withJwt(options)) ??
          (await withPassword(options)) ??
          (await withCertificate(options)) ??
          (await withDevice(options))),
  };
}

async function grantFrom(reply: Promise<ServiceReply>, action: string, place: TokenPlace): Promise<Grant> {
  const { status, body, date = place.now() } = await reply;
  const json = isJsonObject(body) ? body : {};
  const accessToken = json["access_token"];
  if (status !== 200 || typeof accessToken !== "string" || accessToken === "") {
    const said = refusalOf({ status, body })?.message ?? "The answer is not understood.";
    throw new AppError("authentication", `Could not ${action} at ${place.origin} (status ${status}): ${said}`);
  }
  const { expires, expires_in: expiresIn, refresh_token: refreshToken } = json;
  const expiresAt =
    typeof expires === "number"
      ? // By the service's clock: ours may go wrong.
        place.now() + expires * 1000 - date
      : typeof expiresIn === "number"
        ? place.now() + expiresIn * 1000
        : undefined;
  return {
    accessToken,
    ...(expiresAt === undefined || !Number.isFinite(expiresAt) ? {} : { expiresAt }),
    ...(typeof refreshToken === "string" && refreshToken !== "" ? { refreshToken } : {}),
  };
}
