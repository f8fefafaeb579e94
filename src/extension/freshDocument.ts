import type * as vscode from "vscode";
import type { Document } from "../core/document/document.ts";
import type { Extension } from "./context.ts";

/** How long a provider waits for a file to be read again, in milliseconds; the editor asks anew after every change. */
const patience = 5_000;

/**
 * What the model knows of exactly the text in the editor. While somebody types, the answer waits until the file has been
 * read again, so that nothing is ever drawn at the places of an older text; the editor cancels what is overtaken.
 */
export function freshDocument(
  { files, model }: Extension,
  editorDocument: vscode.TextDocument,
  token: vscode.CancellationToken,
): Promise<Document | undefined> {
  const path = files.pathOf(editorDocument.uri);
  if (path === undefined) return Promise.resolve(undefined);
  const current = (): Document | "none" | "later" => {
    const document = model.document(path);
    if (document === undefined) return model.ready ? "none" : "later";
    return document.text === editorDocument.getText() ? document : "later";
  };
  const known = current();
  if (known !== "later") return Promise.resolve(known === "none" ? undefined : known);
  return new Promise((resolve) => {
    const settle = (document: Document | undefined): void => {
      clearTimeout(timer);
      for (const subscription of subscriptions) subscription.dispose();
      resolve(document);
    };
    const timer = setTimeout(() => settle(undefined), patience);
    const subscriptions = [
      token.onCancellationRequested(() => settle(undefined)),
      model.onDidChange(({ kind }) => {
        if (kind === "verdicts" || kind === "policy") return;
        const now = current();
        if (now !== "later") settle(now === "none" ? undefined : now);
      }),
    ];
  });
}
