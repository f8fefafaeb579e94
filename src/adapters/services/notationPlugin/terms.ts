import type { HashAlgorithm, KeySpec, SignatureScheme } from "../../../application/signingService.ts";

/** The version of the plug-in protocol that is spoken (Notary Project, plugin extensibility specification). */
export const contractVersion = "1.0";

/** The capability of a plug-in that signs what notation then wraps. */
export const rawCapability = "SIGNATURE_GENERATOR.RAW";

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

const algorithms: ReadonlyMap<KeySpec, NotationAlgorithm> = new Map<KeySpec, NotationAlgorithm>([
  ["rsa2048", algorithm("RSA-2048", "rsa-pss", "sha256")],
  ["rsa3072", algorithm("RSA-3072", "rsa-pss", "sha384")],
  ["rsa4096", algorithm("RSA-4096", "rsa-pss", "sha512")],
  ["p256", algorithm("EC-256", "ecdsa", "sha256")],
  ["p384", algorithm("EC-384", "ecdsa", "sha384")],
  // The specification names the curve by its bits here, and not as NIST does with P.
  ["p521", algorithm("EC-521", "ecdsa", "sha512")],
]);

/** The algorithm for a key; undefined where the Notary Project has none, which is so for Ed25519. */
export function notationAlgorithmOf(spec: KeySpec): NotationAlgorithm | undefined {
  return algorithms.get(spec);
}

/** The kind of a key that a plug-in describes; undefined for one that is not known. */
export function keySpecOf(
  keySpec: unknown,
): { readonly spec: KeySpec; readonly algorithm: NotationAlgorithm } | undefined {
  for (const [spec, candidate] of algorithms) if (candidate.keySpec === keySpec) return { spec, algorithm: candidate };
  return undefined;
}

function algorithm(keySpec: string, scheme: SignatureScheme, hash: HashAlgorithm): NotationAlgorithm {
  const hashAlgorithm = hash.replace("sha", "SHA-");
  const family = scheme === "ecdsa" ? "ECDSA" : "RSASSA-PSS";
  return { keySpec, scheme, hash, hashAlgorithm, signingAlgorithm: `${family}-${hashAlgorithm}` };
}
