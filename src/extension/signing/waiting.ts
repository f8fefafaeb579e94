import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import { artifactOf, type PendingRecord } from "../../application/pendingRecord.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { describeCause } from "../log.ts";
import { portsFor, resume } from "./calls.ts";
import { conclude, report } from "./execute.ts";
import { uriOf } from "./fileSubject.ts";
import { forgetUnanswered, lookForAnswer, takeUp } from "./lostAnswers.ts";
import { withSession } from "./signInAgain.ts";

/** How long a request is watched in one go, in milliseconds; a request that waits longer is watched again. */
const watchMs = 60 * 60 * 1000;

/** Failures after which the request may still be decided: the service was not there, or we were not. */
const passing: ReadonlySet<string> = new Set([
  "authentication",
  "service-unavailable",
  "network",
  "timeout",
  "cancelled",
  "configuration",
]);

/** Watches the requests that wait, from this window and from earlier ones, and finishes them when they are approved. */
export function register(extension: Extension): vscode.Disposable {
  const lifetime = new AbortController();
  const watched = new Set<string>();
  const told = new Set<string>();
  const looked = new Set<string>();

  const watch = async (pending: PendingRecord): Promise<void> => {
    const { id } = pending.ticket;
    if (watched.has(id) || lifetime.signal.aborted) return;
    watched.add(id);
    try {
      for (;;) {
        const outcome = await resume(extension, pending, watchMs, lifetime.signal);
        if (outcome.status === "pending") continue;
        await finish(extension, pending, outcome);
        return;
      }
    } catch (error) {
      if (lifetime.signal.aborted) return;
      if (error instanceof AppError && passing.has(error.code)) {
        extension.log.warn(`Request ${id} could not be followed and stays under Signing: ${error.message}`);
        // The view says once that the service asks for a sign-in; whoever signs in has the request followed again.
        if (error.code === "authentication" && !told.has(id)) {
          told.add(id);
          await extension.signing.refresh(AbortSignal.timeout(15_000)).catch(() => undefined);
        }
        return;
      }
      if (!isKept(extension, id, error)) await extension.signing.dropPending(id);
      report(extension, `Request ${id} came to nothing`, error);
    } finally {
      watched.delete(id);
    }
  };
  /** Looks once for an answer that was lost, so that the person sees what became of it; going on is left to the person. */
  const look = async (pending: PendingRecord): Promise<void> => {
    const { id } = pending.ticket;
    if (looked.has(id) || extension.signing.isAsking(id) || lifetime.signal.aborted) return;
    looked.add(id);
    try {
      await lookForAnswer(extension, pending, false);
      await extension.signing.refresh(AbortSignal.timeout(15_000));
    } catch (error) {
      // Asked again when something changes, such as a sign-in.
      looked.delete(id);
      extension.log.warn(`What became of request ${id} could not be found out: ${describeCause(error)}`);
    }
  };
  const watchAll = (): void => {
    if (!vscode.workspace.isTrusted || !extension.model.ready) return;
    for (const pending of extension.signing.pending()) {
      if (pending.unanswered !== undefined) void look(pending);
      // What is signed already waits for nobody: the person attaches it by going on with it.
      else if (pending.signature === undefined) void watch(pending);
    }
  };
  watchAll();
  return vscode.Disposable.from(
    extension.signing.onDidChange(watchAll),
    extension.model.onDidChange((change) => {
      if (change.kind === "ready") watchAll();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(watchAll),
    new vscode.Disposable(() => lifetime.abort()),
  );
}

/** Whether a signature exists that could still be attached. */
function isKept(extension: Extension, id: string, error: unknown): boolean {
  const record = extension.signing.pending().find(({ ticket }) => ticket.id === id);
  return record?.signature !== undefined && !(error instanceof AppError && error.code === "signature-not-verified");
}

async function finish(
  extension: Extension,
  pending: PendingRecord,
  outcome: Awaited<ReturnType<typeof resume>>,
): Promise<void> {
  const isKnown = extension.signing.pending().some(({ ticket }) => ticket.id === pending.ticket.id);
  if (!isKnown && outcome.status === "denied") return;
  await extension.signing.dropPending(pending.ticket.id);
  const file = "kind" in pending ? { file: uriOf(pending) } : {};
  await conclude(extension, outcome, { name: artifactOf(pending), ...file });
  await extension.signing.refresh(AbortSignal.timeout(15_000));
}

/** Asks at once how a request stands. */
export async function resumeNow(extension: Extension, target: CommandTarget): Promise<void> {
  const chosen = await chooseWaiting(extension, target, "Continue a signing request");
  if (chosen === undefined) return;
  try {
    const { service } = chosen.ticket;
    const pending = await takenUp(extension, chosen);
    if (pending === undefined) return;
    const ask = () => resume(extension, pending, 0, AbortSignal.timeout(60_000));
    const outcome = await withSession(extension, service, ask);
    if (outcome.status === "pending")
      void vscode.window.showInformationMessage(`Request ${pending.ticket.id} still waits: ${outcome.message}`);
    else await finish(extension, pending, outcome);
  } catch (error) {
    report(extension, `Could not continue request ${chosen.ticket.id}`, error);
  }
}

/** The record to go on with: of a request whose answer was lost, the one that its service still has. */
async function takenUp(extension: Extension, pending: PendingRecord): Promise<PendingRecord | undefined> {
  if (pending.unanswered === undefined) return pending;
  const look = () => lookForAnswer(extension, pending, true);
  return await takeUp(extension, pending, await withSession(extension, pending.ticket.service, look));
}

/** Withdraws a request, after the person has confirmed which. */
export async function abandon(extension: Extension, target: CommandTarget): Promise<void> {
  const pending = await chooseWaiting(extension, target, "Withdraw a signing request");
  if (pending === undefined) return;
  if (pending.signature !== undefined) return await forget(extension, pending);
  if (pending.unanswered !== undefined) return await forgetUnanswered(extension, pending);
  const question = `Withdraw the request to sign ${artifactOf(pending)} with key '${pending.key.name}'?`;
  const detail = "Nothing is signed. Whoever should approve it no longer sees it.";
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, "Withdraw");
  if (chosen !== "Withdraw") return;
  try {
    const { cancelSigning } = await import("../../application/signImage.ts");
    const ports = await portsFor(extension, pending.ticket.service);
    // Forgotten first: whoever watches it must not report as a failure what the person wanted.
    await extension.signing.dropPending(pending.ticket.id);
    try {
      await cancelSigning(ports, pending, { signal: AbortSignal.timeout(60_000) });
    } catch (error) {
      await extension.signing.putPending(pending);
      throw error;
    }
    await extension.signing.refresh(AbortSignal.timeout(15_000));
  } catch (error) {
    report(extension, `Could not withdraw request ${pending.ticket.id}`, error);
  }
}

/** What is signed cannot be withdrawn any more; the person may do without attaching it. */
async function forget(extension: Extension, pending: PendingRecord): Promise<void> {
  const question = `Forget the signature of ${artifactOf(pending)} with key '${pending.key.name}'?`;
  const detail = `It was made, and is not ${"kind" in pending ? "written" : "attached"}. Without it the ${"kind" in pending ? "file" : "image"} has to be signed again.`;
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, "Forget");
  if (chosen === "Forget") await extension.signing.dropPending(pending.ticket.id);
}

async function chooseWaiting(
  extension: Extension,
  target: CommandTarget,
  title: string,
): Promise<PendingRecord | undefined> {
  const pending = extension.signing.pending();
  const named = pending.find(({ ticket }) => {
    const found = extension.signing.answerTo(ticket.id)?.answer;
    return (found?.kind === "waits" ? found.pending.ticket.id : ticket.id) === target.request;
  });
  if (named !== undefined) return named;
  if (pending.length === 0) {
    void vscode.window.showInformationMessage("No signing request of this workspace waits for an approval.");
    return undefined;
  }
  const items = pending.map((each) => ({
    label: `$(clock) ${artifactOf(each)}`,
    description: `${each.key.name} at ${each.ticket.service}`,
    each,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title });
  return chosen?.each;
}
