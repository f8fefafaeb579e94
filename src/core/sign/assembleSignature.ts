import { createHash } from "node:crypto";
import { signatureTag } from "../image/attachmentTag.ts";
import { readNotaryEnvelope } from "../signature/notation.ts";
import { readPublicKey } from "../x509/publicKey.ts";
import { childrenOf, readElement } from "../x509/der.ts";
import { assembleBundle, type SignatureWitness } from "./assembleBundle.ts";
import { attachBundle, attachNotaryEnvelope, describeBytes, type AssembledSignature } from "./attachment.ts";
import { toSideBySide } from "./ecdsaSignature.ts";
import { assembleNotaryEnvelope, notaryEnvelopeTypes, type NotaryFormat } from "./notaryEnvelope.ts";
import { notaryChainOf } from "./notaryFit.ts";
import type { SignaturePlan } from "./plan.ts";
import { signaturePredicate } from "./statement.ts";
import { simpleSigningLayer, simpleSigningManifest } from "./simpleSigning.ts";

/**
 * Puts a signature into its envelope, and that into the manifest that attaches it. `signature` is the checked one, DER for
 * ECDSA, or the envelope that a service made. `created` is the time that a manifest claims; nothing rests on it.
 */
export function assembleSignature(
  plan: SignaturePlan,
  signature: Uint8Array,
  created: Date,
  witness: SignatureWitness = {},
): AssembledSignature {
  switch (plan.format) {
    case "sigstore-bundle": {
      const content = { kind: "envelope", payloadType: plan.payloadType, payload: plan.payload } as const;
      const bundle = assembleBundle(content, plan.key.publicKey, signature, witness);
      return attachBundle(bundle, plan.image, created, plan.terms.predicate?.type ?? signaturePredicate);
    }
    case "cosign": {
      const envelope = simpleSigningLayer(plan.payload, signature, witness.timestamps?.[0]);
      const { config, manifest } = simpleSigningManifest(envelope.descriptor);
      return { kind: "signature-tag", tag: signatureTag(plan.image.digest), envelope, config, manifest };
    }
    case "notation-jws":
    case "notation-cose":
      return plan.envelope === undefined
        ? assembleNotary(plan, plan.format, signature, created, witness)
        : attachNotary(plan, plan.format, signature, chainIn(plan.format, signature), created);
  }
}

/** The bytes that a time stamp is for: the signature as the envelope carries it. */
export function stampedBytes(plan: SignaturePlan, signature: Uint8Array): Uint8Array {
  return plan.format === "notation-jws" || plan.format === "notation-cose"
    ? asEnvelopesHaveIt(plan.key.publicKey, signature)
    : signature;
}

function assembleNotary(
  plan: SignaturePlan,
  format: NotaryFormat,
  signature: Uint8Array,
  created: Date,
  { timestamps = [] }: SignatureWitness,
): AssembledSignature {
  const chain = (notaryChainOf(plan.key) ?? []).map(({ der }) => der);
  // Envelopes carry the bare token; a TimeStampResp holds it after its status.
  const [stamp] = timestamps;
  const token = stamp === undefined ? undefined : childrenOf(readElement(stamp))?.[1]?.whole;
  const bytes = assembleNotaryEnvelope(format, {
    payload: plan.payload,
    header: plan.protectedHeader ?? new Uint8Array(0),
    signature: asEnvelopesHaveIt(plan.key.publicKey, signature),
    chain,
    ...(token === undefined ? {} : { timestamp: token }),
  });
  return attachNotary(plan, format, bytes, chain, created);
}

function attachNotary(
  plan: SignaturePlan,
  format: NotaryFormat,
  bytes: Uint8Array,
  chain: readonly Uint8Array[],
  created: Date,
): AssembledSignature {
  const thumbprints = chain.map((der) => createHash("sha256").update(der).digest("hex"));
  return attachNotaryEnvelope(describeBytes(notaryEnvelopeTypes[format], bytes), thumbprints, plan.image, created);
}

function chainIn(format: NotaryFormat, envelope: Uint8Array): readonly Uint8Array[] {
  const read = readNotaryEnvelope(format, envelope);
  return read.kind === "envelope" ? read.envelope.chain : [];
}

/** ECDSA as r and s side by side (RFC 7518, 3.4; RFC 9053, 2.1); RSA as it is. */
function asEnvelopesHaveIt(publicKey: string, signature: Uint8Array): Uint8Array {
  const curve = readPublicKey(publicKey)?.key.asymmetricKeyDetails?.namedCurve;
  return (curve === undefined ? undefined : toSideBySide(signature, curve)) ?? signature;
}
