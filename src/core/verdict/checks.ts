import { shortDigest } from "../image/digest.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { Descriptor } from "./evidence.ts";
import type { Signer, TraceStep } from "./verdict.ts";

/**
 * What was compared before a signature was called valid, in order. Each of these comparisons can make it invalid, so that a
 * valid one has passed them all; of one that is not valid, its own step says which it has failed.
 */
export function checksOf({ found, outcome }: AssessedSignature, image: Descriptor): readonly TraceStep[] {
  if (outcome.kind !== "valid" || found.content.kind === "invalid" || found.content.kind === "unsupported") return [];
  const { signer, provenTimes } = outcome;
  const digest = shortDigest(image.digest);
  if (found.content.kind === "notary")
    return [
      passed(
        `The envelope's signature fits its payload under ${keyOf(signer)}, by the algorithm of that key.`,
        notarySignature,
      ),
      passed(`The payload names the image's media type, its digest ${digest} and its size.`, notaryPayload),
      passed("Every critical attribute is known, and the chain is in order up to its root.", notaryChain),
    ];
  const [says, section] =
    found.content.material.message.kind === "digest"
      ? [`The signature is over the image's own digest, ${digest}.`, digestSection]
      : found.format === "sigstore-bundle"
        ? [`The manifest's subject and the signed statement both name ${digest} as the image.`, statementSection]
        : [`The signed payload names ${digest} as the image.`, payloadSection];
  const log = provenTimes.find(({ by }) => by === "transparency-log");
  const stamp = provenTimes.find(({ by }) => by === "timestamp");
  return [
    passed(says, section),
    passed(
      `The signature fits the signed bytes under ${keyOf(signer)}.`,
      section === statementSection ? envelopeSection : section,
    ),
    ...(signer.certificate === undefined
      ? []
      : [
          passed(
            `Certificate ${signer.certificate.serialNumber} was issued under the trusted root, and every certificate of its path held at ${timesOf(provenTimes)}.`,
            "RFC 5280, 6.1",
          ),
        ]),
    ...(log === undefined
      ? []
      : [
          passed(
            `The log's entry of ${log.at.toISOString()} holds the same signature, the same signer and the same hash, under the log's own key.`,
            "Sigstore client specification, 4.4",
          ),
        ]),
    ...(stamp === undefined
      ? []
      : [
          passed(
            `The time stamp of ${stamp.at.toISOString()} is over this signature, by an authority of the root.`,
            "RFC 3161, 2.4.2; RFC 5816",
          ),
        ]),
  ];
}

const statementSection = "in-toto attestation framework 1.0, Statement; OCI image specification 1.1, subject";
const digestSection = "Sigstore client specification, 4.5";
const payloadSection = "cosign signature specification, Simple Signing";
const envelopeSection = "DSSE protocol 1.0, Protocol";
const notarySignature = "Notary Project, signature specification, Signature algorithm requirements";
const notaryPayload = "Notary Project, signature specification, Payload";
const notaryChain = "Notary Project, signature specification, Certificate requirements";

function passed(text: string, section: string): TraceStep {
  return { step: "signature", outcome: "passed", text, section };
}

function keyOf({ fingerprint, algorithm }: Signer): string {
  const which = fingerprint === undefined ? "the signer's key" : `the key ${fingerprint.slice(0, 12)}`;
  return algorithm === undefined ? which : `${which} (${algorithm})`;
}

function timesOf(times: readonly { readonly at: Date }[]): string {
  return times.map(({ at }) => at.toISOString()).join(" and ");
}
