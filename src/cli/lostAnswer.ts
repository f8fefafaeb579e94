import { AppError } from "../application/errors.ts";
import { describeLostAnswer, findFileAnswer, findImageAnswer } from "../application/lostAnswer.ts";
import type { PendingRecord } from "../application/pendingRecord.ts";
import type { SigningRun } from "./signRun.ts";

/** What a request whose answer was lost has become: a record to go on with, or that nothing was signed. */
export type FoundAnswer =
  | { readonly kind: "record"; readonly pending: PendingRecord; readonly message: string }
  | { readonly kind: "nothing"; readonly message: string };

/** What an answer is looked for with. */
export type AnswerPorts = Pick<SigningRun, "store" | "service"> & {
  readonly workspace: Pick<SigningRun["workspace"], "trust">;
  readonly host: Pick<SigningRun["host"], "signal">;
};

/**
 * Looks for the answer to a request that `store` has without one; `content` is that of a file. Asks for no signature.
 * AppError `attach-failed` where it was signed and the signature is lost, `service-unavailable` where nobody can tell:
 * the record then stays.
 */
export async function lookForAnswer(
  { store, service, workspace, host }: AnswerPorts,
  pending: PendingRecord,
  content: Uint8Array,
): Promise<FoundAnswer> {
  const options = { signal: host.signal };
  const answer =
    "kind" in pending
      ? await findFileAnswer({ service }, pending, content, options)
      : await findImageAnswer({ service }, pending, workspace.trust, options);
  const message = describeLostAnswer(pending, answer);
  switch (answer.kind) {
    case "waits":
    case "signed":
      await store.save(answer.pending);
      if (answer.pending.ticket.id !== pending.ticket.id) await store.remove(pending.ticket.id);
      return { kind: "record", pending: answer.pending, message };
    case "denied":
    case "never-received":
      await store.remove(pending.ticket.id);
      return { kind: "nothing", message };
    case "logged":
    case "not-known": {
      const again = `To sign again all the same, say --again.`;
      throw new AppError(answer.kind === "logged" ? "attach-failed" : "service-unavailable", `${message} ${again}`);
    }
  }
}
