import * as vscode from "vscode";
import { findRule, rules } from "../core/rules/index.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import type { Verdict } from "../core/verdict/verdict.ts";
import { stepsText } from "./stepsText.ts";

const rulesScheme = "countersign-rule";
const stepsScheme = "countersign-steps";

/** Verdicts outside the model: of images that no file names, or under a policy that a person named. The last few are kept. */
const asked = new Map<string, Verdict>();
const keptVerdicts = 20;

/** Rules' documents and verdicts' steps, as virtual Markdown documents that the editor's own preview shows. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const steps: vscode.TextDocumentContentProvider = {
    onDidChange: changes.event,
    provideTextDocumentContent({ query }) {
      const verdict = asked.get(query);
      if (verdict !== undefined) return stepsText(verdict, extension.now());
      const status = extension.model.status(query);
      if (status.kind === "judged") return stepsText(status.verdict, extension.now());
      return "# Not known yet\n\nThis image has not been judged.\n";
    },
  };
  const documents: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: ({ query }) => findRule(query)?.doc ?? "# No such rule\n",
  };
  return vscode.Disposable.from(
    changes,
    vscode.workspace.registerTextDocumentContentProvider(stepsScheme, steps),
    vscode.workspace.registerTextDocumentContentProvider(rulesScheme, documents),
    extension.model.onDidChange((change) => {
      if (change.kind !== "verdicts") return;
      const judged = new Set(change.references);
      // Of thousands that are judged together, hardly one is being looked at.
      for (const { uri } of vscode.workspace.textDocuments)
        if (uri.scheme === stepsScheme && judged.has(uri.query)) changes.fire(uri);
    }),
  );
}

/** Shows how a verdict came to be. */
export async function showSteps(extension: Extension, reference: string): Promise<void> {
  await vscode.commands.executeCommand("markdown.showPreview", stepsUri(extension, reference));
}

/** Shows how a verdict came to be that was asked for by itself. */
export async function showVerdict(extension: Extension, verdict: Verdict): Promise<void> {
  const { path } = stepsUri(extension, verdict.reference);
  // Each has an address of its own: the preview of an earlier one must not change under the reader.
  const key = `${verdict.reference} ${extension.now().getTime()}`;
  asked.set(key, verdict);
  for (const oldest of asked.keys()) if (asked.size > keptVerdicts) asked.delete(oldest);
  await vscode.commands.executeCommand(
    "markdown.showPreview",
    vscode.Uri.from({ scheme: stepsScheme, path, query: key }),
  );
}

/** Shows the document of a rule; asks which where none is named. */
export async function showRule(target: CommandTarget): Promise<void> {
  const id = target.rule ?? (await chooseRule());
  if (id === undefined || findRule(id) === undefined) return;
  const uri = vscode.Uri.from({ scheme: rulesScheme, path: `/${id}`, query: id });
  await vscode.commands.executeCommand("markdown.showPreview", uri);
}

async function chooseRule(): Promise<string | undefined> {
  const items = rules.map(({ id, summary }) => ({ label: id, detail: summary }));
  const chosen = await vscode.window.showQuickPick(items, { title: "Explain a rule", matchOnDetail: true });
  return chosen?.label;
}

function stepsUri({ model }: Extension, reference: string): vscode.Uri {
  const name = model.images().find((image) => image.reference === reference)?.name ?? reference;
  // The last part of the path is the tab's title.
  const title = (name.split("/").at(-1) ?? name).split("@")[0] ?? name;
  return vscode.Uri.from({ scheme: stepsScheme, path: `/Steps of ${title}`, query: reference });
}
