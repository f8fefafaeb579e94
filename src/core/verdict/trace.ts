import { shortDigest } from "../image/digest.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { RuleDecision } from "./decideRule.ts";
import type { Lookup } from "./evidence.ts";
import type { Attachment, Governance, Reason, SignatureVerdict, Signer, TraceStep } from "./verdict.ts";

/** A look-up as a step. */
export function describeLookup({ kind, target, at, outcome, failure }: Lookup): TraceStep {
  const what = {
    image: "the image",
    referrers: "what refers to it",
    "referrers-tag": "what refers to it, by tag",
    "signature-tag": "its signature tag",
    "attestation-tag": "its attestation tag",
    "sbom-tag": "its SBOM tag",
  };
  const result = outcome === "failed" ? `failed: ${failure?.message ?? "no reason is known"}` : outcome;
  return {
    step: "look-up",
    outcome: outcome === "failed" ? "failed" : outcome === "found" ? "passed" : "note",
    text: `Asked for ${what[kind]} (${target}) at ${at}: ${result}`,
  };
}

/** What verdicts say of one signature, and the step that says how it came to be. */
export function toSignatureVerdict(
  { found, outcome }: AssessedSignature,
  accepted: boolean,
  governance: Governance | undefined,
): { readonly verdict: SignatureVerdict; readonly step: TraceStep } {
  const valid = outcome.kind === "valid";
  const [time] = valid ? outcome.provenTimes : [];
  const signer = outcome.signer;
  const reasons = valid ? reasonsOfValid(found.purpose, accepted) : [outcome.reason];
  const verdict: SignatureVerdict = {
    format: found.format,
    manifest: found.manifest,
    purpose: found.purpose,
    ...(found.predicateType === undefined ? {} : { predicateType: found.predicateType }),
    valid,
    trusted: valid && accepted,
    ...(signer === undefined ? {} : { signer }),
    ...(time === undefined ? {} : { signedAt: time.at.toISOString(), provenBy: time.by }),
    ...(governance === undefined ? {} : { governance }),
    reasons,
  };
  const said = valid ? `valid, by ${nameOf(signer)}` : `not valid: ${outcome.reason.message}`;
  const proven =
    time === undefined
      ? ""
      : ` at ${time.at.toISOString()}, which a ${time.by === "timestamp" ? "time-stamp authority" : "transparency log"} proves`;
  return {
    verdict,
    step: {
      step: "signature",
      outcome: valid ? "passed" : "failed",
      text: `${found.purpose === "signature" ? "Signature" : "Attestation"} (${found.format}): ${said}${proven}`,
    },
  };
}

/** What a security team asks of the signer, as a step. */
export function describeGovernance(governance: Governance | undefined): readonly TraceStep[] {
  if (governance === undefined) return [];
  const { authority, managedIn, attributesFrom, revocation, validUntil, key, algorithm } = governance;
  const text = `Signer: authority ${authority}; known from ${managedIn}; name vouched for by ${attributesFrom}; ${revocation}; valid until ${validUntil}; key ${key} (${algorithm}).`;
  return [{ step: "signature", outcome: "note", text }];
}

/** What is attached and not signed, as a step: nobody should take it for a signature. */
export function describeAttachment({ kind, mediaType, digest }: Attachment): TraceStep {
  const what = { sbom: "An SBOM", attestation: "An attestation", other: "Something" }[kind];
  const text = `${what} (${mediaType}, ${shortDigest(digest)}) is attached that nobody signed; it proves nothing.`;
  return { step: "attachment", outcome: "note", text };
}

/** A rule's decision as steps. */
export function describeDecision(decision: RuleDecision): readonly TraceStep[] {
  const { rule } = decision;
  const place = `Policy ${rule.name} (${rule.source.file}:${rule.source.line}, ${rule.mode})`;
  switch (decision.kind) {
    case "accepted": {
      const step = {
        step: "policy",
        outcome: "passed",
        text: `${place} accepts the signature by ${nameOf(decision.signatures[0].outcome.signer)}: '${decision.authority}'.`,
      } as const;
      return decision.note === undefined ? [step] : [step, { step: "policy", outcome: "note", text: decision.note }];
    }
    case "allowed":
      return [
        {
          step: "policy",
          outcome: "note",
          text: `${place} lets every image pass: '${decision.authority}'. No signature was asked for.`,
        },
      ];
    case "refused":
      return [
        { step: "policy", outcome: "failed", text: `${place} accepts none of the signatures: it ${decision.why}.` },
      ];
    case "not-understood":
      return [{ step: "policy", outcome: "failed", text: `${place} is not understood: ${decision.why}.` }];
  }
}

function reasonsOfValid(purpose: SignatureVerdict["purpose"], accepted: boolean): readonly Reason[] {
  if (purpose === "attestation")
    return [{ code: "attestation", message: "It says something about the image, and is not a signature of it." }];
  return accepted ? [] : [{ code: "not-accepted", message: "No policy that covers the image accepts its signer." }];
}

function nameOf(signer: Signer | undefined): string {
  if (signer === undefined) return "somebody";
  if (signer.kind === "key") return `key ${signer.identity ?? signer.fingerprint?.slice(0, 12) ?? "without a name"}`;
  return signer.issuer === undefined ? (signer.identity ?? "a certificate") : `${signer.identity} (${signer.issuer})`;
}
