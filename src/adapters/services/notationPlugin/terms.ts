import type { HashAlgorithm, KeySpec, SignatureScheme } from "../../../application/signingService.ts";
import { notarySchemeOf } from "../../../core/sign/notaryFit.ts";

/** The version of the plug-in protocol that is spoken (Notary Project, plugin extensibility specification). */
export const contractVersion = "1.0";

/** The capability of a plug-in that signs what notation then wraps. */
export const rawCapability = "SIGNATURE_GENERATOR.RAW";

/** The capability of a plug-in that makes whole envelopes. */
export const envelopeCapability = "SIGNATURE_GENERATOR.ENVELOPE";

/** The capabilities of a plug-in that its own signatures may demand of verifiers. */
export const verifierCapabilities = ["SIGNATURE_VERIFIER.TRUSTED_IDENTITY", "SIGNATURE_VERIFIER.REVOCATION_CHECK"];

/** How the Notary Project signs with a key: the one algorithm for each kind (signature specification, Algorithm Selection). */
export interface NotationAlgorithm {
  /** As `describe-key` says it. */
  readonly keySpec: string;
  readonly scheme: SignatureScheme;
  readonly hash: HashAlgorithm;
  /** As `generate-signature` is asked for it. */
  readonly hashAlgorithm: string;
  /** As `generate-signature` answers. */
  readonly signingAlgorithm: string;
}

/** The specification names curves by their bits here, and not as NIST does with P. */
const keySpecs: ReadonlyMap<KeySpec, string> = new Map<KeySpec, string>([
  ["rsa2048", "RSA-2048"],
  ["rsa3072", "RSA-3072"],
  ["rsa4096", "RSA-4096"],
  ["p256", "EC-256"],
  ["p384", "EC-384"],
  ["p521", "EC-521"],
]);

/** The algorithm for a key; undefined where the Notary Project has none, which is so for Ed25519. */
export function notationAlgorithmOf(spec: KeySpec): NotationAlgorithm | undefined {
  const [keySpec, chosen] = [keySpecs.get(spec), notarySchemeOf(spec)];
  if (keySpec === undefined || chosen === undefined) return undefined;
  const hashAlgorithm = chosen.hash.replace("sha", "SHA-");
  const family = chosen.scheme === "ecdsa" ? "ECDSA" : "RSASSA-PSS";
  return { keySpec, ...chosen, hashAlgorithm, signingAlgorithm: `${family}-${hashAlgorithm}` };
}

/** The kind of a key that a plug-in describes; undefined for one that is not known. */
export function specOfKeySpec(keySpec: unknown): KeySpec | undefined {
  return [...keySpecs].find(([, name]) => name === keySpec)?.[0];
}
