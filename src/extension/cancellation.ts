import * as vscode from "vscode";

/** A cancellation token that follows an AbortSignal; dispose it when the call has ended. */
export function abortOf(signal: AbortSignal): { readonly token: vscode.CancellationToken; dispose(): void } {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return {
    token: source.token,
    dispose() {
      signal.removeEventListener("abort", cancel);
      source.dispose();
    },
  };
}

/** An AbortSignal that follows the editor's Cancel button. */
export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
