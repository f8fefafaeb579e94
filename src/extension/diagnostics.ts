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
        return publish(extension.model.pathsUsing(change.references));
      case "policy":
        collection.clear();
        return publish([...documentPaths(extension), ...problemPaths(extension)]);
      case "ready":
        return undefined;
    }
  });
  return vscode.Disposable.from(collection, subscription);
}

function diagnosticsOf(extension: Extension, path: string): vscode.Diagnostic[] {
  const document = extension.model.document(path);
  const problems = problemDiagnostics(extension, path, document);
  if (document === undefined) return problems;
  return [...extension.model.findings(path).map((finding) => toDiagnostic(extension, document, finding)), ...problems];
}

function documentPaths({ model }: Extension): readonly string[] {
  return model.documents().map(({ path }) => path);
}

function problemPaths({ model }: Extension): readonly string[] {
  return model.rulebook.problems.flatMap(({ file }) => file ?? []);
}

/** What could not be read as its author meant it: in the file itself, in a policy, in the configuration. */
function problemDiagnostics(extension: Extension, path: string, document: Document | undefined): vscode.Diagnostic[] {
  const stated = extension.model.rulebook.problems.filter(({ file }) => file === path);
  const unique = new Map(
    [...(document?.problems ?? []), ...stated].map((problem) => [`${problem.code} ${problem.message}`, problem]),
  );
  return [...unique.values()].map(({ code, message, span }) => {
    const range = document === undefined || span === undefined ? new vscode.Range(0, 0, 0, 0) : rangeOf(document, span);
    const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
    diagnostic.source = "Countersign";
    diagnostic.code = code;
    return diagnostic;
  });
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
