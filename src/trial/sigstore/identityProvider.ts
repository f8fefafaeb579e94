import { createHash, generateKeyPairSync, randomBytes, sign, timingSafeEqual, verify } from "node:crypto";
import { isJsonObject, readJson, type JsonObject } from "../../core/json.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";

/** An OpenID Connect provider that knows one person and one pipeline, and signs both in without asking. */
export interface TrialIdentityProvider {
  /** The bearer secret by which a pipeline asks for its tokens. */
  readonly pipelineSecret: string;
  /** The answer at a path of the provider; undefined at any other. */
  answer(call: LoopbackCall): LoopbackAnswer | undefined;
  /** The claims of a token of this provider that is valid now; undefined for any other. */
  claims(token: string): JsonObject | undefined;
  /** A token with these claims besides the usual ones. */
  issue(claims: JsonObject): string;
}

/** Ways in which the provider misbehaves on demand. */
export type ProviderFault = "wrong-nonce" | "wrong-issuer" | "wrong-state" | "refuses" | "slow-down" | "expired";

/** The trial's person and pipeline, as certificates name them. */
export const trialIdentities = {
  person: "dev@trial.localhost",
  pipeline: "https://ci.trial.localhost/shop/web/.github/workflows/release.yml@refs/heads/main",
} as const;

interface Grant {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirect: string;
}

const lifetime = 600;

export function createTrialIdentityProvider(options: {
  readonly origin: () => string;
  readonly now: () => Date;
  readonly fault: () => string | undefined;
}): TrialIdentityProvider {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pipelineSecret = randomBytes(24).toString("base64url");
  const codes = new Map<string, Grant>();
  const devices = new Map<string, { readonly userCode: string; readonly challenge: string; approved: boolean }>();
  const seconds = (): number => Math.floor(options.now().getTime() / 1000);

  const issue = (claims: JsonObject): string => {
    const expired = options.fault() === "expired";
    const iss = options.fault() === "wrong-issuer" ? "https://other.example" : options.origin();
    const usual = { iss, iat: seconds(), exp: seconds() + (expired ? -60 : lifetime) };
    const header = encode({ alg: "ES256", typ: "JWT", kid: "trial" });
    const signed = `${header}.${encode({ ...usual, ...claims })}`;
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  };
  const forPerson = (nonce?: string): string =>
    issue({
      sub: "trial-dev",
      aud: "sigstore",
      email: trialIdentities.person,
      email_verified: true,
      ...(nonce === undefined ? {} : { nonce: options.fault() === "wrong-nonce" ? "another" : nonce }),
    });

  const authorize = ({ url }: LoopbackCall): LoopbackAnswer => {
    const asked = url.searchParams;
    const redirect = asked.get("redirect_uri") ?? "";
    if (!/^http:\/\/(?:127\.0\.0\.1|localhost):\d{1,5}\//.test(redirect)) return refuse("invalid_request");
    if (asked.get("code_challenge_method") !== "S256" || asked.get("response_type") !== "code")
      return refuse("invalid_request");
    const code = randomBytes(16).toString("base64url");
    codes.set(code, {
      redirect,
      challenge: asked.get("code_challenge") ?? "",
      nonce: asked.get("nonce") ?? "",
    });
    const back = new URL(redirect);
    if (options.fault() === "refuses") back.searchParams.set("error", "access_denied");
    else back.searchParams.set("code", code);
    back.searchParams.set("state", options.fault() === "wrong-state" ? "another" : (asked.get("state") ?? ""));
    return { status: 302, headers: { location: back.href } };
  };

  const startDevice = (form: URLSearchParams): LoopbackAnswer => {
    const code = randomBytes(16).toString("base64url");
    const userCode = randomBytes(4).toString("hex").toUpperCase();
    devices.set(code, { userCode, challenge: form.get("code_challenge") ?? "", approved: false });
    const page = `${options.origin()}/device`;
    const complete = `${page}?user_code=${userCode}`;
    const uris = { verification_uri: page, verification_uri_complete: complete };
    return { status: 200, body: { device_code: code, user_code: userCode, ...uris, expires_in: 300, interval: 0 } };
  };

  const token = (form: URLSearchParams): LoopbackAnswer => {
    if (options.fault() === "refuses") return refuse("access_denied");
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (form.get("grant_type") === "authorization_code") {
      const grant = codes.get(form.get("code") ?? "");
      codes.delete(form.get("code") ?? "");
      if (grant?.challenge !== verifier || grant.redirect !== form.get("redirect_uri")) return refuse("invalid_grant");
      return { status: 200, body: { id_token: forPerson(grant.nonce), token_type: "Bearer", access_token: "unused" } };
    }
    const device = devices.get(form.get("device_code") ?? "");
    if (device?.challenge !== verifier) return refuse("invalid_grant");
    if (!device.approved) return refuse(options.fault() === "slow-down" ? "slow_down" : "authorization_pending");
    devices.delete(form.get("device_code") ?? "");
    return { status: 200, body: { id_token: forPerson(), token_type: "Bearer", access_token: "unused" } };
  };

  return {
    pipelineSecret,
    issue,
    answer(call) {
      const { url, method, content, headers } = call;
      const origin = options.origin();
      switch (`${method} ${url.pathname}`) {
        case "GET /.well-known/openid-configuration":
          return {
            status: 200,
            body: {
              issuer: origin,
              authorization_endpoint: `${origin}/oauth2/authorize`,
              token_endpoint: `${origin}/oauth2/token`,
              device_authorization_endpoint: `${origin}/oauth2/device`,
              jwks_uri: `${origin}/oauth2/keys`,
              code_challenge_methods_supported: ["S256"],
              // Without it, RS256 is meant (OpenID Connect Discovery 1.0, 3).
              id_token_signing_alg_values_supported: ["ES256"],
            },
          };
        case "GET /oauth2/keys":
          return {
            status: 200,
            body: { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "trial", alg: "ES256" }] },
          };
        case "GET /oauth2/authorize":
          return authorize(call);
        case "POST /oauth2/device":
          return startDevice(new URLSearchParams(content.toString("utf8")));
        case "POST /oauth2/token":
          return token(new URLSearchParams(content.toString("utf8")));
        case "GET /device": {
          const given = url.searchParams.get("user_code");
          const device = [...devices.values()].find(({ userCode }) => userCode === given);
          if (device === undefined) return refuse("invalid_request");
          device.approved = true;
          return { status: 200, body: { approved: true } };
        }
        case "GET /ci/token": {
          const asked = Buffer.from(headers.authorization ?? "");
          const expected = Buffer.from(`Bearer ${pipelineSecret}`);
          if (asked.length !== expected.length || !timingSafeEqual(asked, expected))
            return refuse("access_denied", 401);
          const aud = url.searchParams.get("audience") ?? "";
          const sub = "repo:shop/web:ref:refs/heads/main";
          return { status: 200, body: { value: issue({ aud, sub, job_workflow_ref: trialIdentities.pipeline }) } };
        }
        default:
          return undefined;
      }
    },
    claims(text) {
      const [header, body, signature, ...more] = text.split(".");
      if (header === undefined || body === undefined || signature === undefined || more.length > 0) return undefined;
      const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
      if (!verify("sha256", Buffer.from(`${header}.${body}`), key, Buffer.from(signature, "base64url")))
        return undefined;
      const claims = readJson(Buffer.from(body, "base64url"));
      return isJsonObject(claims) && Number(claims["exp"]) > seconds() ? claims : undefined;
    },
  };
}

function refuse(error: string, status = 400): LoopbackAnswer {
  return { status, body: { error, error_description: "The trial refuses it." } };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
