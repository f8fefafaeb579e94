import { coveringRules } from "../policy/coverage.ts";
import type { TrustPolicy } from "../policy/policy.ts";
import type { RevocationQuestion } from "../x509/revocation.ts";
import { assessNotary, notaryAuthoritiesOf } from "./assessNotary.ts";
import type { Evidence } from "./evidence.ts";
import { signaturesIn } from "./judge.ts";

/** More questions about one image are not asked. */
const maximumQuestions = 16;

/**
 * What is still to be asked about the revocation of certificates before an image can be judged; nothing where no answer
 * would change anything. Only certificates of signers whom a policy knows count: nobody else's certificate may make us ask
 * at an address of its choice.
 */
export function revocationQuestions(
  evidence: Evidence,
  policy: TrustPolicy,
  time: Date,
): readonly RevocationQuestion[] {
  const { image, revocations = [] } = evidence;
  const authorities = notaryAuthoritiesOf(coveringRules(policy.rules, evidence.reference));
  if (image === undefined || authorities.length === 0) return [];
  const questions = new Map<string, RevocationQuestion>();
  for (const found of signaturesIn(evidence, image).signatures) {
    if (found.content.kind !== "notary") continue;
    const { notary } = assessNotary(found, found.content.envelope, { image, authorities, time, revocations });
    for (const decision of notary?.values() ?? [])
      if (decision.kind === "unknown")
        for (const question of decision.questions) questions.set(keyOf(question), question);
  }
  return [...questions.values()].slice(0, maximumQuestions);
}

function keyOf(question: RevocationQuestion): string {
  return question.kind === "ocsp" ? `${question.subject} ${question.url}` : question.url;
}
