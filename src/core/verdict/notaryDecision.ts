import type { NotaryAuthority } from "../policy/policy.ts";
import type { NotarySignature } from "../signature/notation.ts";
import type { ProvenTime } from "../signature/sigstoreEngine.ts";
import type { Certificate } from "../x509/certificate.ts";
import { attributesOf, isPartOfName } from "../x509/distinguishedName.ts";
import { objectionToNotaryValidity } from "../x509/notaryChain.ts";
import { revocationOf, type RevocationAnswer, type RevocationQuestion } from "../x509/revocation.ts";
import { revocationPointsOf } from "../x509/revocationPoints.ts";
import { verifyTimestampToken } from "../x509/timestampToken.ts";
import type { Governance, Reason } from "./verdict.ts";

/** What a statement of a Notary trust policy says of one signature whose integrity is proven. */
export type NotaryDecision =
  | {
      readonly kind: "accepted";
      readonly provenTimes: readonly ProvenTime[];
      readonly revocation: Governance["revocation"];
      /** Checks that failed or could not be made, and that the statement only wants to hear of. */
      readonly notes: readonly string[];
    }
  /** `stranger`: the statement does not know the signer; else it is the signature that does not hold. */
  | { readonly kind: "refused"; readonly stranger: boolean; readonly reason: Reason }
  /** It could not be found out whether the statement accepts it. */
  | { readonly kind: "unknown"; readonly reason: Reason; readonly questions: readonly RevocationQuestion[] };

/** What besides the signature a decision rests on. */
export interface NotaryCircumstances {
  readonly time: Date;
  readonly revocations: readonly RevocationAnswer[];
}

interface Finding {
  readonly reason: Reason;
  /** Nothing is known against it; it could not be found out, and these could still be asked. */
  readonly open?: readonly RevocationQuestion[];
}

/** Clocks differ a little; a time stamp further ahead than this, in milliseconds, is not believed. */
const clockTolerance = 10 * 60 * 1000;

/**
 * Decides one signature by one statement, in the order of the specification: authenticity, expiry, authentic time stamp,
 * revocation. Whom the statement does not know it never accepts, at whatever level: that it would only log it lets the
 * image pass, but makes nobody trusted.
 */
export function decideNotary(
  authority: NotaryAuthority,
  signature: NotarySignature,
  circumstances: NotaryCircumstances,
): NotaryDecision {
  const { checks } = authority;
  const stranger = objectionToSigner(authority, signature);
  if (stranger !== undefined) return { kind: "refused", stranger: true, reason: stranger };
  const timing = findTime(authority, signature, circumstances);
  const provenAt = timing.finding === undefined ? timing.at : undefined;
  const revocation =
    checks.revocation === "skip" ? undefined : objectionToRevocation(signature.chain, circumstances, provenAt);
  const findings = [
    [checks.expiry, objectionToExpiry(signature, circumstances.time)],
    [checks.authenticTimestamp, timing.finding],
    [checks.revocation, revocation],
  ] as const;
  const enforced = findings.flatMap(([action, finding]) =>
    action === "enforce" && finding !== undefined ? [finding] : [],
  );
  const definite = enforced.find(({ open }) => open === undefined);
  if (definite !== undefined) return { kind: "refused", stranger: false, reason: definite.reason };
  if (enforced[0] !== undefined)
    return { kind: "unknown", reason: enforced[0].reason, questions: enforced.flatMap(({ open }) => open ?? []) };
  const logged = findings.flatMap(([action, finding]) =>
    action === "log" && finding !== undefined ? [finding.reason.message] : [],
  );
  const irrevocable = checks.revocation !== "skip" && signature.chain.slice(0, -1).some(namesNoPlace);
  return {
    kind: "accepted",
    provenTimes: provenAt !== undefined && timing.stamped ? [{ at: provenAt, by: "timestamp" }] : [],
    revocation: checks.revocation === "skip" ? "not asked" : answerOf(revocation, irrevocable),
    notes: [
      ...logged.map((message) => `${message} The statement '${authority.name}' does not insist on it.`),
      ...(irrevocable ? ["A certificate of its chain names no place where its revocation could be asked for."] : []),
    ],
  };
}

function answerOf(finding: Finding | undefined, irrevocable: boolean): Governance["revocation"] {
  if (finding !== undefined) return finding.open === undefined ? "revoked" : "not known";
  return irrevocable ? "not revocable" : "not revoked";
}

/** Whether a signature has outlived what its signer gave it. */
export function objectionToExpiry({ attributes: { expiry } }: NotarySignature, time: Date): Finding | undefined {
  if (expiry === undefined || time < expiry) return undefined;
  return {
    reason: { code: "signature-expired", message: `The signer lets the signature expire at ${expiry.toISOString()}.` },
  };
}

function objectionToSigner({ stores, identities }: NotaryAuthority, signature: NotarySignature): Reason | undefined {
  const { scheme } = signature.attributes;
  // A store of one scheme must never do for the other: an authority's own time is believed only where it was meant to be.
  const store = scheme === "notary.x509" ? stores.ca : stores.signingAuthority;
  const known = signature.chain.some(({ der }) => store.some((trusted) => Buffer.compare(trusted, der) === 0));
  if (!known)
    return { code: "unknown-authority", message: "None of its certificates is in the trust stores of the policy." };
  if (identities === "any") return undefined;
  const subject = attributesOf(signature.chain[0].subject);
  const named = subject !== undefined && identities.some((identity) => isPartOfName(identity, subject));
  return named
    ? undefined
    : { code: "other-identity", message: "The name in its certificate is none of those that the policy trusts." };
}

interface Timing {
  /** When it was made, as far as somebody who is trusted for it says so. */
  readonly at?: Date;
  readonly stamped: boolean;
  readonly finding?: Finding;
}

function findTime(authority: NotaryAuthority, signature: NotarySignature, circumstances: NotaryCircumstances): Timing {
  const { time } = circumstances;
  const { scheme, signingTime } = signature.attributes;
  if (scheme === "notary.x509.signingAuthority")
    return { at: signingTime, stamped: false, ...findingOf(objectionToNotaryValidity(signature.chain, signingTime)) };
  const now = objectionToNotaryValidity(signature.chain, time);
  const { tsa } = authority.stores;
  if (tsa === undefined || (authority.verifyTimestamp === "afterCertExpiry" && now === undefined))
    return { stamped: false, ...findingOf(now) };
  if (signature.timestamp === undefined)
    return {
      stamped: false,
      ...findingOf({ code: "timestamp-missing", message: "It has no time stamp, which the policy asks for." }),
    };
  const stamp = verifyTimestampToken(signature.timestamp, signature.signature, tsa);
  if (stamp.kind === "refused") return { stamped: false, ...findingOf(stamp) };
  if (stamp.earliest.getTime() > time.getTime() + clockTolerance)
    return {
      stamped: false,
      ...findingOf({ code: "time-ahead", message: "Its time stamp is later than the clock says it is now." }),
    };
  const objection =
    objectionToNotaryValidity(signature.chain, stamp.earliest) ??
    objectionToNotaryValidity(signature.chain, stamp.latest);
  // A time-stamp authority that lost its key proves nothing, so this is asked whatever the statement says of revocation.
  const revoked = objection === undefined ? objectionToRevocation(stamp.chain, circumstances, undefined) : undefined;
  return { at: stamp.at, stamped: true, ...(revoked === undefined ? findingOf(objection) : { finding: revoked }) };
}

/** The specification counts such a certificate as one that cannot be revoked. */
function namesNoPlace(certificate: Certificate): boolean {
  const { ocsp, lists, unreadable } = revocationPointsOf(certificate);
  return ocsp.length + lists.length === 0 && !unreadable;
}

function objectionToRevocation(
  chain: readonly Certificate[],
  { time, revocations }: NotaryCircumstances,
  signedAt: Date | undefined,
): Finding | undefined {
  const outcome = revocationOf(chain, revocations, { time, signedAt });
  switch (outcome.kind) {
    case "good":
      return undefined;
    case "revoked":
      return { reason: { code: "certificate-revoked", message: outcome.message } };
    case "unknown":
      return { reason: { code: "revocation-unknown", message: outcome.message }, open: outcome.questions };
  }
}

function findingOf(reason: Reason | undefined): { readonly finding?: Finding } {
  return reason === undefined ? {} : { finding: { reason: { code: reason.code, message: reason.message } } };
}
