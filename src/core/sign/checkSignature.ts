import type { Parsed } from "../problem.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import { checkEnvelope } from "./checkEnvelope.ts";
import { isDerSignature, isSideBySide } from "./ecdsaSignature.ts";
import type { PlannedSignature } from "./plan.ts";
import { isSignatureOver } from "./verifyMessage.ts";

/** Longer than any signature of a supported key. */
const maximumLength = 1024;

/**
 * Checks what a service returned against the plan: the encoding first, then the signature itself by the key that the
 * service described; or the whole envelope, where the service makes that. Gives what the service returned, or one problem:
 * `signature-encoding`, `signature-wrong` or one of `checkEnvelope`.
 */
export function checkSignature(plan: PlannedSignature, signature: Uint8Array): Parsed<Uint8Array> {
  if (plan.envelope !== undefined) return checkEnvelope(plan, plan.envelope, signature);
  const key = readPublicKey(plan.key.publicKey);
  if (key === undefined) return refuse("signature-wrong", `Key '${plan.key.name}' has no readable public key.`);
  if (signature.length === 0 || signature.length > maximumLength)
    return refuse("signature-encoding", `The service returned ${signature.length} bytes, which is no signature.`);
  const curve = key.key.asymmetricKeyDetails?.namedCurve;
  if (curve !== undefined && !isDerSignature(signature, curve)) {
    const what = isSideBySide(signature, curve)
      ? "r and s side by side where DER is expected"
      : "something that is not an ECDSA signature in DER";
    return refuse("signature-encoding", `The service returned ${what}.`);
  }
  return isSignatureOver(plan.signedBytes, signature, { publicKey: plan.key.publicKey, ...plan.scheme })
    ? { value: signature, problems: [] }
    : refuse(
        "signature-wrong",
        `What the service returned is not a signature by key '${plan.key.name}' over what was sent.`,
      );
}

function refuse(code: string, message: string): Parsed<Uint8Array> {
  return { value: undefined, problems: [{ code, message }] };
}
