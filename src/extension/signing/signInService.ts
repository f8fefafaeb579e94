import * as vscode from "vscode";
import type { ServicePointer } from "../../core/policy/configurationServices.ts";
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
 */
export async function signInService(extension: Extension, target: CommandTarget = {}): Promise<void> {
  const { signInWays } = await import("../../adapters/services/signIns.ts");
  await extension.model.whenReady();
  const configured = extension.model.rulebook.configuration.services.filter(
    (service) => URL.canParse(service.url) && signInWays(service).length > 0,
  );
  if (configured.length === 0) {
    void vscode.window.showInformationMessage(
      "No signing service that needs a sign-in is named in .countersign.yaml. The trial service needs none.",
    );
    return;
  }
  const service = configured.find(({ name }) => name === target.service) ?? (await chooseService(configured));
  const state = service === undefined ? undefined : await askAndTry(extension, service, "How do you sign in?");
  if (state !== undefined) void tell(extension, state);
}

/** The same in the middle of something that goes on afterwards: asks until the person is signed in, or leaves. Gives whether they are. */
export async function signInOnTheWay(extension: Extension, name: string, question: string): Promise<boolean> {
  const service = extension.model.rulebook.configuration.services.find((each) => each.name === name);
  if (service === undefined || !URL.canParse(service.url)) return false;
  let asked = question;
  for (;;) {
    const state = await askAndTry(extension, service, asked);
    if (state === undefined) return false;
    if (state.failure === undefined) return true;
    extension.log.warn(`${name}: ${state.failure}`);
    asked = "That did not sign you in (see the log). How do you sign in?";
  }
}

/** What the service says to whoever signed in so; undefined where the person left. What lets nobody in is not kept. */
async function askAndTry(
  extension: Extension,
  service: ServicePointer,
  question: string,
): Promise<ServiceState | undefined> {
  if (!vscode.workspace.isTrusted) return undefined;
  const { keptBy, keptNames, signInWays } = await import("../../adapters/services/signIns.ts");
  const { origin } = new URL(service.url);
  const secrets = createSecrets(extension.context.secrets);
  const title = `Sign in to ${service.name} at ${origin}`;
  // The way that was taken the last time comes first.
  const ways = await Promise.all(
    signInWays(service).map(async (way) => {
      const kept = await Promise.all(keptBy(service, way).map((name) => secrets.get(origin, name)));
      return { label: way.label, way, usual: kept.length > 0 && kept.every((value) => value !== undefined) };
    }),
  );
  const items = ways.toSorted((a, b) => Number(b.usual) - Number(a.usual));
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: question, ignoreFocusOut: true });
  if (chosen === undefined) return undefined;
  const answers = new Map<string, string>();
  for (const { name, prompt, secret } of chosen.way.answers) {
    const value = await vscode.window.showInputBox({ title, prompt, password: secret, ignoreFocusOut: true });
    if (value === undefined || value === "") return undefined;
    answers.set(name, value);
  }
  // Kept only once all are there, so that leaving half-way changes nothing.
  // A session of somebody else, or of the way before, must not be gone on with.
  for (const name of keptNames(service)) await secrets.delete(origin, name);
  for (const [name, value] of answers) await secrets.set(origin, name, value);
  if (answers.size === 0) await signInElsewhere(extension, service.name);
  const services = await extension.signing.refresh(AbortSignal.timeout(15_000));
  const state = services.find(({ name }) => name === service.name);
  if (state?.asksForSignIn === true) for (const name of answers.keys()) await secrets.delete(origin, name);
  return state;
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
async function tell(extension: Extension, { name, failure, keys }: ServiceState): Promise<void> {
  if (failure === undefined) {
    const message = `Signed in to ${name}: ${count(keys.length, "key")}`;
    const next = await vscode.window.showInformationMessage(message, "Show");
    if (next === "Show") await vscode.commands.executeCommand(internalCommand("countersign.signing.focus"));
    return;
  }
  const next = await vscode.window.showErrorMessage(`${name}: ${failure}`, "Try again");
  if (next === "Try again") await signInService(extension, { service: name });
}

async function chooseService(services: readonly ServicePointer[]): Promise<ServicePointer | undefined> {
  const items = services.map((service) => ({ label: service.name, description: service.url, service }));
  const options = { title: "Sign in to a signing service", placeHolder: "Service" };
  return (await vscode.window.showQuickPick(items, options))?.service;
}
