import { readPublicKey } from "../x509/publicKey.ts";

/** What a service offers that wraps by itself what it signs: it gives out whole envelopes, and no bare signature. */
export interface EnvelopeOffer {
  readonly formats: readonly ("notation-jws" | "notation-cose")[];
  /** Name of its own plug-in, which the envelopes may demand of verifiers. */
  readonly verificationPlugin?: string;
}

/** What planning needs to know of a key; a signing service's description of a key fits it. */
export interface SigningKey {
  readonly name: string;
  readonly spec: "rsa2048" | "rsa3072" | "rsa4096" | "p256" | "p384" | "p521" | "ed25519";
  readonly schemes: readonly {
    readonly scheme: "rsa-pkcs1v15" | "rsa-pss" | "ecdsa" | "ed25519";
    readonly hashes: readonly ("sha256" | "sha384" | "sha512")[];
  }[];
  /** PEM, SubjectPublicKeyInfo. */
  readonly publicKey: string;
  /** PEM, signer first, root last; absent or empty where the service has none. */
  readonly certificateChain?: readonly string[];
  readonly state: "enabled" | "disabled" | "expired";
  readonly needs: readonly ("justification" | "approval" | "pin" | "one-time-code" | "browser")[];
  /** Made for one signing; a certificate vouches for whoever signs in, whom nobody knows before. */
  readonly isEphemeral?: boolean;
  /** Its service hashes by itself, and is given what is signed besides the digest of it. */
  readonly signsMessages?: boolean;
  /** Its service makes whole envelopes only. The described certificates are those that the signer's own must lead to. */
  readonly envelopes?: EnvelopeOffer;
}

/** Whether the described public key has the type and size that its description claims. */
export function matchesSpec(key: SigningKey): boolean {
  const algorithm = key.spec.replace(/^p/, "ecdsa-p").replace(/^rsa/, "rsa-");
  return readPublicKey(key.publicKey)?.algorithm === algorithm;
}
