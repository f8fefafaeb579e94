import * as vscode from "vscode";
import { register as registerAutomatic } from "./automatic.ts";
import { register as registerCodeLens } from "./codeLens.ts";
import { register as registerCommands } from "./commands.ts";
import { createConnections } from "./connections.ts";
import type { Extension } from "./context.ts";
import { register as registerDetails } from "./details.ts";
import { register as registerDiagnostics } from "./diagnostics.ts";
import { register as registerHover } from "./hover.ts";
import { createLogbook } from "./log.ts";
import { createModel } from "./model.ts";
import { register as registerQuickFixes } from "./quickFixes.ts";
import { register as registerReading } from "./reading.ts";
import { versionOf } from "./report.ts";
import { createSecrets } from "./secrets.ts";
import { register as registerAccounts } from "./signing/accounts.ts";
import { register as registerAudit } from "./signing/auditLog.ts";
import { createServiceDirectory } from "./signing/directory.ts";
import { createSigningState } from "./signing/signingState.ts";
import { register as registerSigners } from "./signing/pipelineSigners.ts";
import { register as registerWaiting } from "./signing/waiting.ts";
import { register as registerStatusBar } from "./statusBar.ts";
import { createImagesView } from "./tree/images.ts";
import { register as registerPolicies } from "./tree/policies.ts";
import { register as registerSigning } from "./tree/signing.ts";
import { readMaterial } from "./trust.ts";
import { register as registerValues } from "./values.ts";
import { createVerification } from "./verification.ts";
import { createWorkspaceFiles } from "./workspaceFiles.ts";

/** Composes the extension. Nothing heavy loads here: readers, registries and signature engines come when they are needed. */
export function activate(context: vscode.ExtensionContext): void {
  const now = (): Date => new Date();
  const lifetime = new AbortController();
  const log = createLogbook();
  const files = createWorkspaceFiles(log, context.asAbsolutePath("dist/readingProcess.cjs"));
  const model = createModel(now);
  const connections = createConnections(log, versionOf({ context }));
  const material = () => readMaterial({ model, files, log }, lifetime.signal);
  const verification = createVerification({ model, connections, log, material });
  const signing = createSigningState(
    context,
    createServiceDirectory({ model, log, secrets: createSecrets(context.secrets) }),
    log,
  );
  const extension: Extension = { context, files, log, model, connections, material, verification, signing, now };
  const images = createImagesView(extension);
  context.subscriptions.push(
    new vscode.Disposable(() => lifetime.abort()),
    log,
    model,
    verification,
    signing,
    images,
    registerCommands(extension, images),
    registerDetails(extension),
    registerAudit(extension),
    registerAccounts(extension),
    registerDiagnostics(extension),
    registerQuickFixes(extension),
    registerHover(extension),
    registerCodeLens(extension),
    registerValues(extension),
    registerPolicies(extension),
    registerSigning(extension),
    registerStatusBar(extension),
    registerWaiting(extension),
    registerSigners(extension),
    registerAutomatic(extension),
    // Last, so that everybody hears what it finds.
    registerReading(extension),
  );
}
