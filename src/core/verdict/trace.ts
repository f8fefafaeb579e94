import { shortDigest } from "../image/digest.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { RuleDecision } from "./decideRule.ts";
import type { Lookup } from "./evidence.ts";
import type {
  Attachment,
  Governance,
  PolicyVerdict,
  Reason,
  SignatureVerdict,
  SignatureFormat,
  Signer,
  TraceStep,
} from "./verdict.ts";

const distribution = "OCI distribution specification 1.1";

/** The specification that asks for each look-up. */
const lookupSections: Readonly<Record<Lookup["kind"], string>> = {
  image: `${distribution}, Pulling manifests`,
  referrers: `${distribution}, Listing Referrers`,
  "referrers-tag": `${distribution}, Referrers Tag Schema`,
  "signature-tag": "cosign signature specification, Tag-based Discovery",
  "attestation-tag": "cosign attestation specification",
  "sbom-tag": "cosign SBOM specification",
};

/** The specification by which each format is verified. */
const formatSections: Readonly<Record<SignatureFormat, string>> = {
  "sigstore-bundle": "Sigstore client specification, 4 Verification",
  cosign: "cosign signature specification, Simple Signing",
  "notation-jws": "Notary Project, trust store and trust policy, Signature Verification; JWS envelope",
  "notation-cose": "Notary Project, trust store and trust policy, Signature Verification; COSE envelope",
  unrecognised: "none that is known here",
};

/** The sections that single objections rest on, where one says more than the format's own. */
const reasonSections: ReadonlyMap<string, string> = new Map([
  ["other-image", "Sigstore client specification, 4.5; OCI image specification 1.1, subject"],
  ["signature-wrong", "RFC 8032, FIPS 186-5, RFC 8017: the signature's own algorithm"],
  ["algorithm-refused", "Sigstore algorithm registry; Notary Project, signature algorithm requirements"],
  ["certificate-chain-broken", "RFC 5280, 6.1"],
  ["certificate-not-valid-then", "RFC 5280, 6.1.3 (a)(2)"],
  ["certificate-not-an-authority", "RFC 5280, 6.1.4 (k)"],
  ["certificate-path-length", "RFC 5280, 6.1.4 (l), (m)"],
  ["certificate-names", "RFC 5280, 4.2.1.10 and 6.1.3 (b), (c)"],
  ["certificate-usage", "RFC 5280, 4.2.1.3 and 4.2.1.12"],
  ["certificate-extension", "RFC 5280, 4.2"],
  ["certificate-revoked", "RFC 5280, 6.3; RFC 6960"],
  ["revocation-unknown", "Notary Project, trust store and trust policy, Certificate Revocation Evaluation"],
  ["certificate-not-logged", "RFC 6962, 3.2"],
  ["log-entry-mismatch", "Sigstore client specification, 4.4"],
  ["log-inclusion", "RFC 6962, 2.1.1; C2SP tlog-checkpoint"],
  ["log-not-valid-then", "Sigstore client specification, 4.4"],
  ["time-not-proven", "Sigstore client specification, 4.2"],
  ["timestamp-missing", "RFC 3161; Notary Project, trust store and trust policy, verifyTimestamp"],
  ["unknown-authority", "RFC 5280, 6.1.1 (d)"],
  ["statement-malformed", "in-toto attestation framework 1.0, Statement"],
  ["payload-type", "DSSE protocol 1.0"],
  ["signature-expired", "Notary Project, signature specification, Expiry"],
  ["critical-attribute", "Notary Project, signature specification, Extended attributes; RFC 7515, 4.1.11"],
]);

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
    section: lookupSections[kind],
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
      section: (valid ? undefined : reasonSections.get(outcome.reason.code)) ?? formatSections[found.format],
    },
  };
}

/** What a security team asks of the signer, as a step. */
export function describeGovernance(governance: Governance | undefined): readonly TraceStep[] {
  if (governance === undefined) return [];
  const { authority, managedIn, attributesFrom, revocation, validUntil, key, algorithm } = governance;
  const text = `Signer: authority ${authority}; known from ${managedIn}; name vouched for by ${attributesFrom}; revocation: ${revocation}; valid until ${validUntil}; key ${key} (${algorithm}).`;
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

/** What every rule says, the worst first: in the order in which `settle` lets them decide. */
export function toPolicyVerdicts(decisions: readonly RuleDecision[]): readonly PolicyVerdict[] {
  const rank = ({ kind, rule: { mode } }: RuleDecision): number =>
    ["refused enforce", "not-understood enforce", "refused warn", "not-understood warn"].indexOf(`${kind} ${mode}`);
  const order = (decision: RuleDecision): number =>
    decision.kind === "accepted" ? 5 : decision.kind === "allowed" ? 4 : rank(decision);
  return decisions
    .toSorted((one, other) => order(one) - order(other))
    .map((decision) => {
      const { name, source, mode } = decision.rule;
      const [step] = describeDecision(decision);
      const message = step?.text ?? "";
      return { policy: source.file, line: source.line, rule: name, mode, decision: decision.kind, message };
    });
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
