import { constants, verify } from "node:crypto";
import { readPublicKey, verifyData } from "../x509/publicKey.ts";
import { isDerSignature } from "./ecdsaSignature.ts";

/** Longer than any signature of a supported key. */
const maximumLength = 1024;

/** Whether `signature` is the key's over the message: ECDSA in strict DER, RSA with either padding (PSS: a salt as long as the hash), or Ed25519. */
export function isSignatureOver(
  message: Uint8Array,
  signature: Uint8Array,
  how: {
    readonly publicKey: string;
    readonly scheme: "rsa-pkcs1v15" | "rsa-pss" | "ecdsa" | "ed25519";
    readonly hash: "sha256" | "sha384" | "sha512";
  },
): boolean {
  const key = readPublicKey(how.publicKey);
  if (key === undefined || signature.length === 0 || signature.length > maximumLength) return false;
  if (!key.algorithm.startsWith(how.scheme.split("-")[0] ?? "")) return false;
  const curve = key.key.asymmetricKeyDetails?.namedCurve;
  if (curve !== undefined && !isDerSignature(signature, curve)) return false;
  if (how.scheme !== "rsa-pss") return verifyData(key, how.hash, message, signature);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  try {
    return verify(
      how.hash,
      message,
      { key: key.key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      signature,
    );
  } catch {
    return false;
  }
}
