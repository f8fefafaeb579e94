import type { PolicyRule } from "../policy/policy.ts";
import type { AssessedSignature } from "./assessSignature.ts";
import type { RuleDecision } from "./decideRule.ts";
import type { Failure } from "./evidence.ts";
import type { Reason, VerdictState } from "./verdict.ts";

/** The answer, the rule that decided it, and whether a rule that enforces is not satisfied. */
export interface Settled {
  readonly state: VerdictState;
  readonly reason: Reason;
  readonly rule?: PolicyRule;
  readonly enforced: boolean;
}

/** What the signatures and rules amount to. `gap` is why the evidence is not complete, if it is not. */
export interface Findings {
  readonly signatures: readonly AssessedSignature[];
  readonly decisions: readonly RuleDecision[];
  readonly gap: Failure | undefined;
}

/**
 * Settles on one of the five answers. The worst rule decides, one that enforces before one that warns, because every rule
 * that covers the image must be satisfied.
 */
export function settle(findings: Findings): Settled {
  const { signatures, decisions } = findings;
  const accepted = decisions.find((decision) => decision.kind === "accepted");
  const failing = worst(decisions);
  if (failing === undefined && accepted !== undefined)
    return { ...verifiedBy(accepted), enforced: accepted.rule.mode === "enforce" };

  const deciding = failing ?? decisions[0];
  const about = {
    ...(deciding === undefined ? {} : { rule: deciding.rule }),
    // Where every rule lets the image pass without a signature, nobody enforces one.
    enforced: decisions.some((each) => isFailing(each) && each.rule.mode === "enforce"),
  };
  const unknown = unknownness(findings, failing);
  if (unknown !== undefined) return { state: "unknown", reason: unknown, ...about };
  const state = stateOf(signatures);
  if (failing === undefined && decisions.length > 0)
    return { state, reason: { code: "allowed-without-signature", message: allowedText(deciding) }, ...about };
  return { state, reason: reasonFor(state, signatures, failing), ...about };
}

function isFailing(decision: RuleDecision): boolean {
  return decision.kind === "refused" || decision.kind === "not-understood";
}

function worst(decisions: readonly RuleDecision[]): RuleDecision | undefined {
  const failing = decisions.filter(isFailing);
  const refusals = failing.filter(({ kind }) => kind === "refused");
  // A refusal is certain whatever the part that is not understood says; but an enforcing rule comes first.
  return (
    refusals.find(({ rule }) => rule.mode === "enforce") ??
    failing.find(({ rule }) => rule.mode === "enforce") ??
    refusals[0] ??
    failing[0]
  );
}

function verifiedBy(accepted: Extract<RuleDecision, { kind: "accepted" }>): Omit<Settled, "enforced"> {
  const { rule, authority, signatures } = accepted;
  const what = signatures[0].found.purpose === "signature" ? "signature" : "attestation";
  const message = `A valid ${what} is accepted by '${authority}' of policy ${placeOf(rule)}.`;
  return { state: "verified", reason: { code: "verified", message }, rule };
}

/** Why nothing can be claimed, in the order of what a person can do about it. */
function unknownness({ signatures, gap }: Findings, failing: RuleDecision | undefined): Reason | undefined {
  if (failing?.kind === "not-understood")
    return {
      code: "policy-not-understood",
      message: `Policy ${placeOf(failing.rule)} covers the image and is not understood: ${failing.why}.`,
    };
  if (gap !== undefined) return gap;
  const asked = attestationsAskedBy(failing);
  const unsupported = signatures.find(
    ({ found, outcome }) =>
      (found.purpose === "signature" || asked.has(found.predicateType ?? "")) && outcome.kind === "unsupported",
  );
  if (unsupported === undefined || unsupported.outcome.kind !== "unsupported") return undefined;
  const { code, message } = unsupported.outcome.reason;
  return { code: ownCodes.has(code) ? code : "unsupported-format", message };
}

/** Codes that a person can do something about; all others amount to a format that is not evaluated. */
const ownCodes: ReadonlySet<string> = new Set(["revocation-unknown", "no-trusted-root"]);

/** An attestation that cannot be evaluated matters where the rule that fails asks for one like it. */
function attestationsAskedBy(failing: RuleDecision | undefined): ReadonlySet<string> {
  const authorities = failing?.rule.authorities ?? [];
  return new Set(
    authorities.flatMap((authority) =>
      authority.kind === "key" || authority.kind === "keyless" ? (authority.attestations ?? []) : [],
    ),
  );
}

/** What the image's own signatures amount to, whatever policies say. */
function stateOf(signatures: readonly AssessedSignature[]): "untrusted" | "invalid" | "unsigned" {
  const kinds = ofImage(signatures).map(({ outcome }) => outcome.kind);
  if (kinds.length === 0) return "unsigned";
  // Whom nobody knows is not trusted; that his signature is wrong cannot be said.
  return kinds.includes("valid") || kinds.includes("unknown-signer") ? "untrusted" : "invalid";
}

function reasonFor(
  state: "untrusted" | "invalid" | "unsigned",
  signatures: readonly AssessedSignature[],
  failing: RuleDecision | undefined,
): Reason {
  const policy = failing?.kind === "refused" ? `policy ${placeOf(failing.rule)} ${failing.why}` : undefined;
  switch (state) {
    case "unsigned": {
      const attested = signatures.length > 0 ? "It has attestations, and no signature" : "It has no signature";
      return { code: "unsigned", message: policy === undefined ? `${attested}.` : `${attested}; ${policy}.` };
    }
    case "invalid": {
      const outcome = ofImage(signatures)[0]?.outcome;
      return outcome === undefined || outcome.kind === "valid"
        ? { code: "invalid", message: "None of its signatures is valid." }
        : outcome.reason;
    }
    case "untrusted": {
      const unknown = ofImage(signatures).every(({ outcome }) => outcome.kind !== "valid");
      const signed = unknown ? "It is signed by somebody who is not known" : "It is validly signed";
      return policy === undefined
        ? { code: "no-policy", message: `${signed}, and no policy covers it.` }
        : { code: "not-accepted", message: `${signed}, but ${policy}.` };
    }
  }
}

function ofImage(signatures: readonly AssessedSignature[]): readonly AssessedSignature[] {
  return signatures.filter(({ found }) => found.purpose === "signature");
}

function allowedText(decision: RuleDecision | undefined): string {
  const place = decision === undefined ? "" : ` ${placeOf(decision.rule)}`;
  return `Policy${place} lets it pass without a signature; nobody's signature was accepted.`;
}

function placeOf({ name, source }: PolicyRule): string {
  return `${name} (${source.file}:${source.line})`;
}
