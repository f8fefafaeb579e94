import type { SignRequest } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import { isJsonObject } from "../../core/json.ts";
import type { ServerResponse } from "node:http";
import type { TrialAnswer } from "./requests.ts";

/** An HTTP answer; `outcome` where it says what became of a signing request. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly outcome?: TrialAnswer;
}

/** An answer that is no outcome. */
export function failure(status: number, message: string): Reply {
  return { status, body: { error: message } };
}

/** Writes the whole answer. */
export function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(reply.body));
}

/** Reads the body of a submission; undefined where a member is missing, of another type, or too long. */
export function readSubmission(body: unknown): SignRequest | undefined {
  if (!isJsonObject(body) || !isJsonObject(body["artifact"])) return undefined;
  const artifact = body["artifact"];
  const key = text(body["key"], 200);
  const scheme = oneOf(body["scheme"], schemes);
  const hash = oneOf(body["hash"], hashes);
  const digest = text(body["digest"], 128);
  const kind = oneOf(artifact["kind"], kinds);
  const name = text(artifact["name"], 1000);
  const artifactDigest = text(artifact["digest"], 200);
  const tool = text(body["tool"], 200);
  const idempotencyKey = text(body["idempotencyKey"], 200);
  const justification = body["justification"] === undefined ? "" : text(body["justification"], 2000);
  if (key === undefined || scheme === undefined || hash === undefined || digest === undefined) return undefined;
  if (kind === undefined || name === undefined || artifactDigest === undefined) return undefined;
  if (tool === undefined || idempotencyKey === undefined || justification === undefined) return undefined;
  if (!/^(?:[0-9a-f]{2})+$/.test(digest)) return undefined;
  const message = body["message"] === undefined ? undefined : decodeBase64(text(body["message"], 40_000) ?? "?");
  if (message === undefined && body["message"] !== undefined) return undefined;
  return {
    key,
    scheme,
    hash,
    digest: Buffer.from(digest, "hex"),
    ...(message === undefined ? {} : { message }),
    purpose: { artifact: { kind, name, digest: artifactDigest }, tool },
    idempotencyKey,
    ...(body["justification"] === undefined ? {} : { justification }),
  };
}

/** Reads the comment of a decision; a missing one is empty. */
export function readComment(body: unknown): string | undefined {
  if (!isJsonObject(body)) return undefined;
  return body["comment"] === undefined ? "" : text(body["comment"], 2000);
}

/** An answer as JSON, with its HTTP status. */
export function writeAnswer(answer: TrialAnswer, retryAfterMs: number): Reply {
  return { ...encodeAnswer(answer, retryAfterMs), outcome: answer };
}

function encodeAnswer(answer: TrialAnswer, retryAfterMs: number): Reply {
  switch (answer.status) {
    case "signed":
      return {
        status: 200,
        body: {
          status: "signed",
          signature: answer.signature.toString("base64"),
          encoding: "der",
          audit: answer.audit,
        },
      };
    case "pending":
      return {
        status: 202,
        body: {
          status: "pending",
          id: answer.request.id,
          requestHash: answer.requestHash,
          approvals: answer.request.approvals,
          message: `Waiting for an approval of key '${answer.request.key}': countersign trial approve ${answer.request.id}`,
          retryAfterMs,
          expiresAt: answer.expiresAt,
        },
      };
    case "denied":
      return { status: 403, body: answer };
  }
}

const schemes = ["rsa-pkcs1v15", "rsa-pss", "ecdsa", "ed25519"] as const;
const hashes = ["sha256", "sha384", "sha512"] as const;
const kinds = ["image", "file"] as const;

function text(value: unknown, maximum: number): string | undefined {
  return typeof value === "string" && value.length <= maximum ? value : undefined;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}
