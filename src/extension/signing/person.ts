import * as vscode from "vscode";
import type { Person } from "../../application/ports.ts";
import { printable } from "../../core/report/words.ts";

/** The person at the editor: questions of a service as input boxes, addresses to open after they said so. */
export const personAtEditor: Person = {
  async answer({ service, prompt, about, secret }, { signal }) {
    const source = new vscode.CancellationTokenSource();
    const cancel = (): void => source.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const options = {
        title: `${printable(service)} asks`,
        prompt: `${printable(prompt)} for ${printable(about)}`,
        password: secret,
        ignoreFocusOut: true,
      };
      return await vscode.window.showInputBox(options, source.token);
    } finally {
      signal.removeEventListener("abort", cancel);
      source.dispose();
    }
  },
  async visit({ service, url, code }) {
    const detail = code === undefined ? url : `Compare or type this code there: ${printable(code)}\n\n${url}`;
    const open = code === undefined ? "Open" : "Copy code and open";
    const chosen = await vscode.window.showInformationMessage(
      `Sign in to ${printable(service)} in your browser?`,
      { modal: true, detail },
      open,
    );
    if (chosen !== open) return;
    if (code !== undefined) await vscode.env.clipboard.writeText(code);
    await vscode.env.openExternal(vscode.Uri.parse(url, true));
  },
};
