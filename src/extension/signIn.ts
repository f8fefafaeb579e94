import * as vscode from "vscode";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";

/** Hosts as the reference grammar allows them; nothing else is ever typed into a terminal. */
const host = /^[a-z0-9.-]+(?::\d{1,5})?$/u;

/**
 * Signs in to a registry where Docker keeps its logins: types `docker login HOST` into a terminal, for the person to run.
 * We never see the password, and other tools gain the same login.
 */
export async function signIn(extension: Extension, target: CommandTarget): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  const image = extension.model.images().find(({ reference }) => reference === target.reference);
  const registry = image?.registry ?? (await chooseRegistry(extension));
  if (registry === undefined || !host.test(registry)) return;
  const terminal = vscode.window.createTerminal({ name: `Sign in to ${registry}` });
  terminal.show();
  terminal.sendText(`docker login ${registry === "docker.io" ? "" : registry}`.trim(), false);
}

async function chooseRegistry(extension: Extension): Promise<string | undefined> {
  const registries = [...new Set(extension.model.images().map(({ registry }) => registry))].sort();
  if (registries.length === 0) {
    void vscode.window.showInformationMessage("No image references were found in this workspace.");
    return undefined;
  }
  return await vscode.window.showQuickPick(registries, { title: "Sign in to a registry", placeHolder: "Registry" });
}
