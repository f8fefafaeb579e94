import * as vscode from "vscode";
import { commandIds, type CommandId, type CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { signalOf } from "./cancellation.ts";
import { showRule, showSteps } from "./details.ts";
import { describeCause } from "./log.ts";
import { lastVerdict } from "./marks.ts";
import { draftPolicy, openPolicy } from "./policyCommands.ts";
import { fixAll, pin, pinAll, refreshPins } from "./pinning.ts";
import { exportReport } from "./report.ts";
import { signIn } from "./signIn.ts";
import { allowSigning } from "./signing/allowing.ts";
import { showAudit } from "./signing/auditLog.ts";
import { decide } from "./signing/deciding.ts";
import { sign } from "./signing/execute.ts";
import { signFile } from "./signing/signFile.ts";
import { signInService } from "./signing/signInService.ts";
import { startTrial, stopTrial } from "./signing/trial.ts";
import { abandon, resumeNow } from "./signing/waiting.ts";
import { chooseImage, readTarget } from "./targets.ts";
import type { ImagesView } from "./tree/images.ts";
import { verifyGuided } from "./verifyGuided.ts";
import { trustSigner } from "./trustSigner.ts";

type Handler = (target: CommandTarget) => Promise<void>;

/** Every command with what it does. The manifest declares the same ids. */
function handlersFor(extension: Extension, images: ImagesView): Readonly<Record<CommandId, Handler>> {
  return {
    "countersign.verifyAll": () => verifyAll(extension),
    "countersign.verifyAgain": (target) => verifyAgain(extension, target),
    "countersign.verifyPlatforms": (target) => verifyPlatforms(extension, target),
    "countersign.verify": (target) => verifyGuided(extension, target),
    "countersign.sign": (target) => sign(extension, target),
    "countersign.signFile": (target) => signFile(extension, target),
    "countersign.trustSigner": (target) => trustSigner(extension, target),
    "countersign.pin": (target) => pin(extension, target),
    "countersign.pinAll": () => pinAll(extension, "file"),
    "countersign.pinAllInWorkspace": () => pinAll(extension, "workspace"),
    "countersign.refreshPins": (target) => refreshPins(extension, "file", target),
    "countersign.refreshPinsInWorkspace": () => refreshPins(extension, "workspace"),
    "countersign.fixAll": () => fixAll(extension),
    "countersign.showSteps": async (target) => {
      const image = await chooseImage(extension, target, "Show the steps of a verdict");
      if (image !== undefined) await showSteps(extension, image.reference);
    },
    "countersign.showLog": async () => extension.log.show(),
    "countersign.showRule": (target) => showRule(target),
    "countersign.copyDigest": (target) => copyDigest(extension, target),
    "countersign.groupBy": () => images.chooseGrouping(),
    "countersign.filter": () => images.chooseFilter(),
    "countersign.exportReport": () => exportReport(extension),
    "countersign.openPolicy": (target) => openPolicy(extension, target),
    "countersign.draftPolicy": () => draftPolicy(extension),
    "countersign.signIn": (target) => signIn(extension, target),
    "countersign.signing.refresh": async () => {
      await extension.signing.refresh(AbortSignal.timeout(15_000));
    },
    "countersign.signing.signIn": (target) => signInService(extension, target),
    "countersign.signing.resume": (target) => resumeNow(extension, target),
    "countersign.signing.abandon": (target) => abandon(extension, target),
    "countersign.signing.approve": (target) => decide(extension, target, "approve"),
    "countersign.signing.reject": (target) => decide(extension, target, "reject"),
    "countersign.signing.allow": (target) => allowSigning(extension, target),
    "countersign.signing.showAudit": (target) => showAudit(extension, target),
    "countersign.trial.start": () => startTrial(extension),
    "countersign.trial.stop": () => stopTrial(extension),
  };
}

/** Registers every command of the table. */
export function register(extension: Extension, images: ImagesView): vscode.Disposable {
  const handlers = handlersFor(extension, images);
  const registrations = commandIds.map((id) =>
    vscode.commands.registerCommand(id, async (argument: unknown) => {
      try {
        await handlers[id](readTarget(argument));
      } catch (error) {
        extension.log.error(`The command ${id} failed`, error);
        void vscode.window.showErrorMessage(`Countersign: ${describeCause(error)}`, "Show log").then((chosen) => {
          if (chosen === "Show log") extension.log.show();
        });
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

async function verifyAll(extension: Extension): Promise<void> {
  const references = extension.model.images().map(({ reference }) => reference);
  await verify(extension, references, "Verifying images");
}

async function verifyAgain(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Verify an image again");
  if (image !== undefined) await verify(extension, [image.reference], `Verifying ${image.name}`);
}

/** Asks for each platform of an image's index too, and shows what came of it; says so where there is none. */
async function verifyPlatforms(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Verify each platform of an image");
  if (image === undefined) return;
  await verify(extension, [image.reference], `Verifying ${image.name}`, true);
  const verdict = lastVerdict(extension.model.status(image.reference));
  if (verdict?.platforms !== undefined) await showSteps(extension, image.reference);
  else if (verdict?.digest !== undefined)
    void vscode.window.showInformationMessage(`${image.name} is not an index: it is one image, and it was verified.`);
}

/** Verifies with progress in the view, and in a notification with Cancel only where there is much to do. */
async function verify(
  extension: Extension,
  references: readonly string[],
  title: string,
  platforms = false,
): Promise<void> {
  if (!vscode.workspace.isTrusted || references.length === 0) return;
  // New logins and settings count from now on.
  extension.connections.forget();
  if (references.length === 1) {
    const options = { location: { viewId: "countersign.images" } };
    await vscode.window.withProgress(options, (_progress, token) =>
      extension.verification.verify(references, { signal: signalOf(token), platforms }),
    );
    return;
  }
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (progress, token) => {
    const subscription = extension.verification.onDidProgress(() => {
      const state = extension.verification.progress();
      if (state !== undefined) progress.report({ message: `${state.done} of ${state.total}` });
    });
    try {
      await extension.verification.verify(references, { signal: signalOf(token) });
    } finally {
      subscription.dispose();
    }
  });
}

async function copyDigest(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Copy the digest of an image");
  if (image === undefined) return;
  const digest = lastVerdict(image.status)?.digest ?? image.uses[0]?.use.reference?.digest;
  if (digest === undefined) {
    void vscode.window.showInformationMessage(`The digest of ${image.name} is not known. Verify it first.`);
    return;
  }
  await vscode.env.clipboard.writeText(digest);
  vscode.window.setStatusBarMessage(`Copied ${digest.slice(0, 19)}...`, 3000);
}
