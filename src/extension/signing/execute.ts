import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { PendingSigning } from "../../application/pendingSigning.ts";
import type { SigningOutcome } from "../../application/signImage.ts";
import { shortDigest } from "../../core/image/digest.ts";
import { formatReference } from "../../core/image/reference.ts";
import { signalOf } from "../cancellation.ts";
import { internalCommand, type CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { describeCause } from "../log.ts";
import { splitName } from "../tree/grouping.ts";
import { portsFor } from "./calls.ts";
import { guide } from "./guided.ts";

/** Guided signing: settle, confirm, sign, and show what came of it. */
export async function sign(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const lifetime = new AbortController();
  try {
    const confirmed = await guide(extension, target, lifetime.signal);
    if (confirmed === undefined) return;
    const { prepared, service } = confirmed;
    const outcome = await withProgress(`Signing ${prepared.plan.artifact}`, async (signal) => {
      const { executeSigning } = await import("../../application/signImage.ts");
      const ports = await portsFor(extension, service);
      // Stored at once: a window that closes now must not lose the request.
      const onPending = (pending: PendingSigning) => extension.signing.putPending(pending);
      let kept: string | undefined;
      // A signature that exists, too: where it cannot be attached now, it is attached later without another.
      const onSigned = async (signed: PendingSigning): Promise<void> => {
        kept = signed.ticket.id;
        await extension.signing.putPending(signed);
      };
      const outcome = await executeSigning(ports, prepared, { signal, waitMs: 0, onPending, onSigned });
      if (kept !== undefined) await extension.signing.dropPending(kept);
      return outcome;
    });
    await extension.signing.rememberKey(service, prepared.key.name);
    await conclude(extension, outcome, formatReference(prepared.reference));
  } catch (error) {
    report(extension, "Could not sign", error);
  } finally {
    lifetime.abort();
    await extension.signing.refresh(AbortSignal.timeout(15_000)).catch(() => undefined);
  }
}

/** Shows what a signing came to: the verdict in every mark, and one notification. */
export async function conclude(extension: Extension, outcome: SigningOutcome, reference: string): Promise<void> {
  switch (outcome.status) {
    case "signed": {
      extension.log.info(`Signed ${outcome.artifact}: ${outcome.signature}.`);
      await extension.verification.verify(sharing(extension, outcome.verdict.digest, reference), {
        signal: new AbortController().signal,
      });
      const [repository = ""] = outcome.artifact.split("@");
      const message = `Signed ${splitName(repository).path}@${shortDigest(outcome.digest)}`;
      void vscode.window.showInformationMessage(message, "Show").then((chosen) => {
        if (chosen === "Show") void vscode.commands.executeCommand("countersign.showSteps", { reference });
      });
      return;
    }
    case "pending":
      await extension.signing.putPending(outcome.pending);
      extension.log.info(outcome.message);
      void vscode.commands.executeCommand(internalCommand("countersign.signing.focus"));
      return;
    case "denied": {
      extension.log.warn(outcome.message);
      const message = `The service did not sign ${reference}: ${outcome.message} (${outcome.code})`;
      void vscode.window.showErrorMessage(message, "Show log").then((chosen) => {
        if (chosen === "Show log") extension.log.show();
      });
    }
  }
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

async function withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, (_progress, token) => work(signalOf(token)));
}
