import { createHash, createPublicKey, type KeyObject } from "node:crypto";

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
  readonly state: "enabled" | "disabled" | "expired";
  readonly needs: readonly ("justification" | "approval")[];
}

/** Sizes and curves as node:crypto names them, by specification. */
const shapes = new Map<SigningKey["spec"], { readonly type: string; readonly curve?: string; readonly bits?: number }>([
  ["rsa2048", { type: "rsa", bits: 2048 }],
  ["rsa3072", { type: "rsa", bits: 3072 }],
  ["rsa4096", { type: "rsa", bits: 4096 }],
  ["p256", { type: "ec", curve: "prime256v1" }],
  ["p384", { type: "ec", curve: "secp384r1" }],
  ["p521", { type: "ec", curve: "secp521r1" }],
  ["ed25519", { type: "ed25519" }],
]);

/** Parses a public key in PEM (SubjectPublicKeyInfo); undefined where the text is none. Private keys are refused. */
export function readPublicKey(pem: string): KeyObject | undefined {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return undefined;
  try {
    return createPublicKey({ key: pem, format: "pem" });
  } catch {
    return undefined;
  }
}

/** SHA-256 of a public key's SubjectPublicKeyInfo: two keys are the same where these are. Undefined where the text is no key. */
export function keyFingerprint(pem: string): Buffer | undefined {
  const key = readPublicKey(pem);
  return key === undefined
    ? undefined
    : createHash("sha256")
        .update(key.export({ type: "spki", format: "der" }))
        .digest();
}

/** Whether the described public key has the type and size that its description claims. */
export function matchesSpec(key: SigningKey): boolean {
  const parsed = readPublicKey(key.publicKey);
  const shape = shapes.get(key.spec);
  if (parsed === undefined || shape === undefined) return false;
  const details = parsed.asymmetricKeyDetails;
  return (
    parsed.asymmetricKeyType === shape.type &&
    (shape.curve === undefined || details?.namedCurve === shape.curve) &&
    (shape.bits === undefined || details?.modulusLength === shape.bits)
  );
}
