import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import type { HashAlgorithm, SignatureScheme } from "../../application/signingService.ts";
import { decodeBase64, decodeBase64Url } from "../../core/base64.ts";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import { createTrialBearerTokens, tokenLifetime, type TrialBearerTokens } from "../bearerTokens.ts";
import { startFace, type FaceContext, type TrialFace } from "../face.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";
import { digestLengths } from "../service/signScheme.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import type { TrialKey } from "../service/keys.ts";
import { toSideBySide } from "../service/signDigest.ts";

const curves = new Map([
  ["p256", { crv: "P-256", alg: "ES256", half: 32 }],
  ["p384", { crv: "P-384", alg: "ES384", half: 48 }],
  ["p521", { crv: "P-521", alg: "ES512", half: 66 }],
]);
const pageSize = 3;

/**
 * Starts the trial service behind the interface of Azure Key Vault, with the token endpoint of Entra: its client secrets
 * are those of the trial's users, and these are tokens as they are.
 */
export async function startTrialKeyVault(engine: TrialEngine): Promise<TrialFace> {
  const tokens = createTrialBearerTokens(engine);
  return startFace(engine, {
    product: "Azure Key Vault",
    nameOf: ({ method, url: { pathname } }) => ({ name: `${method} ${pathname}`, sign: pathname.endsWith("/sign") }),
    route: (call, context) => route(call, tokens, context),
    endSessions: () => tokens.endAll(),
  });
}

function route(call: LoopbackCall, tokens: TrialBearerTokens, context: FaceContext): LoopbackAnswer {
  const { method, url, headers, content, body } = call;
  const path = url.pathname.slice(1);
  if (method === "POST" && path.endsWith("/oauth2/v2.0/token"))
    return grant(tokens, new URLSearchParams(content.toString("utf8")));
  const user = tokens.userOf(headers.authorization);
  if (user === undefined) return failed(401, "Unauthorized", "AKV10000: Request is missing a valid token.");
  // Ed25519 is no kind of key that the product has.
  const keys = context.engine.keys.filter(({ description }) => description.spec !== "ed25519");
  const origin = `http://${headers.host ?? ""}`;
  const [collection, name, version, verb] = path.split("/");
  if (method === "GET" && path === "keys") return list(keys, origin, url);
  const key = keys.find(
    ({ description }) => description.name === name && (version ?? versionOf(name)) === versionOf(name),
  );
  if (key === undefined) return failed(404, "KeyNotFound", "A key with this name was not found in this key vault.");
  if (method === "GET" && collection === "keys") return { status: 200, body: describe(key, origin) };
  if (method === "GET" && collection === "certificates") return { status: 200, body: certificateOf(key, origin) };
  if (method === "POST" && collection === "keys" && verb === "sign") return signWith(key, origin, body, user, context);
  return failed(404, "NotFound", "There is nothing at this path.");
}

function grant(tokens: TrialBearerTokens, form: URLSearchParams): LoopbackAnswer {
  const user = tokens.userBy(form.get("client_secret") ?? form.get("client_assertion") ?? "");
  const isGrant = form.get("grant_type") === "client_credentials";
  if (user === undefined || !isGrant || form.get("scope") !== "https://vault.azure.net/.default")
    return { status: 401, body: { error: "invalid_client", error_description: "The secret or the scope is wrong." } };
  return {
    status: 200,
    body: { token_type: "Bearer", expires_in: tokenLifetime, access_token: tokens.grant(user) },
  };
}

function list(keys: readonly TrialKey[], origin: string, url: URL): LoopbackAnswer {
  const from = Number(url.searchParams.get("$skiptoken") ?? 0);
  const value = keys.slice(from, from + pageSize).map(({ description }) => ({
    kid: `${origin}/keys/${description.name}`,
    attributes: { enabled: description.state === "enabled" },
  }));
  const next = from + pageSize < keys.length ? `${origin}/keys?api-version=7.4&$skiptoken=${from + pageSize}` : null;
  return { status: 200, body: { value, nextLink: next } };
}

function describe({ description }: TrialKey, origin: string): object {
  const jwk = createPublicKey(description.publicKey).export({ format: "jwk" });
  return {
    key: { ...jwk, kid: kidOf(description.name, origin), key_ops: ["sign", "verify"] },
    attributes: { enabled: description.state === "enabled", exportable: false, recoveryLevel: "Recoverable" },
  };
}

function certificateOf({ description }: TrialKey, origin: string): object {
  const cer = new X509Certificate(description.certificateChain[0] ?? "").raw.toString("base64");
  return {
    id: `${origin}/certificates/${description.name}/${versionOf(description.name)}`,
    kid: kidOf(description.name, origin),
    cer,
    attributes: { enabled: true },
    policy: {
      key_props: { kty: description.spec.startsWith("rsa") ? "RSA" : "EC", exportable: false },
      issuer: { name: "Trial" },
      x509_props: { subject: `CN=TRIAL ${description.name}` },
    },
  };
}

function signWith(
  key: TrialKey,
  origin: string,
  body: JsonObject,
  user: TrialUser,
  context: FaceContext,
): LoopbackAnswer {
  const { name, spec, state } = key.description;
  const alg = textOrEmpty(body["alg"]);
  const curve = curves.get(spec);
  const [, kind, bits] = /^(RS|PS|ES)(256|384|512)$/.exec(alg) ?? [];
  if (kind === undefined || bits === undefined || (curve === undefined ? kind === "ES" : alg !== curve.alg))
    return failed(400, "BadParameter", "Property alg is not valid for this key.");
  if (state !== "enabled")
    return failed(403, "Forbidden", "Operation sign is not allowed on a disabled key.", "KeyDisabled");
  const hash: HashAlgorithm = bits === "256" ? "sha256" : bits === "384" ? "sha384" : "sha512";
  const scheme: SignatureScheme = kind === "ES" ? "ecdsa" : kind === "PS" ? "rsa-pss" : "rsa-pkcs1v15";
  const value = textOrEmpty(body["value"]);
  // The product's clients send either alphabet.
  const digest = decodeBase64Url(value) ?? decodeBase64(value);
  if (digest === undefined || digest.length !== digestLengths[hash])
    return failed(400, "BadParameter", "The length of the digest does not fit the algorithm.");
  const answer = context.sign(user, { key: name, scheme, hash, digest });
  if (answer.status === "denied") return failed(403, "Forbidden", answer.message);
  const signature = curve === undefined ? answer.signature : toSideBySide(answer.signature, curve.half);
  return { status: 200, body: { kid: kidOf(name, origin), value: signature.toString("base64url") } };
}

function kidOf(name: string, origin: string): string {
  return `${origin}/keys/${name}/${versionOf(name)}`;
}

function versionOf(name: string | undefined): string {
  return createHash("sha256")
    .update(name ?? "")
    .digest("hex")
    .slice(0, 32);
}

function failed(status: number, code: string, message: string, inner?: string): LoopbackAnswer {
  return {
    status,
    body: { error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) } },
  };
}
