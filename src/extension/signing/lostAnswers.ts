import * as vscode from "vscode";
import type { LostAnswer } from "../../application/lostAnswer.ts";
import { artifactOf, type PendingRecord } from "../../application/pendingRecord.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { portsFor, trustOf } from "./calls.ts";
import { readSubject, uriOf } from "./fileSubject.ts";

const limitMs = 30_000;

/** Asks the service what became of a request whose answer was lost, and remembers it. Nothing is asked to be signed. */
export async function lookForAnswer(extension: Extension, pending: PendingRecord, asks: boolean): Promise<LostAnswer> {
  const { findFileAnswer, findImageAnswer } = await import("../../application/lostAnswer.ts");
  const ports = await portsFor(extension, pending.ticket.service, asks);
  const options = { signal: AbortSignal.timeout(limitMs) };
  const answer =
    "kind" in pending
      ? await findFileAnswer(ports, pending, (await readSubject(uriOf(pending))).content, options)
      : await findImageAnswer(ports, pending, await trustOf(extension), options);
  const { describeLostAnswer } = await import("../../application/lostAnswer.ts");
  extension.signing.putAnswer(pending.ticket.id, { answer, words: describeLostAnswer(pending, answer) });
  extension.log.info(describeLostAnswer(pending, answer));
  return answer;
}

/**
 * Takes up a request whose answer was found. Gives the record to go on with; undefined where there is none, which the person
 * has been told then. Only a person begins this, and only a person signs again.
 */
export async function takeUp(
  extension: Extension,
  pending: PendingRecord,
  answer: LostAnswer,
): Promise<PendingRecord | undefined> {
  const { signing } = extension;
  const { id } = pending.ticket;
  if (answer.kind === "waits" || answer.kind === "signed") {
    await signing.putPending(answer.pending);
    if (answer.pending.ticket.id !== id) await signing.dropPending(id);
    return answer.pending;
  }
  const { describeLostAnswer } = await import("../../application/lostAnswer.ts");
  const chosen = await vscode.window.showWarningMessage(
    describeLostAnswer(pending, answer),
    "Sign again...",
    "Forget the request",
  );
  if (chosen === undefined) return undefined;
  await signing.dropPending(id);
  if (chosen === "Sign again...") await signAgain(pending);
  return undefined;
}

/** Leads the person through the signing anew: everything is shown and confirmed once more. */
async function signAgain(pending: PendingRecord): Promise<void> {
  if ("kind" in pending) await vscode.commands.executeCommand("countersign.signFile", uriOf(pending));
  else {
    const target: CommandTarget = { reference: pending.reference };
    await vscode.commands.executeCommand("countersign.sign", target);
  }
}

/** Drops the record of a request whose answer was lost, after the person has confirmed it. */
export async function forgetUnanswered(extension: Extension, pending: PendingRecord): Promise<void> {
  const { describeLostAnswer } = await import("../../application/lostAnswer.ts");
  const question = `Forget the request to sign ${artifactOf(pending)} with key '${pending.key.name}'?`;
  const detail = describeLostAnswer(pending, extension.signing.answerTo(pending.ticket.id)?.answer);
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, "Forget");
  if (chosen === "Forget") await extension.signing.dropPending(pending.ticket.id);
}
