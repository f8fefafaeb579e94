import { isDigest } from "../image/digest.ts";
import { isJsonArray, isJsonObject, readJson, textOrEmpty } from "../json.ts";
import { readNotaryPayload } from "../signature/notaryPayload.ts";
import { signaturePredicate } from "./statement.ts";

/** What bytes that are to be signed say that they are about. */
export interface NamedArtifact {
  /** A name where the bytes hold one, else the digest. */
  readonly name: string;
  /** `sha256:<hex>` */
  readonly digest: string;
}

/** Longer messages are not looked into; they are signed as the bytes that they are. */
const maximumMessage = 4 * 1024 * 1024;

/**
 * Finds the artifact that a message for a signature names: an in-toto statement in a DSSE encoding, cosign's first
 * payload, and what the Notary Project's two envelopes have signed. Undefined for all else. It tells approvers what a
 * signature is for; the signature covers the whole message, whatever was found in it.
 */
export function artifactNamedIn(message: Uint8Array): NamedArtifact | undefined {
  if (message.length > maximumMessage) return undefined;
  return readEncodedStatement(message) ?? readSimpleSigning(message) ?? readNotary(message);
}

/** DSSE v1, pre-authentication encoding: `DSSEv1 LEN(type) type LEN(body) body`. */
function readEncodedStatement(message: Uint8Array): NamedArtifact | undefined {
  const head = Buffer.from(message.subarray(0, 300)).toString("latin1");
  const type = /^DSSEv1 28 application\/vnd\.in-toto\+json (\d{1,7}) /.exec(head);
  if (type === null) return undefined;
  const body = message.subarray(type[0].length);
  const statement = body.length === Number(type[1]) ? readJson(body) : undefined;
  const subjects = isJsonObject(statement) ? statement["subject"] : undefined;
  const [subject, ...others] = isJsonArray(subjects) ? subjects : [];
  // Of several subjects none is what the signature is for.
  if (!isJsonObject(statement) || !isJsonObject(subject) || others.length > 0 || !isJsonObject(subject["digest"]))
    return undefined;
  const hex = Object.hasOwn(subject["digest"], "sha256") ? subject["digest"]["sha256"] : undefined;
  const artifact = typeof hex === "string" ? named(`sha256:${hex}`, subject["name"]) : undefined;
  const { predicateType } = statement;
  if (artifact === undefined || predicateType === signaturePredicate) return artifact;
  // Whoever approves must see that this says something of the artifact, and is no signature of it.
  return { ...artifact, name: `${artifact.name} (attestation ${textOrEmpty(predicateType).slice(0, 100)})` };
}

/** `{"critical":{"identity":{"docker-reference":...},"image":{"docker-manifest-digest":...}}}` */
function readSimpleSigning(message: Uint8Array): NamedArtifact | undefined {
  const payload = message[0] === 0x7b ? readJson(message) : undefined;
  const critical = isJsonObject(payload) ? payload["critical"] : undefined;
  if (!isJsonObject(critical) || !isJsonObject(critical["image"])) return undefined;
  const identity = isJsonObject(critical["identity"]) ? critical["identity"] : {};
  return named(critical["image"]["docker-manifest-digest"], identity["docker-reference"]);
}

function readNotary(message: Uint8Array): NamedArtifact | undefined {
  const payload = jwsPayload(message) ?? cosePayload(message);
  return named(payload === undefined ? undefined : readNotaryPayload(payload)?.digest, undefined);
}

/** JWS signing input (RFC 7515, 5.1): two parts in Base64url. */
function jwsPayload(message: Uint8Array): Buffer | undefined {
  const text = Buffer.from(message).toString("latin1");
  const part = /^[\w-]+\.([\w-]+)$/.exec(text)?.[1];
  return part === undefined ? undefined : Buffer.from(part, "base64url");
}

/** Sig_structure (RFC 9052, 4.4): "Signature1", protected header, external data, payload. */
function cosePayload(message: Uint8Array): Uint8Array | undefined {
  const context = Buffer.from("\x84\x6aSignature1", "latin1");
  if (!Buffer.from(message.subarray(0, context.length)).equals(context)) return undefined;
  let rest = message.subarray(context.length);
  let last: Uint8Array | undefined;
  for (let part = 0; part < 3; part += 1) {
    const found = readByteString(rest);
    if (found === undefined) return undefined;
    last = found.content;
    rest = found.rest;
  }
  return rest.length === 0 ? last : undefined;
}

/** A byte string of definite length (RFC 8949, 3.1, major type 2) of up to 65535 octets. */
function readByteString(bytes: Uint8Array): { readonly content: Uint8Array; readonly rest: Uint8Array } | undefined {
  const [first = 0, one = 0, two = 0] = bytes;
  const [start, length] =
    first >= 0x40 && first < 0x58
      ? [1, first - 0x40]
      : first === 0x58
        ? [2, one]
        : first === 0x59
          ? [3, one * 256 + two]
          : [0, 0];
  if (start === 0 || bytes.length < start + length) return undefined;
  return { content: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

function named(digest: unknown, name: unknown): NamedArtifact | undefined {
  if (typeof digest !== "string" || !digest.startsWith("sha256:") || !isDigest(digest)) return undefined;
  return { digest, name: typeof name === "string" && name !== "" && name.length <= 300 ? name : digest };
}
