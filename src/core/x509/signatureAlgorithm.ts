import { constants, verify } from "node:crypto";
import { childrenOf, objectIdentifierOf, smallIntegerOf, type DerElement } from "./der.ts";
import { digestNames, verifyData, type DigestName, type PublicKey } from "./publicKey.ts";

/** How something was signed, as an AlgorithmIdentifier states it. */
export interface SignatureAlgorithm {
  readonly key: "ec" | "rsa" | "ed25519";
  readonly digest: DigestName;
  /** Octets of salt, for RSASSA-PSS; without it RSA is PKCS #1 v1.5. */
  readonly saltLength?: number;
}

/** RFC 5758, RFC 4055, RFC 8410. SHA-1 is left out: what is signed so is not read. */
const algorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map<string, SignatureAlgorithm>([
  ["1.2.840.10045.4.3.2", { key: "ec", digest: "sha256" }],
  ["1.2.840.10045.4.3.3", { key: "ec", digest: "sha384" }],
  ["1.2.840.10045.4.3.4", { key: "ec", digest: "sha512" }],
  ["1.2.840.113549.1.1.11", { key: "rsa", digest: "sha256" }],
  ["1.2.840.113549.1.1.12", { key: "rsa", digest: "sha384" }],
  ["1.2.840.113549.1.1.13", { key: "rsa", digest: "sha512" }],
  ["1.3.101.112", { key: "ed25519", digest: "sha512" }],
]);

const identifiers = { pss: "1.2.840.113549.1.1.10", maskGeneration: "1.2.840.113549.1.1.8" } as const;

/** More salt than any digest has is not read. */
const maximumSalt = 64;

/** Reads an AlgorithmIdentifier of a signature; undefined for any that is refused. */
export function readSignatureAlgorithm(identifier: DerElement | undefined): SignatureAlgorithm | undefined {
  const [name, parameters, ...more] = childrenOf(identifier) ?? [];
  const dotted = objectIdentifierOf(name);
  if (dotted === undefined || more.length > 0) return undefined;
  if (dotted === identifiers.pss) return readPss(parameters);
  return isAbsent(parameters) ? algorithms.get(dotted) : undefined;
}

/** Whether an algorithm's digest is the same all over RSASSA-PSS (RFC 4055, 3.1); the defaults are SHA-1 and so refused. */
function readPss(parameters: DerElement | undefined): SignatureAlgorithm | undefined {
  const fields = childrenOf(parameters) ?? [];
  const [hash, mask, salt, ...more] = fields;
  const digest = readDigestAlgorithm(childrenOf(hash, 0xa0)?.[0]);
  const [generation, maskHash] = childrenOf(childrenOf(mask, 0xa1)?.[0]) ?? [];
  const saltLength = smallIntegerOf(childrenOf(salt, 0xa2)?.[0]);
  // A trailer other than the usual one, [3], is not used by anybody.
  if (digest === undefined || more.length > 0 || objectIdentifierOf(generation) !== identifiers.maskGeneration)
    return undefined;
  if (readDigestAlgorithm(maskHash) !== digest || saltLength === undefined || saltLength > maximumSalt)
    return undefined;
  return { key: "rsa", digest, saltLength };
}

/** Reads an AlgorithmIdentifier of a digest (RFC 5754, 2); undefined for any that is refused. */
export function readDigestAlgorithm(identifier: DerElement | undefined): DigestName | undefined {
  const [name, parameters, ...more] = childrenOf(identifier) ?? [];
  return more.length === 0 && isAbsent(parameters) ? digestNames.get(objectIdentifierOf(name) ?? "") : undefined;
}

/** Parameters that an algorithm does not have; NULL stands for none (RFC 4055, 5). */
function isAbsent(parameters: DerElement | undefined): boolean {
  return parameters === undefined || (parameters.tag === 0x05 && parameters.content.length === 0);
}

/** Whether `signature` over `data` is by `key`, exactly as it is stated to have been made. */
export function isSignedAs(
  algorithm: SignatureAlgorithm,
  key: PublicKey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (key.key.asymmetricKeyType !== algorithm.key) return false;
  if (algorithm.key !== "rsa") return verifyData(key, algorithm.digest, data, signature);
  const { saltLength, digest } = algorithm;
  // A key that says that it is for RSASSA-PSS signs nothing else (RFC 4055, 1.2).
  if (saltLength === undefined && key.onlyPss === true) return false;
  const how =
    saltLength === undefined
      ? { key: key.key, padding: constants.RSA_PKCS1_PADDING }
      : { key: key.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  try {
    return verify(digest, data, how, signature);
  } catch {
    return false;
  }
}
