import type { TrustPolicy } from "../core/policy/policy.ts";
import type { Evidence } from "../core/verdict/evidence.ts";
import { revocationQuestions } from "../core/verdict/revocationQuestions.ts";
import type { RevocationAnswer, RevocationQuestion } from "../core/x509/revocation.ts";
import type { Clock, Revocations, WaitOptions } from "./ports.ts";

/** What collecting needs of the outside world. */
export interface RevocationPorts {
  readonly clock: Clock;
  /** Without it nobody is asked. */
  readonly revocations?: Revocations;
}

/** A responder, then lists where no responder knew, then lists of changes that complete those; nothing asks for more. */
const maximumRounds = 3;

/**
 * Adds to the evidence the answers about revocation that the policy needs; the same evidence where it needs none. A place
 * that does not answer is remembered as one without a usable answer, so that nothing is asked twice. Never throws.
 */
export async function collectRevocations(
  { clock, revocations }: RevocationPorts,
  evidence: Evidence,
  policy: TrustPolicy,
  options: WaitOptions,
): Promise<Evidence> {
  let collected = evidence;
  for (let round = 0; revocations !== undefined && round < maximumRounds; round++) {
    const questions = options.signal.aborted ? [] : revocationQuestions(collected, policy, clock.now());
    if (questions.length === 0) break;
    const ask = async (question: RevocationQuestion): Promise<RevocationAnswer> => {
      const bytes = await revocations.ask(question, options).catch(() => undefined);
      return {
        kind: question.kind,
        url: question.url,
        ...(question.kind === "ocsp" ? { subject: question.subject } : {}),
        at: clock.now().toISOString(),
        bytes: bytes ?? new Uint8Array(0),
      };
    };
    const answers = await Promise.all(questions.map(ask));
    collected = { ...collected, revocations: [...(collected.revocations ?? []), ...answers] };
  }
  return collected;
}
