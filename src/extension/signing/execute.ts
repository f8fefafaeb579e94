import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { FileOutcome } from "../../application/signFile.ts";
import type { SigningOutcome } from "../../application/signImage.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { formatReference, repositoryName } from "../../core/image/reference.ts";
import { printable, stateWord } from "../../core/report/words.ts";
import { signalOf } from "../cancellation.ts";
import { internalCommand, type CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { describeCause } from "../log.ts";
import { splitName } from "../tree/grouping.ts";
import { portsFor } from "./calls.ts";
import { bundleOf } from "./fileSubject.ts";
import { guide, startOf, type Confirmed, type Draft } from "./guided.ts";
import { keeping } from "./keeping.ts";
import { endedSession, signInAgain } from "./signInAgain.ts";

/** Guided signing: settle, confirm, sign, and show what came of it. */
export async function sign(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const lifetime = new AbortController();
  try {
    let start: Draft = startOf(extension, target);
    for (;;) {
      const settled = await guide(extension, start, lifetime.signal);
      if (settled === undefined) return;
      const { confirmed } = settled;
      const outcome = await execute(extension, confirmed);
      if (outcome !== undefined) {
        const { prepared, service } = confirmed;
        const { key, plan, reference } = prepared;
        await extension.signing.rememberKey(service, key.name);
        const choice = { service, key: key.name, format: plan.format };
        await extension.signing.rememberChoice(repositoryName(reference), choice);
        await conclude(extension, outcome, { name: formatReference(reference) });
        return;
      }
      // Everything that was chosen stays; the person confirms it once more.
      start = settled;
    }
  } catch (error) {
    report(extension, "Could not sign", error);
  } finally {
    lifetime.abort();
    await extension.signing.refresh(AbortSignal.timeout(15_000)).catch(() => undefined);
  }
}

/** Undefined where the session had ended, nothing was signed, and the person has signed in again. */
async function execute(extension: Extension, { prepared, service }: Confirmed): Promise<SigningOutcome | undefined> {
  return await unlessSessionEnded(extension, service, () =>
    withProgress(`Signing ${prepared.plan.artifact}`, async (signal) => {
      const { executeSigning } = await import("../../application/signImage.ts");
      const ports = await portsFor(extension, service);
      return await keeping(extension, (keep) => executeSigning(ports, prepared, { signal, waitMs: 0, ...keep }));
    }),
  );
}

/** What a signing came to; undefined where the session had ended and the person has signed in again. It is never repeated here. */
export async function unlessSessionEnded<T extends { readonly status: string }>(
  extension: Extension,
  service: string,
  signing: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const outcome = await signing();
    const ended = endedSession(outcome);
    return ended !== undefined && (await signInAgain(extension, service, ended)) ? undefined : outcome;
  } catch (error) {
    if (await signInAgain(extension, service, error)) return undefined;
    throw error;
  }
}

/** What a signing of either kind came to. */
export type AnyOutcome = SigningOutcome | FileOutcome;

/** Shows what a signing came to: the verdict in every mark, and one notification. */
export async function conclude(
  extension: Extension,
  outcome: AnyOutcome,
  subject: { readonly name: string; readonly file?: vscode.Uri },
): Promise<void> {
  const { name, file } = subject;
  if (outcome.status !== "signed") return concludeUnsigned(extension, outcome, name);
  if ("file" in outcome) {
    extension.log.info(`Signed ${outcome.file}: ${outcome.bundle}${auditWords(outcome.audit)}.`);
    return tellSigned(`Signed ${outcome.file}: ${outcome.bundle}${auditWords(outcome.audit)}`, async () => {
      if (file !== undefined) await vscode.window.showTextDocument(bundleOf(file));
    });
  }
  extension.log.info(`Signed ${outcome.artifact}: ${outcome.signature}${auditWords(outcome.audit)}.`);
  await extension.verification.verify(sharing(extension, outcome.verdict.digest, name), {
    signal: new AbortController().signal,
  });
  const [repository = ""] = outcome.artifact.split("@");
  const artifact = `${splitName(repository).path}@${shortDigest(outcome.digest)}`;
  const verdict = stateWord(outcome.verdict.state).toLowerCase();
  tellSigned(`Signed ${artifact}: ${verdict}${auditWords(outcome.audit)}`, async () => {
    await vscode.commands.executeCommand("countersign.showSteps", { reference: name });
  });
}

/** Where the service recorded the signature, where it says so. */
function auditWords(audit: string | undefined): string {
  return audit === undefined ? "" : `, recorded by the service as ${printable(audit)}`;
}

function tellSigned(message: string, show: () => Promise<void>): void {
  void vscode.window.showInformationMessage(message, "Show").then(async (chosen) => {
    if (chosen === "Show") await show();
  });
}

function concludeUnsigned(
  extension: Extension,
  outcome: Exclude<AnyOutcome, { readonly status: "signed" }>,
  what: string,
): void {
  if (outcome.status === "pending") {
    extension.log.info(outcome.message);
    void vscode.commands.executeCommand(internalCommand("countersign.signing.focus"));
    return;
  }
  extension.log.warn(outcome.message);
  const message = `The service did not sign ${what}: ${outcome.message} (${outcome.code})`;
  void vscode.window.showErrorMessage(message, "Show log").then((chosen) => {
    if (chosen === "Show log") extension.log.show();
  });
}

/** Says a failure in the words that it came with, and offers the log. Leaving is no failure. */
export function report(extension: Extension, what: string, error: unknown): void {
  if (error instanceof AppError && error.code === "cancelled") return;
  extension.log.error(what, error);
  const code = error instanceof AppError ? ` (${error.code})` : "";
  void vscode.window.showErrorMessage(`${describeCause(error)}${code}`, "Show log").then((chosen) => {
    if (chosen === "Show log") extension.log.show();
  });
}

/** Every image that is known to be this digest: a signature changes all of them. */
function sharing(extension: Extension, digest: string | undefined, reference: string): readonly string[] {
  const same = [...extension.model.verdicts()].flatMap(([name, verdict]) =>
    digest !== undefined && verdict.digest === digest ? [name] : [],
  );
  const known = extension.model.images().some((image) => image.reference === reference);
  return known ? [reference, ...same] : same;
}

/** Shows that something is on its way, with Cancel. */
export async function withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, (_progress, token) => work(signalOf(token)));
}
