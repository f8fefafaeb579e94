import * as vscode from "vscode";
import { draftClusterImagePolicy } from "../core/policy/draftPolicy.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { openAt } from "./places.ts";

/** Opens a policy at the line that decided, or the one that a person picks. */
export async function openPolicy(extension: Extension, target: CommandTarget): Promise<void> {
  const rules = extension.model.rulebook.policy.rules;
  const place =
    target.file === undefined ? await choosePolicy(extension) : { file: target.file, line: target.line ?? 1 };
  // Only files that state a policy: a link must not open anything else.
  if (place === undefined) return;
  const known =
    rules.some(({ source }) => source.file === place.file) ||
    extension.model.rulebook.policy.problems.some(({ file }) => file === place.file);
  const uri = known ? extension.files.uriOf(place.file) : undefined;
  if (uri === undefined) return;
  const start = new vscode.Position(Math.max(0, place.line - 1), 0);
  await openAt(uri, new vscode.Range(start, start));
}

async function choosePolicy(
  extension: Extension,
): Promise<{ readonly file: string; readonly line: number } | undefined> {
  const { rules } = extension.model.rulebook.policy;
  if (rules.length === 0) {
    void vscode.window.showInformationMessage("No policy was found in this workspace.");
    return undefined;
  }
  const items = rules.map(({ name, source }) => ({
    label: `$(law) ${name}`,
    description: `${source.file}:${source.line}`,
    source,
  }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Open a policy", matchOnDescription: true });
  return chosen?.source;
}

/** Writes a policy that accepts today's signers into a new document, for a person to cut down and to save. */
export async function draftPolicy(extension: Extension): Promise<void> {
  const content = draftClusterImagePolicy([...extension.model.verdicts().values()]);
  const document = await vscode.workspace.openTextDocument({ language: "yaml", content });
  await vscode.window.showTextDocument(document);
}
