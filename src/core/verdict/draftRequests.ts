import type { DraftRequest, DraftSigner } from "../policy/draftRule.ts";
import type { FoundSignature } from "../signature/foundSignature.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import type { Evidence } from "./evidence.ts";
import { signaturesIn } from "./judge.ts";
import type { SignatureVerdict, Verdict } from "./verdict.ts";

/**
 * Who has signed an image, as rules can be drafted for them, in the order of the verdict's signatures. A signature by a key
 * names no key that could be stated, so that keys (PEM) are looked for among `keys`. A certificate of the Notary Project is
 * taken from its envelope and proven by nobody yet: what is drafted for it must be judged.
 */
export function draftRequestsOf(
  evidence: Evidence,
  verdict: Verdict,
  keys: readonly string[],
): readonly DraftRequest[] {
  if (evidence.image === undefined) return [];
  const { signatures } = signaturesIn(evidence, evidence.image);
  return signatures.flatMap((found, index) => {
    const judged = verdict.signatures[index];
    const signer = judged === undefined || found.purpose !== "signature" ? undefined : signerOf(found, judged, keys);
    if (signer === undefined) return [];
    const logged = found.content.kind === "readable" && found.content.material.logEntries.length > 0;
    return [{ reference: evidence.reference, signer, format: found.format, logged }];
  });
}

function signerOf(
  { content }: FoundSignature,
  { valid, signer }: SignatureVerdict,
  keys: readonly string[],
): DraftSigner | undefined {
  if (content.kind === "notary") {
    const { chain } = content.envelope;
    const [leaf] = chain;
    const root = chain.at(-1);
    return leaf === undefined || root === undefined
      ? undefined
      : { kind: "certificate", leaf: pemOf(leaf), root: pemOf(root) };
  }
  if (!valid || signer === undefined) return undefined;
  if (signer.kind === "certificate")
    return signer.identity === undefined || signer.issuer === undefined
      ? undefined
      : { kind: "identity", issuer: signer.issuer, subject: signer.identity };
  const publicKey = keys.find((pem) => readPublicKey(pem)?.fingerprint === signer.fingerprint);
  return publicKey === undefined ? undefined : { kind: "key", publicKey };
}

function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{64}(?=.)/gu, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
