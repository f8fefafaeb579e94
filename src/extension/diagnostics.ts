import * as vscode from "vscode";
import type { Document, ImageUse } from "../core/document/document.ts";
import { createLineIndex, type Span } from "../core/image/span.ts";
import type { Problem } from "../core/problem.ts";
import { count, printable } from "../core/report/words.ts";
import { imageUnknown } from "../core/rules/image-unknown.ts";
import type { Finding, Severity } from "../core/rules/rule.ts";
import type { Extension } from "./context.ts";
import { lastVerdict, type ImageStatus } from "./marks.ts";
import type { ModelChange } from "./model.ts";
import { editorRange, rangeOf } from "./places.ts";
import { referenceOf } from "./tree/grouping.ts";
import { keyOf, unreachable, type Unreachable } from "./unreachable.ts";

/** How long findings are worked out before the editor gets its turn, in milliseconds. */
const sliceTime = 10;

/** Keeps the Problems view at what the rules find. */
export function register(extension: Extension): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("countersign");
  const waiting = new Set<string>();
  let timer: NodeJS.Immediate | undefined;
  let stated: readonly string[] = [];
  let spoken: ReadonlyMap<string, Unreachable> = new Map();

  const publishSlice = (): void => {
    timer = undefined;
    const until = Date.now() + sliceTime;
    const entries: [vscode.Uri, vscode.Diagnostic[]][] = [];
    for (const path of waiting) {
      waiting.delete(path);
      const uri = extension.files.uriOf(path);
      if (uri !== undefined) {
        const document = extension.model.document(path);
        if (document !== undefined) entries.push([uri, diagnosticsOf(extension, document)]);
        else void publishProblems(uri, path);
      }
      if (Date.now() >= until) break;
    }
    collection.set(entries);
    if (waiting.size > 0) timer = setImmediate(publishSlice);
  };
  /** Policies and configurations are no documents: their text is read to tell the lines. */
  const publishProblems = async (uri: vscode.Uri, path: string): Promise<void> => {
    const problems = problemsAt(extension, path);
    const text =
      problems.length === 0
        ? ""
        : await extension.files.read(path, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    if (extension.model.document(path) !== undefined) return;
    const lines = createLineIndex(text ?? "");
    const diagnostics = problems.map((problem) =>
      problemDiagnostic(problem, (span) => editorRange(lines.positionAt(span.start), lines.positionAt(span.end))),
    );
    collection.set(uri, diagnostics);
  };
  const publish = (paths: readonly string[]): void => {
    for (const path of paths) waiting.add(path);
    // A file that somebody types in is answered at once.
    if (waiting.size > 0 && timer === undefined) publishSlice();
  };
  /** Places that speak for others speak for more of them now, or no longer. */
  const publishSpeakers = (): void => {
    const before = spoken;
    spoken = speakers(extension);
    const changed = (map: ReadonlyMap<string, Unreachable>, other: ReadonlyMap<string, Unreachable>): string[] =>
      [...map].flatMap(([key, group]) => (isSame(group, other.get(key)) ? [] : [group.path]));
    publish([...new Set([...changed(before, spoken), ...changed(spoken, before)])]);
  };
  const publishChange = (change: ModelChange): void => {
    switch (change.kind) {
      case "documents":
        return publish(change.paths);
      case "verdicts":
        return publish(extension.model.pathsUsing(change.references));
      case "policy": {
        const before = stated;
        stated = problemPaths(extension);
        return publish([...documentPaths(extension), ...before, ...stated]);
      }
      case "ready":
        return undefined;
    }
  };
  const subscription = extension.model.onDidChange((change) => {
    publishChange(change);
    if (change.kind !== "ready") publishSpeakers();
  });
  return vscode.Disposable.from(collection, subscription, new vscode.Disposable(() => clearImmediate(timer)));
}

function diagnosticsOf(extension: Extension, document: Document): vscode.Diagnostic[] {
  const { path, problems } = document;
  const all = new Map(
    [...problems, ...problemsAt(extension, path)].map((each) => [`${each.code} ${each.message}`, each]),
  );
  return [
    ...extension.model.findings(path).map((finding) => toDiagnostic(extension, document, finding)),
    ...[...all.values()].map((problem) => problemDiagnostic(problem, (span) => rangeOf(document, span))),
  ];
}

function documentPaths({ model }: Extension): readonly string[] {
  return model.documents().map(({ path }) => path);
}

function problemPaths({ model }: Extension): readonly string[] {
  return model.rulebook.problems.flatMap(({ file }) => file ?? []);
}

/** What could not be read as its author meant it, in a policy or in the configuration. */
function problemsAt({ model }: Extension, path: string): readonly Problem[] {
  return model.rulebook.problems.filter(({ file }) => file === path);
}

function problemDiagnostic({ code, message, span }: Problem, rangeAt: (span: Span) => vscode.Range): vscode.Diagnostic {
  const range = span === undefined ? new vscode.Range(0, 0, 0, 0) : rangeAt(span);
  const diagnostic = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = "Countersign";
  diagnostic.code = code;
  return diagnostic;
}

/** What is true of most references is offered where the cursor is, and marks nothing as a problem. */
const quietRules: ReadonlySet<string> = new Set(["image-without-digest"]);

function toDiagnostic(extension: Extension, document: Document, finding: Finding): vscode.Diagnostic {
  const said = saidOf(extension, document, finding);
  const isQuiet = said === undefined || quietRules.has(finding.rule);
  const diagnostic = new vscode.Diagnostic(
    rangeOf(document, finding.span),
    said ?? finding.message,
    isQuiet ? vscode.DiagnosticSeverity.Hint : severityOf(finding.severity),
  );
  diagnostic.source = "Countersign";
  const argument = encodeURIComponent(JSON.stringify([{ rule: finding.rule }]));
  diagnostic.code = { value: finding.rule, target: vscode.Uri.parse(`command:countersign.showRule?${argument}`) };
  diagnostic.relatedInformation = relatedTo(extension, document, finding);
  return diagnostic;
}

/** What is said at this place; undefined where another says it: a registry that cannot be asked is a problem once. */
function saidOf(extension: Extension, { path }: Document, { rule, span, message }: Finding): string | undefined {
  const use = rule === imageUnknown.id ? extension.model.useAt(path, span.start) : undefined;
  const reference = use === undefined ? undefined : referenceOf(use);
  const registry = use?.reference?.registry;
  if (reference === undefined || registry === undefined) return message;
  const group = speakers(extension).get(keyOf({ registry, status: extension.model.status(reference) }) ?? "");
  if (group === undefined || group.others === 0) return message;
  if (group.path !== path || group.offset !== span.start) return undefined;
  const others = `${count(group.others, "other image")} of ${printable(group.registry)}`;
  // The number first: the end of a long message is out of sight.
  return message.replace(" could not be checked (", () => ` and ${others} could not be checked (`);
}

function speakers({ model }: Extension): ReadonlyMap<string, Unreachable> {
  return unreachable(model.images(), (path, offset) =>
    model.findings(path).some(({ rule, span }) => rule === imageUnknown.id && span.start === offset),
  );
}

function isSame(group: Unreachable, other: Unreachable | undefined): boolean {
  return group.path === other?.path && group.offset === other.offset && group.others === other.others;
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

/** Rules whose findings a policy decides; the others say nothing of one. */
const decidedByPolicy = new Set(["image-unsigned", "image-untrusted", "image-invalid", "image-unknown"]);

/** The state that a verdict's rule is about. */
function stateOfRule(rule: string): string | undefined {
  return decidedByPolicy.has(rule) ? rule.slice("image-".length) : undefined;
}

/** Where the finding comes from: the policy that decided, and the literal that gave the value. */
function relatedTo(extension: Extension, document: Document, finding: Finding): vscode.DiagnosticRelatedInformation[] {
  const statusOf = (one: ImageUse): ImageStatus | undefined => {
    const reference = referenceOf(one);
    return reference === undefined ? undefined : extension.model.status(reference);
  };
  const uses = document.images.filter(({ span }) => span.start === finding.span.start && span.end === finding.span.end);
  // Of the images that a matrix gives, one that the finding holds for.
  const use = uses.find((one) => lastVerdict(statusOf(one))?.state === stateOfRule(finding.rule)) ?? uses[0];
  if (use === undefined) return [];
  const related: vscode.DiagnosticRelatedInformation[] = [];
  const status = statusOf(use);
  if (decidedByPolicy.has(finding.rule) && status?.kind === "judged" && status.verdict.decidedBy !== undefined) {
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
