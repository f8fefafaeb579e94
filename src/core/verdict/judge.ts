import { bytesMatchDigest } from "../image/contentDigest.ts";
import { shortDigest } from "../image/digest.ts";
import { coveringRules } from "../policy/coverage.ts";
import type { PolicyRule, TrustPolicy } from "../policy/policy.ts";
import { findSignatures } from "../signature/findSignatures.ts";
import type { FoundSignature } from "../signature/foundSignature.ts";
import type { TrustMaterial } from "../signature/trustMaterial.ts";
import { notaryAuthoritiesOf } from "./assessNotary.ts";
import { attachmentsIn } from "./attachments.ts";
import { asksForAttestationTag } from "./attestationLookup.ts";
import { assessSignature, type AssessedSignature } from "./assessSignature.ts";
import { checksOf } from "./checks.ts";
import { decideRule, type RuleDecision } from "./decideRule.ts";
import type { Descriptor, Evidence, Failure, Lookup } from "./evidence.ts";
import { governanceOf } from "./governance.ts";
import { createKeyring } from "./keyring.ts";
import { settle } from "./settle.ts";
import {
  describeAttachment,
  describeDecision,
  describeGovernance,
  describeLookup,
  toPolicyVerdicts,
  toSignatureVerdict,
} from "./trace.ts";
import type { PolicyLocation, TraceStep, Verdict } from "./verdict.ts";

/** More candidates than this are not looked at; the rest makes the evidence incomplete. */
const maximumCandidates = 100;

/**
 * Judges an image: evidence, policy and trust material at a time, to one of the five verdicts with its steps.
 * Every blob is hashed again. `verified` needs a valid signature that every rule covering the image accepts; it stands
 * although other look-ups failed, because a further signature could not take it back. Everything else needs complete
 * evidence: where a look-up or a candidate is missing, the missing part could be the accepted signature, so the answer is
 * `unknown`. Never throws.
 */
export function judge(evidence: Evidence, policy: TrustPolicy, material: TrustMaterial, time: Date): Verdict {
  const { reference, image } = evidence;
  const covering = coveringRules(policy.rules, reference);
  const trace: TraceStep[] = evidence.lookups.map(describeLookup);
  const asOf = oldest(evidence.lookups);
  const base = {
    reference,
    enforced: covering.some(({ mode }) => mode === "enforce"),
    ...(asOf === undefined ? {} : { asOf }),
  };
  if (image === undefined) {
    const failure = failureToResolve(evidence);
    trace.push({ step: "verdict", outcome: "failed", text: failure.message });
    return { ...base, state: "unknown", reason: failure, signatures: [], ...locationOf(covering), trace };
  }
  trace.unshift({ step: "resolve", outcome: "passed", text: `${reference} is ${image.digest}.` });

  const { signatures: found, gaps } = signaturesIn(evidence, image);
  const keyring = createKeyring(covering, policy, material);
  const authorities = notaryAuthoritiesOf(covering);
  const notary = { image, authorities, time, revocations: evidence.revocations ?? [] };
  const assessed = found.map((signature) => assessSignature(signature, keyring, notary));
  const decisions = covering.map((rule) => decideRule(rule, assessed, { reference, keyring }));
  const gap = gaps[0] ?? incompleteness(evidence.lookups, asksForAttestationTag(covering));
  const settled = settle({ signatures: assessed, decisions, gap });
  const signatures = assessed.map((signature) =>
    toSignatureVerdict(signature, isAccepted(signature, decisions), governanceOf(signature, covering, keyring)),
  );
  const attachments = attachmentsIn(evidence, new Set(found.map(({ manifest }) => manifest)));
  trace.push(
    ...signatures.flatMap(({ step, verdict }, index) => [
      step,
      ...assessed.slice(index, index + 1).flatMap((signature) => checksOf(signature, image)),
      ...describeGovernance(verdict.governance),
    ]),
    ...attachments.map(describeAttachment),
    ...decisions.flatMap(describeDecision),
    ...(covering.length === 0
      ? [{ step: "policy", outcome: "note", text: "No policy covers this image." } as const]
      : []),
    { step: "verdict", outcome: settled.state === "verified" ? "passed" : "failed", text: settled.reason.message },
  );
  return {
    ...base,
    digest: image.digest,
    state: settled.state,
    reason: settled.reason,
    signatures: signatures.map(({ verdict }) => verdict),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(settled.rule === undefined ? {} : { decidedBy: toLocation(settled.rule) }),
    ...(decisions.length === 0 ? {} : { policies: toPolicyVerdicts(decisions) }),
    enforced: settled.enforced,
    trace,
  };
}

/** Whether a rule that covers the image accepts its signer; the verdict still needs every such rule. */
function isAccepted(signature: AssessedSignature, decisions: readonly RuleDecision[]): boolean {
  return decisions.some((decision) => decision.kind === "accepted" && decision.signatures.includes(signature));
}

/** The signatures that the evidence holds, and why it may hold others that cannot be seen. Every blob is hashed again. */
export function signaturesIn(
  evidence: Evidence,
  image: Descriptor,
): { readonly signatures: readonly FoundSignature[]; readonly gaps: readonly Failure[] } {
  const gaps: Failure[] = [];
  const signatures: FoundSignature[] = [];
  const blob = (digest: string, size: number): Uint8Array | undefined => {
    const bytes = Object.hasOwn(evidence.blobs, digest) ? evidence.blobs[digest] : undefined;
    if (bytes === undefined || (bytes.length === size && bytesMatchDigest(bytes, digest))) return bytes;
    gaps.push({
      code: "digest-mismatch",
      message: `What was fetched as ${shortDigest(digest)} is something else, so that it was not used.`,
    });
    return undefined;
  };
  const seen = new Set<string>();
  for (const candidate of evidence.candidates) {
    const { digest, size } = candidate.descriptor;
    if (seen.has(`${candidate.from} ${digest}`)) continue;
    seen.add(`${candidate.from} ${digest}`);
    if (seen.size > maximumCandidates) {
      gaps.push({ code: "limit-reached", message: `More than ${maximumCandidates} things are attached to the image.` });
      break;
    }
    if (candidate.failure !== undefined) gaps.push(candidate.failure);
    const bytes = blob(digest, size);
    if (bytes === undefined) {
      gaps.push(missing(digest));
      continue;
    }
    const findings = findSignatures(candidate, bytes, image.digest, blob);
    signatures.push(...findings.signatures);
    gaps.push(...findings.missing.map(missing));
  }
  return { signatures, gaps };
}

function missing(digest: string): Failure {
  return {
    code: "registry-error",
    message: `A part of what is attached to the image is missing: ${shortDigest(digest)}.`,
  };
}

/**
 * The registry was asked completely where no look-up failed, and both the referrers and the signature tag were asked for;
 * the attestation tag too where a policy may find there what it asks for.
 */
function incompleteness(lookups: readonly Lookup[], wantsAttestations: boolean): Failure | undefined {
  const failed = lookups.find(({ outcome }) => outcome === "failed");
  if (failed !== undefined)
    return failed.failure ?? { code: "registry-error", message: `${failed.target} could not be asked.` };
  const asked = new Set(lookups.map(({ kind }) => kind));
  const attested = !wantsAttestations || asked.has("attestation-tag");
  if ((asked.has("referrers") || asked.has("referrers-tag")) && asked.has("signature-tag") && attested)
    return undefined;
  return { code: "offline", message: "The registry was not asked for everything that could be a signature." };
}

function failureToResolve({ reference, lookups }: Evidence): Failure {
  const failed = lookups.find(({ outcome }) => outcome === "failed");
  if (failed !== undefined)
    return failed.failure ?? { code: "registry-error", message: `${failed.target} could not be asked.` };
  const absent = lookups.some(({ kind, outcome }) => kind === "image" && outcome === "absent");
  return absent
    ? { code: "image-not-found", message: `${reference} does not exist in its registry.` }
    : { code: "offline", message: `${reference} was not looked up.` };
}

function oldest(lookups: readonly Lookup[]): string | undefined {
  const times = lookups.map(({ at }) => at).filter((at) => !Number.isNaN(Date.parse(at)));
  return times.toSorted((one, other) => Date.parse(one) - Date.parse(other))[0];
}

function locationOf([rule]: readonly PolicyRule[]): { readonly decidedBy?: PolicyLocation } {
  return rule === undefined ? {} : { decidedBy: toLocation(rule) };
}

function toLocation({ name, source }: PolicyRule): PolicyLocation {
  return { policy: source.file, line: source.line, rule: name };
}
