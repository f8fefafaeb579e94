import * as vscode from "vscode";
import type { Document } from "../core/document/document.ts";
import type { Finding, Severity } from "../core/rules/rule.ts";
import type { Extension } from "./context.ts";
import { rangeOf } from "./places.ts";
import { referenceOf } from "./tree/grouping.ts";

/** Keeps the Problems view at what the rules find. */
export function register(extension: Extension): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("countersign");
  const publish = (paths: readonly string[]): void => {
    const entries = paths.flatMap((path): [vscode.Uri, vscode.Diagnostic[]][] => {
      const uri = extension.files.uriOf(path);
      return uri === undefined ? [] : [[uri, diagnosticsOf(extension, path)]];
    });
    collection.set(entries);
  };
  const subscription = extension.model.onDidChange((change) => {
    switch (change.kind) {
      case "documents":
        return publish(change.paths);
      case "verdicts":
      case "policy":
        return publish(extension.model.documents().map(({ path }) => path));
      case "ready":
        return undefined;
    }
  });
  return vscode.Disposable.from(collection, subscription);
}

function diagnosticsOf(extension: Extension, path: string): vscode.Diagnostic[] {
  const document = extension.model.document(path);
  if (document === undefined) return [];
  return extension.model.findings(path).map((finding) => toDiagnostic(extension, document, finding));
}

function toDiagnostic(extension: Extension, document: Document, finding: Finding): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(
    rangeOf(document, finding.span),
    finding.message,
    severityOf(finding.severity),
  );
  diagnostic.source = "Countersign";
  const argument = encodeURIComponent(JSON.stringify([{ rule: finding.rule }]));
  diagnostic.code = { value: finding.rule, target: vscode.Uri.parse(`command:countersign.showRule?${argument}`) };
  diagnostic.relatedInformation = relatedTo(extension, document, finding);
  return diagnostic;
}

function severityOf(severity: Severity): vscode.DiagnosticSeverity {
  switch (severity) {
    case "error":
      return vscode.DiagnosticSeverity.Error;
    case "warning":
      return vscode.DiagnosticSeverity.Warning;
    case "note":
      return vscode.DiagnosticSeverity.Information;
  }
}

/** Where the finding comes from: the policy that decided, and the literal that gave the value. */
function relatedTo(extension: Extension, document: Document, finding: Finding): vscode.DiagnosticRelatedInformation[] {
  const use = document.images.find(({ span }) => span.start === finding.span.start && span.end === finding.span.end);
  if (use === undefined) return [];
  const related: vscode.DiagnosticRelatedInformation[] = [];
  const reference = referenceOf(use);
  const status = reference === undefined ? undefined : extension.model.status(reference);
  if (finding.rule !== "image-without-digest" && status?.kind === "judged" && status.verdict.decidedBy !== undefined) {
    const { policy, line, rule } = status.verdict.decidedBy;
    const uri = extension.files.uriOf(policy);
    if (uri !== undefined) {
      const location = new vscode.Location(uri, new vscode.Position(Math.max(0, line - 1), 0));
      related.push(new vscode.DiagnosticRelatedInformation(location, `decided by ${rule}`));
    }
  }
  const here = extension.files.uriOf(document.path);
  if (use.definedAt !== undefined && here !== undefined) {
    const location = new vscode.Location(here, rangeOf(document, use.definedAt));
    related.push(new vscode.DiagnosticRelatedInformation(location, "the value is written here"));
  }
  return related;
}
