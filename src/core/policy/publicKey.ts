import { createPublicKey } from "node:crypto";

/** A public key of a policy, or why it is none, in words that follow "the key". */
export type PublicKeyText =
  | { readonly kind: "key"; readonly pem: string }
  | { readonly kind: "unusable"; readonly why: string };

const maximumLength = 16_384;
const curves = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/**
 * Reads every PEM block (RFC 7468) of a text as a public key (SubjectPublicKeyInfo), in order. Only ECDSA on the NIST
 * curves, RSA of 2048 bits and more, and Ed25519 are usable. A private key is never read.
 */
export function readPublicKeys(text: string): readonly PublicKeyText[] {
  if (text.length > maximumLength) return [unusable(`is longer than ${maximumLength} characters`)];
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----/g)];
  if (blocks.length === 0) return [unusable("is no PEM text")];
  return blocks.map(([block, label = ""]) => {
    if (label.includes("PRIVATE")) return unusable("is a private key, which must never stand in a file like this");
    if (label !== "PUBLIC KEY") return unusable(`is a PEM block of type '${label}' instead of 'PUBLIC KEY'`);
    return readBlock(block);
  });
}

function readBlock(pem: string): PublicKeyText {
  try {
    const key = createPublicKey({ key: pem, format: "pem", type: "spki" });
    const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
    switch (key.asymmetricKeyType) {
      case "ed25519":
        break;
      case "ec":
        if (!curves.has(namedCurve)) return unusable(`is on the curve '${namedCurve}', which is not supported`);
        break;
      case "rsa":
        if (modulusLength < 2048) return unusable(`is an RSA key of ${modulusLength} bits, fewer than 2048`);
        break;
      default:
        return unusable(`is of the type '${key.asymmetricKeyType ?? "unknown"}', which is not supported`);
    }
    return { kind: "key", pem: key.export({ type: "spki", format: "pem" }).toString() };
  } catch {
    return unusable("cannot be decoded");
  }
}

function unusable(why: string): PublicKeyText {
  return { kind: "unusable", why };
}
