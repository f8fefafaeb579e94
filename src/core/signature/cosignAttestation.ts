import type { Descriptor } from "../verdict/evidence.ts";
import type { Reason } from "../verdict/verdict.ts";
import { readAttachedStatement } from "./attachedStatement.ts";
import { readCosignAnnotations } from "./cosignAnnotations.ts";
import { readEnvelope } from "./envelope.ts";
import type { FoundSignature } from "./foundSignature.ts";

/** Media type of a layer that is a signed statement in cosign's first format (cosign ATTESTATION_SPEC). */
export const envelopeMediaType = "application/vnd.dsse.envelope.v1+json";

type Attested = Pick<FoundSignature, "purpose" | "predicateType" | "content">;

/**
 * Reads one layer of an `.att` manifest: the blob is a DSSE envelope with its signature, its descriptor's annotations hold
 * who made it. The statement's own predicate type counts, never the one that the annotations name.
 */
export function readCosignAttestation(layer: Descriptor, bytes: Uint8Array, image: string): Attested {
  const envelope = readEnvelope(bytes);
  if ("code" in envelope) return invalid(envelope);
  const { signature, payloadType, payload } = envelope;
  const { objection, ...about } = readAttachedStatement(payloadType, payload, image);
  if (objection !== undefined) return { ...about, content: { kind: "invalid", reason: objection } };
  const annotations = readCosignAnnotations(layer);
  if ("code" in annotations) return { ...about, content: { kind: "invalid", reason: annotations } };
  const { signer, logEntries, timestamps } = annotations;
  const message = { kind: "envelope", payloadType, payload, whole: bytes } as const;
  return {
    ...about,
    // Unlike everywhere else, the time stamps here are over the whole envelope. cosign signed with SHA-256 whatever the key.
    content: {
      kind: "readable",
      material: { signature, message, signer, logEntries, timestamps, stamped: bytes, alsoDigests: ["sha256"] },
    },
  };
}

function invalid(reason: Reason): Attested {
  return { purpose: "attestation", content: { kind: "invalid", reason } };
}
