import { createHash, createPublicKey } from "node:crypto";
import { signRequest } from "../../adapters/services/aws/signatureV4.ts";
import type { HashAlgorithm, SignatureScheme } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { textOrEmpty, type JsonObject } from "../../core/json.ts";
import { startFace, type FaceContext, type TrialFace } from "../face.ts";
import type { LoopbackAnswer, LoopbackCall } from "../loopback.ts";
import type { TrialEngine } from "../service/engine.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import type { TrialKey } from "../service/keys.ts";

/** AWS KMS, with ways to misbehave that it alone has. */
export interface TrialAwsKms extends TrialFace {
  /** Points every alias at the keys in the order that is given; undefined restores them. */
  rotate(names: ReadonlyMap<string, string> | undefined): void;
}

/** How the face is started. */
export interface TrialAwsKmsOptions {
  /** How far the clock of the service is from this machine's, in milliseconds. */
  readonly skewMs?: number;
}

const account = "000000000000";
const region = "trial-local-1";
/** Requests that were signed this far from the service's clock are refused, in milliseconds. */
const tolerance = 5 * 60 * 1000;
const users: readonly TrialUser[] = ["dev", "lead"];

const specs = {
  rsa2048: "RSA_2048",
  rsa3072: "RSA_3072",
  rsa4096: "RSA_4096",
  p256: "ECC_NIST_P256",
  p384: "ECC_NIST_P384",
  p521: "ECC_NIST_P521",
  ed25519: "ECC_NIST_EDWARDS25519",
} as const;

/** What KMS offers for kinds of keys: each curve has one digest. */
function algorithmsOf({ description: { spec } }: TrialKey): readonly string[] {
  if (spec === "ed25519") return ["ED25519_SHA_512"];
  if (spec.startsWith("p")) return [`ECDSA_SHA_${spec === "p521" ? "512" : spec.slice(1)}`];
  return ["RSASSA_PKCS1_V1_5_SHA_", "RSASSA_PSS_SHA_"].flatMap((name) =>
    ["256", "384", "512"].map((bits) => `${name}${bits}`),
  );
}

/**
 * Starts the trial service behind the JSON protocol of AWS KMS. The users' access keys are called `dev` and `lead`, and
 * their secrets are those of the trial. Signatures of requests are verified.
 */
export async function startTrialAwsKms(engine: TrialEngine, options: TrialAwsKmsOptions = {}): Promise<TrialAwsKms> {
  let pointed: ReadonlyMap<string, string> | undefined;
  const aliasOf = (key: TrialKey): string => `alias/${key.description.name}`;
  const find = (id: string): TrialKey | undefined => {
    const name = pointed?.get(id) ?? id;
    return engine.keys.find((key) => [idOf(key), arnOf(key), aliasOf(key)].includes(name));
  };
  const face = await startFace(engine, {
    product: "AWS KMS",
    nameOf: (call) => ({ name: operationOf(call), sign: operationOf(call) === "Sign" }),
    route: (call, context) => {
      const now = Date.now() + (options.skewMs ?? 0);
      const user = users.find((each) => isSignedBy(call, each, engine.secrets[each], now));
      if (isTooOld(call, now))
        return failed("InvalidSignatureException", "Signature expired: the clock differs.", 400, now);
      if (user === undefined)
        return failed(
          "UnrecognizedClientException",
          "The security token included in the request is invalid.",
          400,
          now,
        );
      return { ...operate(operationOf(call), call.body, user, context, { find, aliasOf }), headers: dateOf(now) };
    },
  });
  return {
    ...face,
    rotate: (names) => {
      pointed = names;
    },
  };
}

interface Names {
  readonly find: (id: string) => TrialKey | undefined;
  readonly aliasOf: (key: TrialKey) => string;
}

function operate(
  operation: string,
  body: JsonObject,
  user: TrialUser,
  context: FaceContext,
  { find, aliasOf }: Names,
): LoopbackAnswer {
  const { keys } = context.engine;
  if (operation === "ListKeys" || operation === "ListAliases") {
    const from = Number(body["Marker"] ?? 0);
    const limit = Math.min(Number(body["Limit"] ?? 100), 3);
    const shown = keys.slice(from, from + limit);
    const more =
      from + limit < keys.length ? { Truncated: true, NextMarker: String(from + limit) } : { Truncated: false };
    return operation === "ListKeys"
      ? ok({ Keys: shown.map((key) => ({ KeyId: idOf(key), KeyArn: arnOf(key) })), ...more })
      : ok({ Aliases: shown.map((key) => ({ AliasName: aliasOf(key), TargetKeyId: idOf(key) })), ...more });
  }
  const key = find(textOrEmpty(body["KeyId"]));
  if (key === undefined) return failed("NotFoundException", "The key does not exist.");
  const { description } = key;
  const common = { KeySpec: specs[description.spec], KeyUsage: "SIGN_VERIFY", SigningAlgorithms: algorithmsOf(key) };
  switch (operation) {
    case "DescribeKey":
      return ok({
        KeyMetadata: {
          ...common,
          AWSAccountId: account,
          KeyId: idOf(key),
          Arn: arnOf(key),
          Enabled: description.state === "enabled",
          KeyState: description.state === "enabled" ? "Enabled" : "Disabled",
          KeyManager: "CUSTOMER",
          Origin: "EXTERNAL",
        },
      });
    case "GetPublicKey": {
      const der = createPublicKey(description.publicKey).export({ type: "spki", format: "der" });
      return ok({ ...common, KeyId: arnOf(key), PublicKey: der.toString("base64") });
    }
    case "Sign":
      return signWith(key, body, user, context);
    default:
      return failed("UnknownOperationException", "There is no such operation.");
  }
}

function signWith(key: TrialKey, body: JsonObject, user: TrialUser, context: FaceContext): LoopbackAnswer {
  const algorithm = textOrEmpty(body["SigningAlgorithm"]);
  const data = decodeBase64(textOrEmpty(body["Message"]));
  if (key.description.state !== "enabled") return failed("DisabledException", "The key is disabled.");
  if (!algorithmsOf(key).includes(algorithm)) return failed("InvalidKeyUsageException", "The key does not sign so.");
  if (data === undefined || data.length === 0 || data.length > 4096)
    return failed("ValidationException", "Message must have 1 to 4096 octets.");
  const isRaw = (body["MessageType"] ?? "RAW") === "RAW";
  const isEdwards = algorithm === "ED25519_SHA_512";
  if (isEdwards && !isRaw) return failed("ValidationException", "MessageType must be RAW.");
  const hash: HashAlgorithm = isEdwards ? "sha256" : hashOf(algorithm);
  const scheme = schemeOf(algorithm);
  const digest = isRaw ? createHash(hash).update(data).digest() : data;
  if (digest.length !== createHash(hash).digest().length)
    return failed("ValidationException", "Digest is of the wrong length.");
  const answer = context.sign(user, {
    key: key.description.name,
    scheme,
    hash,
    digest,
    ...(isEdwards ? { message: data } : {}),
  });
  if (answer.status === "denied")
    return answer.code === "algorithm-not-allowed"
      ? failed("InvalidKeyUsageException", answer.message)
      : failed("AccessDeniedException", answer.message);
  return ok({ KeyId: arnOf(key), Signature: answer.signature.toString("base64"), SigningAlgorithm: algorithm });
}

function schemeOf(algorithm: string): SignatureScheme {
  if (algorithm.startsWith("RSASSA_PSS")) return "rsa-pss";
  if (algorithm.startsWith("RSASSA")) return "rsa-pkcs1v15";
  return algorithm.startsWith("ECDSA") ? "ecdsa" : "ed25519";
}

function hashOf(algorithm: string): HashAlgorithm {
  if (algorithm.endsWith("384")) return "sha384";
  return algorithm.endsWith("512") ? "sha512" : "sha256";
}

/** Whether the request carries the signature that this user's secret gives it. */
function isSignedBy(call: LoopbackCall, user: TrialUser, secret: string, now: number): boolean {
  const given = call.headers.authorization ?? "";
  const [, scope, names] = /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+),/.exec(given) ?? [];
  const time = timeOf(call);
  if (scope === undefined || names === undefined || Number.isNaN(time) || Math.abs(time - now) > tolerance)
    return false;
  const [, place = "", service = ""] = scope.split("/");
  const headers = names
    .split(";")
    .filter((name) => !["host", "x-amz-date", "x-amz-security-token"].includes(name))
    .map((name) => [name, String(call.headers[name] ?? "")]);
  const token = call.headers["x-amz-security-token"];
  const expected = signRequest(
    { host: call.headers.host ?? "", headers: Object.fromEntries(headers), body: call.content.toString("utf8") },
    { accessKeyId: user, secretAccessKey: secret, ...(typeof token === "string" ? { sessionToken: token } : {}) },
    { region: place, service, now: time },
  );
  const plain = (text: string | undefined): string => (text ?? "").replaceAll(/, ?/g, ", ");
  return plain(expected["authorization"]) === plain(given);
}

function isTooOld(call: LoopbackCall, now: number): boolean {
  return Math.abs(timeOf(call) - now) > tolerance;
}

function timeOf(call: LoopbackCall): number {
  const text = String(call.headers["x-amz-date"] ?? "");
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function operationOf(call: LoopbackCall): string {
  return String(call.headers["x-amz-target"] ?? "").replace(/^TrentService\./, "");
}

function idOf({ description }: TrialKey): string {
  const hex = createHash("sha256").update(description.name).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

function arnOf(key: TrialKey): string {
  return `arn:aws:kms:${region}:${account}:key/${idOf(key)}`;
}

function ok(body: object): LoopbackAnswer {
  return { status: 200, body };
}

function failed(type: string, message: string, status = 400, now = Date.now()): LoopbackAnswer {
  return { status, body: { __type: type, message }, headers: dateOf(now) };
}

function dateOf(now: number): Readonly<Record<string, string>> {
  return { date: new Date(now).toUTCString() };
}
