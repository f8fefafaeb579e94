import type { PendingRecord } from "../application/pendingRecord.ts";
import { printable } from "../core/report/words.ts";
import type { SigningTerms } from "../core/sign/payload.ts";
import type { SigningKey } from "../core/sign/signingKey.ts";
import { lookForAnswer } from "./lostAnswer.ts";
import type { SigningRun } from "./signRun.ts";

/**
 * The record of the same signing, for which a signature exists that is not where it belongs, because the process was killed or
 * the registry failed: that one is put in place, and no other is asked for. Where the answer to the same request was
 * lost, it is looked for. Says so. `content` is that of a file. Throws as `lookForAnswer` does.
 */
export async function unfinished(
  run: Pick<SigningRun, "store" | "service" | "host" | "workspace" | "values">,
  asked: {
    readonly key: SigningKey;
    readonly terms: SigningTerms;
    readonly justification?: string;
    readonly content?: Uint8Array;
  },
  isOfTheSame: (pending: PendingRecord) => boolean,
): Promise<PendingRecord | undefined> {
  const { store, service, host, values } = run;
  const { key, justification, content = Buffer.alloc(0) } = asked;
  // When it was made is the one thing that differs each time.
  const saying = (terms: SigningTerms): string => JSON.stringify({ ...terms, signedAt: undefined });
  const found = await store.find(
    (pending) =>
      (pending.signature !== undefined || pending.unanswered !== undefined) &&
      pending.ticket.service === service.name &&
      pending.key.name === key.name &&
      pending.key.publicKey.trim() === key.publicKey.trim() &&
      pending.justification === justification &&
      saying(pending.terms ?? {}) === saying(asked.terms) &&
      isOfTheSame(pending),
  );
  if (found?.unanswered !== undefined) {
    if (values.again === true) {
      await store.remove(found.ticket.id);
      return undefined;
    }
    const answer = await lookForAnswer(run, found, content);
    host.error(`${printable(answer.message)}\n`);
    return answer.kind === "record" ? answer.pending : undefined;
  }
  if (found !== undefined)
    host.error(
      `Going on with ticket ${printable(found.ticket.id)}: it was signed at ${found.requestedAt}, and the signature is not in place yet.\n`,
    );
  return found;
}
