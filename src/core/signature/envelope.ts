import { decodeBase64 } from "../base64.ts";
import { isJsonArray, isJsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import type { Reason } from "../verdict/verdict.ts";
import { signatureLimits } from "./material.ts";

/** A DSSE envelope with its one signature, parsed and not proven. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads a DSSE envelope from its JSON text, or gives the reason why not. */
export function readEnvelope(source: Uint8Array): Envelope | Reason {
  const parsed = readStrictJson(source, signatureLimits.json);
  return parsed.kind === "refused" ? malformed(`the envelope cannot be read: ${parsed.why}`) : envelopeIn(parsed.value);
}

/** Reads a DSSE envelope from JSON that was read before. */
export function envelopeIn(json: unknown): Envelope | Reason {
  const signatures = isJsonObject(json) ? json["signatures"] : undefined;
  const [first] = isJsonArray(signatures) ? signatures : [];
  // Whoever reads another signature of the same envelope would judge another signer.
  if (!isJsonObject(json) || !isJsonArray(signatures) || signatures.length !== 1 || !isJsonObject(first))
    return malformed("the envelope does not hold exactly one signature");
  const payload = bytesOf(json["payload"]);
  const signature = bytesOf(first["sig"]);
  const payloadType = json["payloadType"];
  if (payload === undefined || signature === undefined || typeof payloadType !== "string")
    return malformed("the envelope's payload or signature is not Base64");
  return { payloadType, payload, signature };
}

function bytesOf(json: unknown): Buffer | undefined {
  const bytes = typeof json === "string" ? decodeBase64(json) : undefined;
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

function malformed(what: string): Reason {
  return { code: "signature-malformed", message: `${what.charAt(0).toUpperCase()}${what.slice(1)}.` };
}
