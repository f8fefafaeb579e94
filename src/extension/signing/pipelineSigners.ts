import type * as vscode from "vscode";
import type { PipelineSigner } from "../../core/rules/rule.ts";
import type { Extension } from "../context.ts";

/** Tells the model which keys a pipeline could sign with: those of configured services, as far as they have been asked. */
export function register(extension: Extension): vscode.Disposable {
  return extension.signing.onDidChange(() => extension.model.putSigners(signersOf(extension)));
}

function signersOf({ model, signing }: Extension): readonly PipelineSigner[] {
  return signing.services().flatMap((state) => {
    const service = model.rulebook.configuration.services.find(({ name }) => name === state.name);
    if (service === undefined) return [];
    return state.keys
      .filter((key) => key.state === "enabled")
      .map(({ name, needs }) => ({
        service,
        key: { name, needs: needs.filter((need) => need === "justification" || need === "approval") },
      }));
  });
}
