import type { Problem } from "../problem.ts";
import { matchesSpec, type SigningKey } from "./signingKey.ts";

/** The formats that signing can produce. */
export type SigningFormat = "sigstore-bundle";

/** How a digest, or for Ed25519 the message, is turned into a signature. `hash` names the digest of the message in either case. */
export interface SigningScheme {
  readonly scheme: "rsa-pkcs1v15" | "ecdsa" | "ed25519";
  readonly hash: "sha256";
}

/** The formats that people may name, and whether signing produces them. */
export const signingFormats: readonly { readonly format: string; readonly produced: boolean }[] = [
  { format: "sigstore-bundle", produced: true },
  { format: "cosign", produced: false },
  { format: "notation-jws", produced: false },
  { format: "notation-cose", produced: false },
];

/** Whether `text` names a format that signing produces. */
export function isSigningFormat(text: string): text is SigningFormat {
  return signingFormats.some(({ format, produced }) => produced && format === text);
}

/**
 * Chooses the scheme for a key and a format, before anything is sent, or says why the key cannot be used.
 * `cosign verify --key` checks a bundle's envelope with SHA-256 whatever the curve and with PKCS #1 v1.5 for RSA,
 * so a P-384 key signs with SHA-256 here although its natural pair is SHA-384.
 */
export function chooseScheme(
  key: SigningKey,
  format: SigningFormat,
): { readonly value: SigningScheme | undefined; readonly problems: readonly Problem[] } {
  if (key.state !== "enabled") return refuse("key-not-enabled", `Key '${key.name}' is ${key.state} and cannot sign.`);
  if (!matchesSpec(key))
    return refuse(
      "key-description-wrong",
      `Key '${key.name}' is described as ${key.spec}, but its public key is not one; nothing was sent.`,
    );
  if (key.spec === "ed25519") {
    if (key.schemes.some(({ scheme }) => scheme === "ed25519"))
      return { value: { scheme: "ed25519", hash: "sha256" }, problems: [] };
    return refuse(
      "key-unusable",
      `Key '${key.name}' is an Ed25519 key, which signs whole messages; the service does not offer that.`,
    );
  }
  const scheme = key.spec.startsWith("rsa") ? "rsa-pkcs1v15" : "ecdsa";
  const offered = key.schemes.some((entry) => entry.scheme === scheme && entry.hashes.includes("sha256"));
  if (!offered) {
    const name = scheme === "ecdsa" ? "ECDSA" : "RSA PKCS #1 v1.5";
    return refuse(
      "key-unusable",
      `Key '${key.name}' does not sign with ${name} and SHA-256, which the format ${format} needs.`,
    );
  }
  return { value: { scheme, hash: "sha256" }, problems: [] };
}

function refuse(code: string, message: string): { value: undefined; problems: readonly Problem[] } {
  return { value: undefined, problems: [{ code, message }] };
}
