import { X509Certificate } from "node:crypto";
import { decodeBase64 } from "../../../core/base64.ts";
import { isJsonArray, textOrEmpty, type JsonObject } from "../../../core/json.ts";
import type { SignReply } from "../keyService.ts";

/** What `generate-signature` must answer about. */
export interface ExpectedSignature {
  readonly id: string;
  readonly signingAlgorithm: string;
  /** PEM. */
  readonly publicKey: string;
}

/** The bare signature in the answer to `generate-signature`, or what is wrong about the answer. */
export function readSignature(body: JsonObject, expected: ExpectedSignature): SignReply {
  if (body["keyId"] !== expected.id || body["signingAlgorithm"] !== expected.signingAlgorithm)
    return "it signed by another key or algorithm than it was asked for";
  const signature = decodeBase64(textOrEmpty(body["signature"]));
  if (signature === undefined) return "its answer holds no signature";
  return isSameKey(body["certificateChain"], expected.publicKey)
    ? { status: "signed", signature }
    : `it signed by a key with another certificate than the first one in 'chainFile', which may be out of date`;
}

/** The envelope in the answer to `generate-envelope`, or what is wrong about the answer. Core checks what is in it. */
export function readEnvelope(body: JsonObject, type: string): SignReply {
  if (body["signatureEnvelopeType"] !== type) return "it made an envelope of another type than it was asked for";
  const signature = decodeBase64(textOrEmpty(body["signatureEnvelope"]));
  return signature === undefined || signature.length === 0
    ? "its answer holds no envelope"
    : { status: "signed", signature };
}

function isSameKey(chain: unknown, publicKey: string): boolean {
  const leaf = isJsonArray(chain) ? decodeBase64(textOrEmpty(chain[0])) : undefined;
  try {
    const pem = new X509Certificate(leaf ?? Buffer.alloc(0)).publicKey.export({ type: "spki", format: "pem" });
    return pem.toString() === publicKey;
  } catch {
    return false;
  }
}
