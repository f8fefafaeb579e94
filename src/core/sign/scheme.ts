import type { Problem } from "../problem.ts";
import { notaryFit, notarySchemeOf } from "./notaryFit.ts";
import { matchesSpec, type EnvelopeOffer, type SigningKey } from "./signingKey.ts";

/** The formats that signing can produce. */
export type SigningFormat = "sigstore-bundle" | "cosign" | "notation-jws" | "notation-cose";

/** How a digest, or for Ed25519 the message, is turned into a signature. `hash` names the digest of the message in either case. */
export interface SigningScheme {
  readonly scheme: "rsa-pkcs1v15" | "rsa-pss" | "ecdsa" | "ed25519";
  readonly hash: "sha256" | "sha384" | "sha512";
}

/** The formats that people may name, the usual one first. */
export const signingFormats: readonly SigningFormat[] = ["sigstore-bundle", "cosign", "notation-jws", "notation-cose"];

/** Whether `text` names a format that signing produces. */
export function isSigningFormat(text: string): text is SigningFormat {
  return signingFormats.some((format) => format === text);
}

/** Whether the format is an envelope of the Notary Project. */
export function isNotaryFormat(format: SigningFormat): format is "notation-jws" | "notation-cose" {
  return format === "notation-jws" || format === "notation-cose";
}

/** A scheme, or one problem that says why the key cannot be used. */
export interface ChosenScheme {
  readonly value: SigningScheme | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Chooses the scheme for a key and a format, before anything is sent, or says why the key cannot be used. The Notary
 * Project has one algorithm for each key. `cosign verify --key` checks with SHA-256 whatever the curve and with
 * PKCS #1 v1.5 for RSA, so a P-384 key signs with SHA-256 for it although its natural pair is SHA-384.
 */
export function chooseScheme(key: SigningKey, format: SigningFormat): ChosenScheme {
  if (key.state !== "enabled") return refuse("key-not-enabled", `Key '${key.name}' is ${key.state} and cannot sign.`);
  if (!matchesSpec(key))
    return refuse(
      "key-description-wrong",
      `Key '${key.name}' is described as ${key.spec}, but its public key is not one; nothing was sent.`,
    );
  if (key.envelopes !== undefined) return schemeInEnvelope(key, key.envelopes, format);
  if (isNotaryFormat(format)) {
    const fit = notaryFit(key);
    return "code" in fit ? refuse(fit.code, fit.message) : offered(key, fit, format);
  }
  if (key.spec === "ed25519") {
    if (key.schemes.some(({ scheme }) => scheme === "ed25519"))
      return { value: { scheme: "ed25519", hash: "sha256" }, problems: [] };
    return refuse(
      "key-unusable",
      `Key '${key.name}' is an Ed25519 key, which signs whole messages; the service does not offer that.`,
    );
  }
  return offered(key, { scheme: key.spec.startsWith("rsa") ? "rsa-pkcs1v15" : "ecdsa", hash: "sha256" }, format);
}

/** The service chooses by its own key. Named is what the Notary Project demands of the described one. */
function schemeInEnvelope(key: SigningKey, { formats }: EnvelopeOffer, format: SigningFormat): ChosenScheme {
  if (!formats.some((each) => each === format))
    return refuse(
      "key-unusable",
      `The service of key '${key.name}' makes whole envelopes of the Notary Project and no others: sign as ${formats.join(" or ")}.`,
    );
  const value = notarySchemeOf(key.spec);
  return value === undefined
    ? refuse("key-unusable", `Key '${key.name}' is of a kind that the Notary Project does not know.`)
    : { value, problems: [] };
}

const schemeNames: Readonly<Record<SigningScheme["scheme"], string>> = {
  "rsa-pkcs1v15": "RSA PKCS #1 v1.5",
  "rsa-pss": "RSA PSS",
  ecdsa: "ECDSA",
  ed25519: "Ed25519",
};

function offered(key: SigningKey, wanted: SigningScheme, format: SigningFormat): ChosenScheme {
  if (key.schemes.some(({ scheme, hashes }) => scheme === wanted.scheme && hashes.includes(wanted.hash)))
    return { value: wanted, problems: [] };
  return refuse(
    "key-unusable",
    `Key '${key.name}' does not sign with ${schemeNames[wanted.scheme]} and ${wanted.hash.replace("sha", "SHA-")}, which the format ${format} needs.`,
  );
}

function refuse(code: string, message: string): { value: undefined; problems: readonly Problem[] } {
  return { value: undefined, problems: [{ code, message }] };
}
