import { decodeBase64, decodeBase64Url } from "../base64.ts";
import { isJsonArray, isJsonObject, textOrEmpty, type JsonObject } from "../json.ts";
import { readStrictJson } from "../strictJson.ts";
import { malformed, notaryHeaders, notaryLimits, readNotaryAttributes, type ReadEnvelope } from "./notaryAttributes.ts";
import { notaryPayloadType } from "./notaryPayload.ts";

const members = ["header", "payload", "protected", "signature"];

/** Header parameters of RFC 7515 that a critical list must not name (4.1.11). */
const registered: ReadonlySet<unknown> = new Set(["alg", "cty", "crit", "typ", "kid", "x5c", "b64"]);

/**
 * Reads a Notary Project JWS envelope: the flattened JSON serialization (RFC 7515, 7.2.2) with its certificates in the
 * unprotected header. Every Base64 text must be the only one for its bytes, and no member may occur twice.
 */
export function readNotaryJws(bytes: Uint8Array): ReadEnvelope {
  const parsed = readStrictJson(bytes, { maxLength: notaryLimits.envelope, maxDepth: 8 });
  if (parsed.kind !== "json") return refused(`cannot be read: ${parsed.why}`);
  const json = isJsonObject(parsed.value) ? parsed.value : undefined;
  if (json === undefined || Object.keys(json).toSorted().join() !== members.join())
    return refused("is no flattened JWS with payload, protected, header and signature");
  const protectedText = textOrEmpty(json["protected"]);
  const payloadText = textOrEmpty(json["payload"]);
  const header = readHeader(protectedText);
  const unprotected = isJsonObject(json["header"]) ? json["header"] : undefined;
  const payload = decodeBase64Url(payloadText);
  const signature = decodeBase64Url(textOrEmpty(json["signature"]));
  if (header === undefined || unprotected === undefined) return refused("has a header that cannot be read");
  if (payload === undefined || signature === undefined || signature.length === 0)
    return refused("has a payload or signature that is not Base64url");
  // RFC 7515, 7.2.1: a name in both headers could be read from either.
  if (Object.keys(unprotected).some((name) => header.has(name))) return refused("has one attribute in both headers");
  if (header.get("cty") !== notaryPayloadType) return refused("is not about a payload of the Notary Project");
  const critical = header.get("crit");
  if (isJsonArray(critical) && critical.some((name) => registered.has(name)))
    return refused("marks a parameter of the JWS itself as critical");
  const attributes = readNotaryAttributes(header, critical, timeOf);
  if ("code" in attributes) return { kind: "invalid", reason: attributes };
  const chain = readChain(unprotected);
  if (chain === undefined) return refused("has no certificate chain that can be read");
  const stamp = Object.hasOwn(unprotected, notaryHeaders.timestamp) ? unprotected[notaryHeaders.timestamp] : undefined;
  const timestamp = typeof stamp === "string" ? decodeBase64(stamp) : undefined;
  if (stamp !== undefined && (timestamp === undefined || timestamp.length > notaryLimits.timestamp))
    return refused("has a time stamp that cannot be read");
  return {
    kind: "envelope",
    envelope: {
      algorithm: textOrEmpty(header.get("alg")),
      signed: Buffer.from(`${protectedText}.${payloadText}`, "latin1"),
      signature,
      payload,
      attributes,
      chain,
      ...(timestamp === undefined ? {} : { timestamp }),
    },
  };
}

function readHeader(text: string): ReadonlyMap<unknown, unknown> | undefined {
  const bytes = decodeBase64Url(text);
  const parsed = bytes === undefined ? undefined : readStrictJson(bytes, notaryLimits.header);
  if (parsed?.kind !== "json" || !isJsonObject(parsed.value)) return undefined;
  return new Map(Object.entries(parsed.value));
}

/** RFC 7515, 4.1.6: certificates in DER, as Base64 and not Base64url. */
function readChain(header: JsonObject): readonly Uint8Array[] | undefined {
  const list = Object.hasOwn(header, "x5c") ? header["x5c"] : undefined;
  if (!isJsonArray(list) || list.length === 0 || list.length > notaryLimits.certificates) return undefined;
  const chain = list.map((item) => (typeof item === "string" ? decodeBase64(item) : undefined));
  return chain.includes(undefined) ? undefined : chain.filter((der) => der !== undefined);
}

/** RFC 3339, with any offset. */
function timeOf(value: unknown): Date | undefined {
  if (typeof value !== "string") return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function refused(what: string): ReadEnvelope {
  return { kind: "invalid", reason: malformed(what) };
}
