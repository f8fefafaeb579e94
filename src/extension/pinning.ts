import * as vscode from "vscode";
import type { Finding } from "../core/rules/rule.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { safeEdits, workspaceEdit } from "./quickFixes.ts";
import { chooseImage } from "./targets.ts";

/** The rule whose fix writes a digest. */
const pinRule = "image-without-digest";

/** Writes the verified digest of one image, wherever the file that was meant uses it. */
export async function pin(extension: Extension, target: CommandTarget): Promise<void> {
  const image = await chooseImage(extension, target, "Pin an image to its digest");
  if (image === undefined) return;
  const uses = image.uses.filter(
    ({ document, use }) =>
      (target.file === undefined || document.path === target.file) &&
      (target.offset === undefined || target.file === undefined || use.span.start === target.offset),
  );
  const findings = uses.flatMap(({ document, use }) =>
    extension.model
      .findings(document.path)
      .filter(({ rule, span }) => rule === pinRule && span.start === use.span.start),
  );
  const done = await apply(extension, findings, pinRule);
  if (!done) {
    const why = "Only a verified digest is written, and only where the file holds the reference literally.";
    void vscode.window.showInformationMessage(`${image.name} was not pinned. ${why}`);
  }
}

/** Writes every verified digest in the file that is open. */
export async function pinAll(extension: Extension): Promise<void> {
  await inActiveFile(extension, pinRule, "Nothing to pin: no image in this file is verified and without a digest.");
}

/** Applies every safe fix in the file that is open. */
export async function fixAll(extension: Extension): Promise<void> {
  await inActiveFile(extension, undefined, "Nothing in this file can be fixed without a decision of yours.");
}

async function inActiveFile(extension: Extension, rule: string | undefined, nothing: string): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const path = uri === undefined ? undefined : extension.files.pathOf(uri);
  const findings = path === undefined ? [] : extension.model.findings(path);
  if (!(await apply(extension, findings, rule))) void vscode.window.showInformationMessage(nothing);
}

async function apply(extension: Extension, findings: readonly Finding[], rule: string | undefined): Promise<boolean> {
  const edits = safeEdits(findings, rule);
  // An edit at the places of an older text would hit the wrong ones.
  const stale = edits.some(({ file }) => isStale(extension, file));
  const edit = stale ? undefined : workspaceEdit(extension, edits);
  return edit !== undefined && (await vscode.workspace.applyEdit(edit));
}

function isStale(extension: Extension, path: string): boolean {
  const uri = extension.files.uriOf(path)?.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
  return open !== undefined && open.getText() !== extension.model.document(path)?.text;
}
