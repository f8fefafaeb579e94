// What every suite inside the extension host needs.
import assert from "node:assert/strict";
import { languages, Uri, workspace, type Diagnostic } from "vscode";

/** Waits until `look` finds something; the limit is mocha's. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The address of a file in the workspace. */
export function fileUri(path: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  assert.ok(folder !== undefined);
  return Uri.joinPath(folder.uri, path);
}

/** Writes a file of the workspace, and gives its address. */
export async function write(path: string, text: string): Promise<Uri> {
  const uri = fileUri(path);
  await workspace.fs.writeFile(uri, Buffer.from(text));
  return uri;
}

/** What we say about a file in the Problems view. */
export function ours(uri: Uri): readonly Diagnostic[] {
  return languages.getDiagnostics(uri).filter(({ source }) => source === "Countersign");
}

/** The rule of a diagnostic, or the code of a problem. */
export function ruleOf({ code }: Diagnostic): unknown {
  return typeof code === "object" ? code.value : code;
}
