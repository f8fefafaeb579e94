import { setTimeout } from "node:timers/promises";
import * as vscode from "vscode";
import type { Edit } from "../core/rules/rule.ts";
import type { Extension } from "./context.ts";
import { workspaceEdit } from "./quickFixes.ts";

/** How long the editor may take to say that a file is changed and not saved, in milliseconds. */
const hearing = 300;

/** What became of edits; only where they were applied was anything changed. */
export type EditOutcome =
  | {
      readonly kind: "applied";
      readonly edits: readonly Edit[];
      /** Files that are read-only, and hold what they held. */
      readonly left: readonly string[];
    }
  | { readonly kind: "nothing" }
  /** `why` is a sentence that says what to do. */
  | { readonly kind: "refused"; readonly why: string };

/** Applies edits as one change, and only at the places of the texts that they were made for. */
export async function applyEdits(extension: Extension, edits: readonly Edit[], label?: string): Promise<EditOutcome> {
  if (edits.length === 0) return { kind: "nothing" };
  const before = new Map<string, string>();
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = await currentText(extension, file);
    if (text === undefined) return stale;
    before.set(file, text);
  }
  const edit = workspaceEdit(extension, edits, label);
  if (edit === undefined) return stale;
  if (!(await vscode.workspace.applyEdit(edit)))
    return { kind: "refused", why: "The editor did not accept the change." };
  const left = await restoreReadOnly(extension, before);
  const applied = edits.filter(({ file }) => !left.includes(file));
  if (applied.length > 0) return { kind: "applied", edits: applied, left };
  return { kind: "refused", why: left.map((file) => `${file} is read-only.`).join(" ") };
}

const stale: EditOutcome = {
  kind: "refused",
  why: "A file has changed meanwhile; try again once it has been read.",
};

/**
 * The text of a file as the editor has it; undefined where it is another than the one that was read: one that is not open
 * may have changed on disk just now.
 */
async function currentText({ files, model }: Extension, path: string): Promise<string | undefined> {
  const uri = files.uriOf(path);
  const text = model.document(path)?.text;
  const opened = uri === undefined ? undefined : await open(uri);
  if (opened === undefined || text === undefined) return undefined;
  // The editor gives all lines of a file the same end.
  return withLineFeeds(opened.getText()) === withLineFeeds(text) ? opened.getText() : undefined;
}

/** The editor changes a read-only file in its window alone, where nobody could save it: such files get their text back. */
async function restoreReadOnly(extension: Extension, before: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const left: string[] = [];
  const undo = new vscode.WorkspaceEdit();
  for (const [path, text] of before) {
    const uri = extension.files.uriOf(path);
    const opened = uri === undefined ? undefined : await open(uri);
    if (uri === undefined || opened === undefined || (await isKept(extension, path, opened))) continue;
    left.push(path);
    undo.replace(uri, new vscode.Range(0, 0, opened.lineCount, 0), text);
  }
  if (left.length > 0) await vscode.workspace.applyEdit(undo);
  return left;
}

/** Whether a changed file waits to be saved; what is saved by itself is not dirty either, but it is on disk. */
async function isKept({ files }: Extension, path: string, opened: vscode.TextDocument): Promise<boolean> {
  // The editor may say so a moment later.
  if (!opened.isDirty) await setTimeout(hearing);
  if (opened.isDirty) return true;
  try {
    const text = await files.read(path, { signal: AbortSignal.timeout(5_000) });
    return text !== undefined && withLineFeeds(text) === withLineFeeds(opened.getText());
  } catch {
    return false;
  }
}

async function open(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    return undefined;
  }
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/gu, "\n");
}
