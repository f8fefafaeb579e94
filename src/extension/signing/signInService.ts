import * as vscode from "vscode";
import type { ServicePointer } from "../../core/policy/configuration.ts";
import { count } from "../../core/report/words.ts";
import { signalOf } from "../cancellation.ts";
import { internalCommand, type CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { createSecrets } from "../secrets.ts";
import { personAtEditor } from "./person.ts";
import type { ServiceState } from "./signingState.ts";

/**
 * Signs in to a signing service: asks for what the service takes, and keeps it in the editor's secret storage for exactly
 * the service's origin, which every question names. A workspace that gives a service another address is asked about again.
 * Gives whether the person is signed in then.
 */
export async function signInService(
  extension: Extension,
  target: CommandTarget = {},
  question = "How do you sign in?",
): Promise<boolean> {
  if (!vscode.workspace.isTrusted) return false;
  const { keptNames, signInWays } = await import("../../adapters/services/signIns.ts");
  const configured = extension.model.rulebook.configuration.services.filter(
    (service) => URL.canParse(service.url) && signInWays(service).length > 0,
  );
  if (configured.length === 0) {
    void vscode.window.showInformationMessage(
      "No signing service that needs a sign-in is named in .countersign.yaml. The trial service needs none.",
    );
    return false;
  }
  const service = configured.find(({ name }) => name === target.service) ?? (await chooseService(configured));
  if (service === undefined) return false;
  const { origin } = new URL(service.url);
  const title = `Sign in to ${service.name} at ${origin}`;
  const ways = signInWays(service).map((way) => ({ label: way.label, way }));
  const chosen = await vscode.window.showQuickPick(ways, { title, placeHolder: question, ignoreFocusOut: true });
  if (chosen === undefined) return false;
  const answers = new Map<string, string>();
  for (const { name, prompt, secret } of chosen.way.answers) {
    const value = await vscode.window.showInputBox({ title, prompt, password: secret, ignoreFocusOut: true });
    if (value === undefined || value === "") return false;
    answers.set(name, value);
  }
  // Kept only once all are there, so that leaving half-way changes nothing.
  const secrets = createSecrets(extension.context.secrets);
  // A session of somebody else, or of the way before, must not be gone on with.
  for (const name of keptNames(service)) await secrets.delete(origin, name);
  for (const [name, value] of answers) await secrets.set(origin, name, value);
  if (answers.size === 0) await signInElsewhere(extension, service.name);
  const services = await extension.signing.refresh(AbortSignal.timeout(15_000));
  const state = services.find(({ name }) => name === service.name);
  // What does not let anybody in is not kept.
  if (state?.asksForSignIn === true) for (const name of answers.keys()) await secrets.delete(origin, name);
  void tell(extension, service.name, state);
  return state !== undefined && state.failure === undefined;
}

/** Waits while the person signs in in a browser; what went wrong is said when the service is asked the next time. */
async function signInElsewhere(extension: Extension, name: string): Promise<void> {
  const options = { location: vscode.ProgressLocation.Notification, title: `Signing in to ${name}`, cancellable: true };
  await vscode.window.withProgress(options, async (_progress, token) => {
    const opened = await extension.signing.open(name, personAtEditor);
    await opened?.listKeys({ signal: signalOf(token) }).catch((error: unknown) => {
      extension.log.error(`Could not sign in to ${name}`, error);
    });
  });
}

/** Says what the sign-in came to, with one next step. */
async function tell(extension: Extension, service: string, state: ServiceState | undefined): Promise<void> {
  if (state?.failure === undefined) {
    const message = `Signed in to ${service}: ${count(state?.keys.length ?? 0, "key")}`;
    const next = await vscode.window.showInformationMessage(message, "Show");
    if (next === "Show") await vscode.commands.executeCommand(internalCommand("countersign.signing.focus"));
    return;
  }
  const message = `${service}: ${state.failure}`;
  const next = await vscode.window.showErrorMessage(message, "Try again");
  if (next === "Try again") await signInService(extension, { service });
}

async function chooseService(services: readonly ServicePointer[]): Promise<ServicePointer | undefined> {
  const items = services.map((service) => ({ label: service.name, description: service.url, service }));
  const options = { title: "Sign in to a signing service", placeHolder: "Service" };
  return (await vscode.window.showQuickPick(items, options))?.service;
}
