import type { HashAlgorithm, SignRequest } from "../../../application/signingService.ts";
import { decodeBase64 } from "../../../core/base64.ts";
import type { JsonObject } from "../../../core/json.ts";
import { digestLengths } from "../keyKinds.ts";
import type { TransitKey } from "./transitKeys.ts";

/** What is expected of an answer. */
export interface ExpectedSignature {
  readonly version: number;
}

const hashNames: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "sha2-256",
  sha384: "sha2-384",
  sha512: "sha2-512",
};
const maximumMessage = 1024 * 1024;

/**
 * The body of a request to `transit/sign/NAME`; a text says why there is none. Every parameter that changes the signature
 * is named: left out, the engine hashes a digest again, signs RSA with PSS and the longest salt, and with whichever version
 * of the key is the latest by then.
 */
export function signingBodyOf(request: SignRequest, { description, version }: TransitKey): JsonObject | string {
  const { scheme, hash, digest, message } = request;
  const offer = description.schemes.find((each) => each.scheme === scheme);
  if (offer === undefined || !offer.hashes.includes(hash))
    return `Key '${description.name}' (${description.spec}) does not sign with ${scheme} and ${hash}; nothing was sent.`;
  if (digest.length !== digestLengths[hash])
    return `The digest has ${digest.length} bytes, which is not the length of ${hash}; nothing was sent.`;
  if (scheme === "ed25519") {
    if (message === undefined) return "Ed25519 signs whole messages, and only a digest was given; nothing was sent.";
    if (message.length > maximumMessage) return `The message is longer than ${maximumMessage} bytes; nothing was sent.`;
    return { input: Buffer.from(message).toString("base64"), prehashed: false, key_version: version };
  }
  const common = {
    input: Buffer.from(digest).toString("base64"),
    prehashed: true,
    hash_algorithm: hashNames[hash],
    key_version: version,
  };
  switch (scheme) {
    case "ecdsa":
      return { ...common, marshaling_algorithm: "asn1" };
    case "rsa-pkcs1v15":
      return { ...common, signature_algorithm: "pkcs1v15" };
    case "rsa-pss":
      return { ...common, signature_algorithm: "pss", salt_length: "hash" };
  }
}

/** The signature in the data of an answer; a text says why there is none. */
export function signatureIn(data: JsonObject, { version }: ExpectedSignature): Uint8Array | string {
  const text = data["signature"];
  const parts =
    typeof text === "string" && text.length <= 4096
      ? /^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]+={0,2})$/.exec(text)
      : null;
  const bytes = decodeBase64(parts?.[2] ?? "?");
  if (parts === null || bytes === undefined) return "the signature is not of the form vault:vN:BASE64";
  const named = data["key_version"];
  if (Number(parts[1]) !== version || (named !== undefined && named !== version))
    return `it was signed with version ${parts[1]} of the key, and version ${version} was asked for`;
  return bytes;
}
