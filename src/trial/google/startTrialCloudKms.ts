import { createHash } from "node:crypto";
import { crc32c, isChecksumOf } from "../../adapters/services/google/crc32c.ts";
import { pinnedBy } from "../../adapters/services/google/kmsKeys.ts";
import type { HashAlgorithm, KeySpec } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { objectIn, textOrEmpty, type JsonObject } from "../../core/json.ts";
import { createTrialBearerTokens, tokenLifetime, type TrialBearerTokens } from "../bearerTokens.ts";
import { startFace, type FaceContext, type TrialFace } from "../face.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";
import { digestLengths } from "../service/signScheme.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import type { TrialKey } from "../service/keys.ts";

/** The key ring of the trial. */
export const trialKeyRing = "projects/trial/locations/local/keyRings/trial";

/** What each version of a key is made for, by its kind; there is no version for kinds that the product does not have. */
const versions = new Map<KeySpec, readonly string[]>([
  ["p256", ["EC_SIGN_P256_SHA256"]],
  ["p384", ["EC_SIGN_P384_SHA384"]],
  ["rsa2048", ["RSA_SIGN_PKCS1_2048_SHA256", "RSA_SIGN_PSS_2048_SHA256"]],
  ["rsa3072", ["RSA_SIGN_PKCS1_3072_SHA256", "RSA_SIGN_PSS_3072_SHA256"]],
  ["rsa4096", ["RSA_SIGN_PKCS1_4096_SHA256", "RSA_SIGN_PKCS1_4096_SHA512"]],
  ["ed25519", ["EC_SIGN_ED25519"]],
]);
const pageSize = 3;

/** Starts the trial service behind the interface of Google Cloud KMS; the secrets of its users are access and refresh tokens. */
export async function startTrialCloudKms(engine: TrialEngine): Promise<TrialFace> {
  const tokens = createTrialBearerTokens(engine);
  return startFace(engine, {
    product: "Google Cloud KMS",
    nameOf: ({ method, url: { pathname } }) => ({
      name: `${method} ${pathname}`,
      sign: pathname.endsWith(":asymmetricSign"),
    }),
    route: (call, context) => route(call, tokens, context),
    endSessions: () => tokens.endAll(),
  });
}

function route(call: LoopbackCall, tokens: TrialBearerTokens, context: FaceContext): LoopbackAnswer {
  const { method, url, headers, content, body } = call;
  if (method === "POST" && url.pathname === "/token")
    return grant(tokens, new URLSearchParams(content.toString("utf8")));
  const user = tokens.userOf(headers.authorization);
  if (user === undefined) return failed(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
  const keys = context.engine.keys.filter(({ description }) => versions.has(description.spec));
  const ring = `/v1/${trialKeyRing}/cryptoKeys`;
  if (!url.pathname.startsWith(ring)) return failed(403, "PERMISSION_DENIED", "Permission denied on the resource.");
  if (method === "GET" && url.pathname === ring)
    return paged(
      "cryptoKeys",
      keys.map((key) => ({ name: nameOf(key), purpose: "ASYMMETRIC_SIGN" })),
      url,
    );
  const [, name, rest = ""] = url.pathname.slice(ring.length).split("/", 3);
  const key = keys.find(({ description }) => description.name === name);
  if (key === undefined || rest !== "cryptoKeyVersions") return failed(404, "NOT_FOUND", "There is no such key.");
  const algorithms = versions.get(key.description.spec) ?? [];
  const tail = url.pathname.slice(`${ring}/${name}/cryptoKeyVersions`.length);
  if (method === "GET" && tail === "")
    return paged(
      "cryptoKeyVersions",
      algorithms.map((_, index) => versionOf(key, index)),
      url,
    );
  const [, number = "", suffix = ""] = /^\/([1-9])(\/publicKey|:asymmetricSign)?$/.exec(tail) ?? [];
  const index = Number(number) - 1;
  const algorithm = algorithms[index];
  if (algorithm === undefined) return failed(404, "NOT_FOUND", "There is no such version.");
  if (method === "GET" && suffix === "") return { status: 200, body: versionOf(key, index) };
  if (method === "GET" && suffix === "/publicKey") {
    const pem = key.description.publicKey;
    const pemCrc32c = String(crc32c(Buffer.from(pem)));
    return {
      status: 200,
      body: { name: versionName(key, index), algorithm, pem, pemCrc32c, protectionLevel: "SOFTWARE" },
    };
  }
  return signWith(key, index, algorithm, body, user, context);
}

function grant(tokens: TrialBearerTokens, form: URLSearchParams): LoopbackAnswer {
  const user = tokens.userBy(form.get("refresh_token") ?? "");
  if (user === undefined || form.get("grant_type") !== "refresh_token")
    return { status: 400, body: { error: "invalid_grant", error_description: "The refresh token is not valid." } };
  return {
    status: 200,
    body: { access_token: tokens.grant(user), expires_in: tokenLifetime, token_type: "Bearer" },
  };
}

function signWith(
  key: TrialKey,
  index: number,
  algorithm: string,
  body: JsonObject,
  user: TrialUser,
  context: FaceContext,
): LoopbackAnswer {
  const pinned = pinnedBy(algorithm);
  if (pinned === undefined) return failed(500, "INTERNAL", "The algorithm is not known.");
  if (key.description.state !== "enabled")
    return failed(400, "FAILED_PRECONDITION", "The key version is not enabled, current state is: DISABLED.");
  const isWhole = pinned.scheme === "ed25519";
  const hash: HashAlgorithm = isWhole ? "sha256" : (pinned.hashes[0] ?? "sha256");
  const sent = decodeBase64(textOrEmpty(isWhole ? body["data"] : objectIn(body, "digest")[hash]));
  const given = isWhole ? body["dataCrc32c"] : body["digestCrc32c"];
  if (sent === undefined || sent.length === 0 || (!isWhole && sent.length !== digestLengths[hash]))
    return failed(400, "INVALID_ARGUMENT", "The digest does not fit the key version.");
  if (given !== undefined && !isChecksumOf(given, sent))
    return failed(
      400,
      "INVALID_ARGUMENT",
      "The checksum in field digest_crc32c did not match the data in field digest.",
    );
  const digest = isWhole ? createHash(hash).update(sent).digest() : sent;
  const message = isWhole ? { message: sent } : {};
  const answer = context.sign(user, { key: key.description.name, scheme: pinned.scheme, hash, digest, ...message });
  if (answer.status === "denied") return failed(403, "PERMISSION_DENIED", answer.message);
  return {
    status: 200,
    body: {
      name: versionName(key, index),
      signature: answer.signature.toString("base64"),
      signatureCrc32c: String(crc32c(answer.signature)),
      [isWhole ? "verifiedDataCrc32c" : "verifiedDigestCrc32c"]: given !== undefined,
      protectionLevel: "SOFTWARE",
    },
  };
}

function nameOf({ description }: TrialKey): string {
  return `${trialKeyRing}/cryptoKeys/${description.name}`;
}

function versionName(key: TrialKey, index: number): string {
  return `${nameOf(key)}/cryptoKeyVersions/${index + 1}`;
}

function versionOf(key: TrialKey, index: number): object {
  const state = key.description.state === "enabled" ? "ENABLED" : "DISABLED";
  const algorithm = versions.get(key.description.spec)?.[index];
  return { name: versionName(key, index), state, algorithm, protectionLevel: "SOFTWARE" };
}

function paged(member: string, all: readonly object[], url: URL): LoopbackAnswer {
  const from = Number(url.searchParams.get("pageToken") ?? 0);
  const next = from + pageSize < all.length ? { nextPageToken: String(from + pageSize) } : {};
  return { status: 200, body: { [member]: all.slice(from, from + pageSize), ...next, totalSize: all.length } };
}

function failed(code: number, status: string, message: string): LoopbackAnswer {
  return { status: code, body: { error: { code, message, status } } };
}
