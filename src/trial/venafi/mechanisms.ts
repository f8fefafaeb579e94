import { createHash } from "node:crypto";
import type { HashAlgorithm, SignRequest } from "../../application/signingService.ts";
import { decodeBase64 } from "../../core/base64.ts";
import type { JsonObject } from "../../core/json.ts";
import { objectOf, textOf } from "./answers.ts";

/** What a signing call asks for, in the engine's terms. */
type Asked = Pick<SignRequest, "scheme" | "hash" | "digest" | "message">;

const sizes: readonly (readonly [HashAlgorithm, number])[] = [
  ["sha256", 32],
  ["sha384", 48],
  ["sha512", 64],
];

/** DigestInfo before the digest (RFC 8017, 9.2, note 1). */
const prefixes: readonly (readonly [HashAlgorithm, string])[] = [
  ["sha256", "3031300d060960864801650304020105000420"],
  ["sha384", "3041300d060960864801650304020205000430"],
  ["sha512", "3051300d060960864801650304020305000440"],
];

/** Mechanisms that hash on the server (CKM_SHA256_RSA_PKCS and its like). */
const hashing = new Map<number, readonly [SignRequest["scheme"], HashAlgorithm]>([
  [64, ["rsa-pkcs1v15", "sha256"]],
  [65, ["rsa-pkcs1v15", "sha384"]],
  [66, ["rsa-pkcs1v15", "sha512"]],
  [67, ["rsa-pss", "sha256"]],
  [68, ["rsa-pss", "sha384"]],
  [69, ["rsa-pss", "sha512"]],
  [4164, ["ecdsa", "sha256"]],
  [4165, ["ecdsa", "sha384"]],
  [4166, ["ecdsa", "sha512"]],
]);

/** Parameters of PSS: CKM of the hash, CKG of the mask generation, length of the salt. */
const pss: readonly (readonly [HashAlgorithm, number, number, number])[] = [
  ["sha256", 592, 2, 32],
  ["sha384", 608, 3, 48],
  ["sha512", 624, 4, 64],
];

/** Reads mechanism and data of a signing call; a text says what is wrong with them. */
export function readMechanism(body: JsonObject): Asked | string {
  const mechanism = body["Mechanism"];
  const data = decodeBase64(textOf(body, "Data"));
  if (data === undefined || data.length === 0) return "Data is not Base64.";
  switch (mechanism) {
    case 1: {
      const hex = data.toString("hex");
      const found = prefixes.find(
        ([hash, prefix]) => hex.startsWith(prefix) && data.length === prefix.length / 2 + sizeOf(hash),
      );
      if (found === undefined) return "Data of mechanism 1 is not a DigestInfo.";
      return { scheme: "rsa-pkcs1v15", hash: found[0], digest: data.subarray(found[1].length / 2) };
    }
    case 13: {
      const { HashAlg, MGF, SaltLen, ParameterType } = objectOf(body, "Parameter");
      const found = pss.find(([, hash, mask, salt]) => hash === HashAlg && mask === MGF && salt === SaltLen);
      if (ParameterType !== "PKCSPSS" || found === undefined || data.length !== sizeOf(found[0]))
        return "The Parameter of mechanism 13 does not fit the data.";
      return { scheme: "rsa-pss", hash: found[0], digest: data };
    }
    case 4161: {
      const found = sizes.find(([, size]) => size === data.length);
      return found === undefined
        ? "Data of mechanism 4161 is not a digest."
        : { scheme: "ecdsa", hash: found[0], digest: data };
    }
    case 4183:
      return { scheme: "ed25519", hash: "sha256", digest: createHash("sha256").update(data).digest(), message: data };
    default: {
      const found = typeof mechanism === "number" ? hashing.get(mechanism) : undefined;
      if (found === undefined) return "The mechanism is not supported.";
      const [scheme, hash] = found;
      return { scheme, hash, digest: createHash(hash).update(data).digest() };
    }
  }
}

function sizeOf(hash: HashAlgorithm): number {
  return sizes.find(([name]) => name === hash)?.[1] ?? 0;
}
