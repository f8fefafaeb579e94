import * as vscode from "vscode";
import type { Document } from "../core/document/document.ts";
import type { Edit, Finding } from "../core/rules/rule.ts";
import { describeSigner } from "../core/report/words.ts";
import type { CommandId, CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { rangeOf, selector } from "./places.ts";
import { safeEdits } from "./safeEdits.ts";
import { pushActions } from "./signing/pushes.ts";
import { referenceOf } from "./tree/grouping.ts";
import { strangerOf } from "./trustSigner.ts";

function fixAllKind(): vscode.CodeActionKind {
  return vscode.CodeActionKind.SourceFixAll.append("countersign");
}

/** Offers the fixes of findings, the safe one first, and signing where a signature is missing or an image is pushed. */
export function register(extension: Extension): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    selector,
    { provideCodeActions: (document, range, context) => actionsFor(extension, document, range, context) },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, vscode.CodeActionKind.Refactor, fixAllKind()] },
  );
}

function actionsFor(
  extension: Extension,
  editorDocument: vscode.TextDocument,
  range: vscode.Range,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const document = currentDocument(extension, editorDocument);
  if (document === undefined) return [];
  const findings = extension.model.findings(document.path);
  // Asked for on saving, or by name.
  if (context.only?.contains(fixAllKind()) === true) return fixAll(extension, findings);
  const touched = findings.filter((finding) => rangeOf(document, finding.span).intersection(range) !== undefined);
  return [
    ...touched.flatMap((finding) => fixActions(extension, document, finding, context)),
    ...decisionActions(extension, document, touched),
    ...pushActions(document, range, context),
  ];
}

/** The model's document, unless the editor's text has moved on: an edit at old places would hit the wrong ones. */
function currentDocument(extension: Extension, editorDocument: vscode.TextDocument): Document | undefined {
  const path = extension.files.pathOf(editorDocument.uri);
  const document = path === undefined ? undefined : extension.model.document(path);
  return document?.text === editorDocument.getText() ? document : undefined;
}

function fixActions(
  extension: Extension,
  document: Document,
  finding: Finding,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const place = rangeOf(document, finding.span);
  const diagnostics = context.diagnostics.filter(
    ({ source, code, range }) =>
      source === "Countersign" && typeof code === "object" && code.value === finding.rule && range.isEqual(place),
  );
  return finding.fixes.flatMap((fix) => {
    const edit = workspaceEdit(extension, fix.edits);
    if (edit === undefined) return [];
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = edit;
    action.diagnostics = [...diagnostics];
    action.isPreferred = fix.preferred === true;
    return [action];
  });
}

/** What needs a person's decision: trusting a signer, or signing where a policy misses a signature. */
function decisionActions(extension: Extension, document: Document, findings: readonly Finding[]): vscode.CodeAction[] {
  const actions = new Map<string, vscode.CodeAction>();
  for (const finding of findings) {
    const use = document.images.find(({ span }) => span.start === finding.span.start && span.end === finding.span.end);
    const reference = use === undefined ? undefined : referenceOf(use);
    if (use === undefined || reference === undefined) continue;
    const status = extension.model.status(reference);
    if (status.kind !== "judged" || status.verdict.state === "verified" || status.verdict.state === "unknown") continue;
    const target: CommandTarget = { reference, file: document.path, offset: use.span.start };
    const signer = strangerOf(status.verdict)?.signer;
    if (signer !== undefined) {
      const title = `Trust ${describeSigner(signer)}...`;
      actions.set(`trust ${reference}`, commandAction(title, "countersign.trustSigner", target));
    }
    if (vscode.workspace.isTrusted)
      actions.set(`sign ${reference}`, commandAction("Sign through a signing service...", "countersign.sign", target));
  }
  return [...actions.values()];
}

function commandAction(title: string, command: CommandId, target: CommandTarget): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.command = { command, title, arguments: [target] };
  return action;
}

function fixAll(extension: Extension, findings: readonly Finding[]): vscode.CodeAction[] {
  const edit = workspaceEdit(extension, safeEdits(findings));
  if (edit === undefined) return [];
  const action = new vscode.CodeAction("Fix all that is safe to fix", fixAllKind());
  action.edit = edit;
  return [action];
}

/** Edits as the editor applies them; undefined where one of the files is not known as it was read. */
export function workspaceEdit(
  extension: Extension,
  edits: readonly Edit[],
  label?: string,
): vscode.WorkspaceEdit | undefined {
  if (edits.length === 0) return undefined;
  const result = new vscode.WorkspaceEdit();
  for (const { file, span, text } of edits) {
    const document = extension.model.document(file);
    const uri = extension.files.uriOf(file);
    if (document === undefined || uri === undefined) return undefined;
    const metadata = label === undefined ? undefined : { label, needsConfirmation: false };
    result.replace(uri, rangeOf(document, span), text, metadata);
  }
  return result;
}
