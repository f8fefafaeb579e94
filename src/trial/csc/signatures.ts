import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { hashIds } from "../../adapters/services/csc/algorithms.ts";
import type { HashAlgorithm, SignatureScheme } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../../core/json.ts";
import type { FaceContext, TrialSigned } from "../face.ts";
import type { LoopbackAnswer } from "../loopback.ts";
import type { TrialUser } from "../service/keyPolicy.ts";
import type { TrialKey } from "../service/keys.ts";
import { digestLengths } from "../service/signScheme.ts";
import type { TrialCscMode } from "./credentialInfo.ts";

/** A use of a key that its owner has authorized: of one digest, once. */
interface Activation {
  readonly user: TrialUser;
  readonly credential: string;
  /** Base64. */
  readonly hash: string;
}

/** Authorizes and makes signatures. */
export interface TrialSignatures {
  readonly pin: string;
  oneTimeCode(): string;
  sendCode(): void;
  /** What the object of this id asks to be answered; nothing where that was sent to the owner. */
  challenge(id: string): LoopbackAnswer;
  /** A token that authorizes one signature; the hash in Base64url. */
  grant(user: TrialUser, credential: string, hash: string): string;
  grantOf(authorization: string | undefined): Activation | undefined;
  /** Decides what waits for the owner on another device; how many that are. */
  confirm(allow: boolean): number;
  check(user: TrialUser, handle: string): LoopbackAnswer;
  authorize(user: TrialUser, key: TrialKey, mode: TrialCscMode, body: JsonObject, isFirst: boolean): LoopbackAnswer;
  sign(
    user: TrialUser,
    key: TrialKey,
    body: JsonObject,
    how: { readonly isFirst: boolean; readonly face: FaceContext; readonly own: Activation | undefined },
  ): LoopbackAnswer;
  poll(user: TrialUser, id: string, face: FaceContext): LoopbackAnswer;
}

interface Waiting {
  readonly activation: Activation;
  decision?: boolean;
}

/** What the trial's card answers. */
export function answerTo(challenge: string): string {
  return challenge.split("").toReversed().join("");
}

const hashes: readonly HashAlgorithm[] = ["sha256", "sha384", "sha512"];
const maximum = 1000;

export function createTrialSignatures(): TrialSignatures {
  const pin = String(randomInt(100_000, 999_999));
  let code = String(randomInt(100_000, 999_999));
  /** By SAD or token. */
  const active = new Map<string, Activation>();
  const activate = (activation: Activation): string => {
    if (active.size >= maximum) active.clear();
    const secret = randomBytes(24).toString("base64url");
    active.set(secret, activation);
    return secret;
  };
  /** What waits for its owner, by handle. */
  const waiting = new Map<string, Waiting>();
  /** A handle serves once: each answer brings the next. */
  const underway = (one: Waiting): LoopbackAnswer => {
    if (waiting.size >= maximum) waiting.clear();
    const handle = randomUUID();
    waiting.set(handle, one);
    return { status: 202, body: { handle } };
  };
  const challenge = String(randomInt(100_000, 999_999));
  return {
    confirm: (allow) => {
      for (const each of waiting.values()) each.decision ??= allow;
      return waiting.size;
    },
    check: (user, handle) => {
      const found = waiting.get(handle);
      if (found?.activation.user !== user) return failed("invalid_request", "Invalid parameter handle");
      waiting.delete(handle);
      if (found.decision === undefined) return underway(found);
      return found.decision
        ? ok({ SAD: activate(found.activation), expiresIn: 300 })
        : failed("access_denied", "The owner refused it.");
    },
    challenge: (id) => (id === "CARD" ? ok({ challenge }) : { status: 204 }),
    pin,
    oneTimeCode: () => code,
    sendCode: () => {
      code = String(randomInt(100_000, 999_999));
    },
    grant: (user, credential, hash) =>
      activate({ user, credential, hash: Buffer.from(hash, "base64url").toString("base64") }),
    grantOf: (authorization = "") => active.get(authorization.replace(/^Bearer /, "")),
    authorize: (user, key, mode, body, isFirst) => {
      const [hash, ...others] = isFirst ? textsOf(body["hash"]) : textsOf(body["hashes"]);
      const given = isFirst ? body : Object.fromEntries(pairsOf(body["authData"]));
      if (hash === undefined || others.length > 0) return failed("invalid_request", "One hash is needed.");
      if (mode === "browser") return failed("invalid_request", "This credential is authorized in a browser.");
      if (mode === "challenged" && (given["CARD"] !== answerTo(challenge) || given["SMS"] !== code))
        return failed("invalid_authentication_data", "The authentication data is invalid");
      if (mode === "elsewhere" && !isFirst && given["DEVICE"] !== "")
        return failed("invalid_request", "Missing object parameter authData");
      if (mode === "explicit" && given["PIN"] !== pin) return failed("invalid_pin", "The PIN is wrong.");
      if (mode === "explicit" && given["OTP"] !== code) return failed("invalid_otp", "The OTP is wrong.");
      // A code serves once.
      if (mode === "explicit") code = String(randomInt(100_000, 999_999));
      const activation = { user, credential: key.description.name, hash };
      if (mode !== "elsewhere") return ok({ SAD: activate(activation), expiresIn: 300 });
      return underway({ activation });
    },
    sign: (user, key, body, { isFirst, face, own }) => {
      const sad = textOrEmpty(body["SAD"]);
      const activation = own ?? active.get(sad);
      const [hash, ...others] = isFirst ? textsOf(body["hash"]) : textsOf(body["hashes"]);
      const name = key.description.name;
      const fits = activation?.credential === name && activation.hash === hash && activation.user === user;
      if (!fits || others.length > 0)
        return failed("invalid_request", "Invalid parameter SAD: it is not for these hashes.");
      for (const [secret, each] of active) if (each === activation) active.delete(secret);
      const asked = readAlgorithm(body, isFirst);
      const digest = decodeBase64(hash);
      if (asked === undefined || digest?.length !== digestLengths[asked.hash])
        return failed("invalid_request", "Invalid parameter signAlgo or hashes.");
      if (key.description.state !== "enabled") return failed("invalid_request", "The credential is disabled.");
      if (body["operationMode"] !== "A" || !key.description.needs.includes("approval"))
        return answerOf(face.sign(user, { key: name, ...asked, digest }));
      const answer = face.engine.requests.submit(user, {
        key: name,
        ...asked,
        digest,
        purpose: {
          artifact: {
            kind: "file",
            name: textOrEmpty(body["clientData"]),
            digest: `${asked.hash}:${digest.toString("hex")}`,
          },
          tool: "CSC",
        },
        idempotencyKey: randomUUID(),
        ...(key.description.needs.includes("justification")
          ? { justification: "Asked for through the interface of CSC." }
          : {}),
      });
      return answer.status === "pending" ? ok({ responseID: answer.request.id }) : answerOf(answer);
    },
    poll: (user, id, { engine }) => {
      const answer = engine.requests.find(user, id);
      if (answer === undefined) return failed("invalid_request", "Invalid parameter responseID");
      return answer.status === "pending"
        ? failed("invalid_request", "The previous asynchronous signature request is not finished.")
        : answerOf(answer);
    },
  };
}

/** The algorithm by the object identifiers that the request names; RSA and EC alone leave the digest to `hashAlgo`. */
function readAlgorithm(
  body: JsonObject,
  isFirst: boolean,
): { readonly scheme: SignatureScheme; readonly hash: HashAlgorithm } | undefined {
  const named = textOrEmpty(isFirst ? body["hashAlgo"] : body["hashAlgorithmOID"]);
  const hash = hashes.find((each) => hashIds[each] === named);
  const algorithm = textOrEmpty(body["signAlgo"]);
  if (hash === undefined) return undefined;
  if (algorithm === "1.2.840.113549.1.1.1") return { scheme: "rsa-pkcs1v15", hash };
  if (algorithm === "1.2.840.113549.1.1.10")
    return textOrEmpty(body["signAlgoParams"]) === "" ? undefined : { scheme: "rsa-pss", hash };
  return algorithm === "1.2.840.10045.2.1" ? { scheme: "ecdsa", hash } : undefined;
}

function answerOf(answer: TrialSigned): LoopbackAnswer {
  if (answer.status === "signed") return ok({ signatures: [answer.signature.toString("base64")] });
  return answer.code === "key-disabled"
    ? failed("invalid_request", "The credential is disabled.")
    : { status: 403, body: { error: "access_denied", error_description: answer.message } };
}

function textsOf(value: unknown): readonly string[] {
  return isJsonArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function pairsOf(value: unknown): readonly (readonly [string, string])[] {
  const objects = isJsonArray(value) ? value.filter(isJsonObject) : [];
  return objects.map(({ id, value: given }) => [textOrEmpty(id), textOrEmpty(given)]);
}

function ok(body: object): LoopbackAnswer {
  return { status: 200, body };
}

function failed(error: string, description: string): LoopbackAnswer {
  return { status: 400, body: { error, error_description: description } };
}
