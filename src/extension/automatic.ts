import * as vscode from "vscode";
import type { Extension } from "./context.ts";
import { referencesOf } from "./model.ts";
import { isAutomatic, onSettingChange, setting } from "./settings.ts";

/** How long a reference must stand before its registry is asked, in milliseconds: nobody is asked about half a name. */
const standingPause = 700;

/** Verifies what the setting allows without being asked, and again where a policy has changed. */
export function register(extension: Extension): vscode.Disposable {
  const { model, verification } = extension;
  const lifetime = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let policyText = "";

  const ask = (references: readonly string[]): void =>
    void verification.verify(references, { signal: lifetime.signal });
  const askUnknown = (): void => {
    if (!vscode.workspace.isTrusted || !model.ready) return;
    ask(wanted(extension).filter((reference) => model.status(reference).kind === "not-checked"));
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(askUnknown, standingPause);
  };
  const askAgain = (): void => {
    const before = policyText;
    policyText =
      JSON.stringify(model.rulebook.policy.rules) + JSON.stringify(model.rulebook.configuration.trustedRoots);
    if (!model.ready || before === policyText) return;
    ask([...model.verdicts().keys()]);
    // A message of a rule may have changed although no image is known yet.
    later();
  };

  const askAnew = (): void => {
    extension.connections.forget();
    ask([...model.verdicts().keys()]);
  };

  return vscode.Disposable.from(
    model.onDidChange((change) => {
      switch (change.kind) {
        case "documents":
          return later();
        case "policy":
          return askAgain();
        case "ready":
          return askUnknown();
        case "verdicts":
          return undefined;
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(askUnknown),
    vscode.window.onDidChangeVisibleTextEditors(later),
    onSettingChange("verify.automatically", askUnknown),
    ...["offline", "registry", "trustedRoot"].map((key) => onSettingChange(key, askAnew)),
    new vscode.Disposable(() => {
      lifetime.abort();
      clearTimeout(timer);
    }),
  );
}

function wanted({ model, files }: Extension): readonly string[] {
  switch (setting("verify.automatically", isAutomatic, "workspace")) {
    case "workspace":
      return model.images().map(({ reference }) => reference);
    case "openFiles":
      return vscode.workspace.textDocuments.flatMap((open) => {
        const path = files.pathOf(open.uri);
        const document = path === undefined ? undefined : model.document(path);
        return document === undefined ? [] : referencesOf(document);
      });
    case "never":
      return [];
  }
}
