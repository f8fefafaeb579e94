import type { HashAlgorithm, KeyDescription, KeySpec, SignatureScheme } from "../../../application/signingService.ts";
import { hashAlgorithms } from "../keyKinds.ts";

/** Digests by their object identifiers (RFC 5754, 2). */
export const hashIds: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "2.16.840.1.101.3.4.2.1",
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};

/** RSA and EC as kinds of keys, which leave the digest to the request; and id-RSASSA-PSS, whose parameters name it. */
const rsaKey = "1.2.840.113549.1.1.1";
const ecKey = "1.2.840.10045.2.1";
const pss = "1.2.840.113549.1.1.10";

/** With PKCS #1 v1.5 (RFC 8017, appendix C), and ECDSA (RFC 5758, 3.2). */
const rsaWith: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "1.2.840.113549.1.1.11",
  sha384: "1.2.840.113549.1.1.12",
  sha512: "1.2.840.113549.1.1.13",
};
const ecdsaWith: Readonly<Record<HashAlgorithm, string>> = {
  sha256: "1.2.840.10045.4.3.2",
  sha384: "1.2.840.10045.4.3.3",
  sha512: "1.2.840.10045.4.3.4",
};

/** The members of a request that say how to sign. */
export interface CscAlgorithm {
  readonly signAlgo: string;
  /** Base64 of DER, for PSS. */
  readonly signAlgoParams?: string;
}

/** How a scheme with a digest is asked for from a key that names these algorithms; undefined where it does not offer that. */
export function algorithmOf(
  scheme: SignatureScheme,
  hash: HashAlgorithm,
  offered: readonly string[],
): CscAlgorithm | undefined {
  switch (scheme) {
    case "rsa-pkcs1v15":
      return named([rsaWith[hash], rsaKey], offered);
    case "ecdsa":
      return named([ecdsaWith[hash], ecKey], offered);
    case "rsa-pss":
      return offered.includes(pss) ? { signAlgo: pss, signAlgoParams: pssParameters(hash) } : undefined;
    case "ed25519":
      // The interface takes digests only.
      return undefined;
  }
}

/** What a key of this kind signs, by the algorithms that it names. */
export function schemesOffered(spec: KeySpec, offered: readonly string[]): KeyDescription["schemes"] {
  const schemes: readonly SignatureScheme[] = spec.startsWith("rsa") ? ["rsa-pkcs1v15", "rsa-pss"] : ["ecdsa"];
  if (spec === "ed25519") return [];
  return schemes.flatMap((scheme) => {
    const hashes = hashAlgorithms.filter((hash) => algorithmOf(scheme, hash, offered) !== undefined);
    return hashes.length === 0 ? [] : [{ scheme, hashes }];
  });
}

function named(wanted: readonly string[], offered: readonly string[]): CscAlgorithm | undefined {
  const signAlgo = wanted.find((id) => offered.includes(id));
  return signAlgo === undefined ? undefined : { signAlgo };
}

/** RSASSA-PSS-params in DER (RFC 4055, 3.1): the digest, MGF1 with the same one, and a salt as long as it. */
function pssParameters(hash: HashAlgorithm): string {
  const last = { sha256: "01", sha384: "02", sha512: "03" }[hash];
  const algorithm = `300d06096086480165030402${last}0500`;
  const salt = { sha256: "20", sha384: "30", sha512: "40" }[hash];
  const hex = `3034a00f${algorithm}a11c301a06092a864886f70d010108${algorithm}a2030201${salt}`;
  return Buffer.from(hex, "hex").toString("base64");
}
