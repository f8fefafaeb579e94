import * as vscode from "vscode";
import type { Authority, PolicyRule, PolicySource } from "../../core/policy/policy.ts";
import { count } from "../../core/report/words.ts";
import type { Extension } from "../context.ts";
import { createDrawing } from "../drawing.ts";

type Node =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "rule"; readonly rule: PolicyRule }
  | { readonly kind: "covers"; readonly glob: string; readonly source: PolicySource }
  | { readonly kind: "authority"; readonly authority: Authority }
  | { readonly kind: "not-understood"; readonly text: string; readonly file: string; readonly line: number };

/** The view "Policies": the files found, what each covers, how many images it decides, and what in it is not understood. */
export function register(extension: Extension): vscode.Disposable {
  const changes = new vscode.EventEmitter<Node | undefined>();
  const treeDataProvider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: changes.event,
    getChildren: (node) => [...(node === undefined ? filesOf(extension) : childrenOf(extension, node))],
    getTreeItem: (node) => toItem(extension, node),
  };
  const view = vscode.window.createTreeView("countersign.policies", { treeDataProvider });
  const draw = (): void => {
    void vscode.commands.executeCommand("setContext", "countersign.hasPolicies", filesOf(extension).length > 0);
    changes.fire(undefined);
  };
  draw();
  const drawing = createDrawing(draw);
  return vscode.Disposable.from(view, changes, drawing, extension.model.onDidChange(drawing.request));
}

function filesOf(extension: Extension): readonly Node[] {
  const { policy } = extension.model.rulebook;
  const fromProblems = policy.problems.flatMap(({ file }) => file ?? []);
  const paths = new Set([...policy.rules.map(({ source }) => source.file), ...fromProblems]);
  return [...paths].map((path) => ({ kind: "file", path }));
}

function childrenOf(extension: Extension, node: Node): readonly Node[] {
  switch (node.kind) {
    case "file": {
      const { rules, problems } = extension.model.rulebook.policy;
      return [
        ...rules.filter(({ source }) => source.file === node.path).map((rule): Node => ({ kind: "rule", rule })),
        ...problems
          .filter(({ file }) => file === node.path)
          .map(({ message }): Node => ({ kind: "not-understood", text: message, file: node.path, line: 1 })),
      ];
    }
    case "rule":
      return [
        ...node.rule.notUnderstood.map(({ what, source }): Node => ({
          kind: "not-understood",
          text: `${what} is not evaluated`,
          file: source.file,
          line: source.line,
        })),
        ...node.rule.globs.map(({ glob, source }): Node => ({ kind: "covers", glob, source })),
        ...node.rule.authorities.map((authority): Node => ({ kind: "authority", authority })),
      ];
    case "covers":
    case "authority":
    case "not-understood":
      return [];
  }
}

function toItem(extension: Extension, node: Node): vscode.TreeItem {
  switch (node.kind) {
    case "file": {
      const item = new vscode.TreeItem(node.path, vscode.TreeItemCollapsibleState.Expanded);
      item.iconPath = new vscode.ThemeIcon("law");
      item.description = decidedWords(extension, node.path);
      item.accessibilityInformation = { label: `policy file ${node.path} ${item.description}` };
      return item;
    }
    case "rule": {
      const { rule } = node;
      const item = new vscode.TreeItem(rule.name, vscode.TreeItemCollapsibleState.Collapsed);
      const words = [
        rule.mode === "enforce" ? "enforced" : "warns",
        decidedWords(extension, rule.source.file, rule.name),
      ];
      item.description = words.filter((word) => word !== "").join(", ");
      item.iconPath = new vscode.ThemeIcon(rule.mode === "enforce" ? "shield" : "bell");
      item.accessibilityInformation = { label: `policy ${rule.name}, ${item.description}` };
      return linked(extension, item, rule.source);
    }
    case "covers": {
      // The scope without a name is what the others leave.
      const item = new vscode.TreeItem(node.glob === "" ? "every other image" : node.glob);
      item.description = "covers";
      item.iconPath = new vscode.ThemeIcon("package");
      item.accessibilityInformation = { label: `covers ${node.glob}` };
      return linked(extension, item, node.source);
    }
    case "authority":
      return authorityItem(extension, node.authority);
    case "not-understood": {
      const item = new vscode.TreeItem(node.text);
      item.description = "not understood";
      item.tooltip = node.text;
      item.accessibilityInformation = { label: `not understood: ${node.text}` };
      item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
      return linked(extension, item, node);
    }
  }
}

function authorityItem(extension: Extension, authority: Authority): vscode.TreeItem {
  const item = new vscode.TreeItem(authority.name);
  switch (authority.kind) {
    case "key":
      item.description = `accepts ${count(authority.publicKeys.length, "key")}`;
      item.iconPath = new vscode.ThemeIcon("key");
      break;
    case "keyless": {
      item.description = `accepts ${authority.identities.map(identityText).join(", ")}`;
      item.iconPath = new vscode.ThemeIcon("account");
      break;
    }
    case "notary":
      item.description = `accepts ${count(authority.stores.ca.length + authority.stores.signingAuthority.length, "certificate")}`;
      item.iconPath = new vscode.ThemeIcon("verified");
      break;
    case "static":
      item.description = authority.action === "pass" ? "accepts every image" : "refuses every image";
      item.iconPath = new vscode.ThemeIcon(authority.action === "pass" ? "pass" : "circle-slash");
      break;
    case "not-evaluated":
      item.description = authority.why;
      item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("list.warningForeground"));
      break;
  }
  item.accessibilityInformation = { label: `authority ${authority.name}, ${item.description ?? ""}` };
  return linked(extension, item, authority.source);
}

function identityText(identity: { readonly subject?: string; readonly subjectRegExp?: string }): string {
  if (identity.subject !== undefined) return identity.subject;
  return identity.subjectRegExp === undefined ? "every identity" : `/${identity.subjectRegExp}/`;
}

/** The item opens the policy where it says so. */
function linked(extension: Extension, item: vscode.TreeItem, source: PolicySource): vscode.TreeItem {
  if (extension.files.uriOf(source.file) !== undefined)
    item.command = {
      command: "countersign.openPolicy",
      title: "Open",
      arguments: [{ file: source.file, line: source.line }],
    };
  return item;
}

/** How many images a file or a rule decides; nothing while no image is judged. */
function decidedWords(extension: Extension, file: string, rule?: string): string {
  if (extension.model.verdicts().size === 0) return "";
  const decided = extension.model.images().filter(({ status }) => {
    const place = status.kind === "judged" ? status.verdict.decidedBy : undefined;
    return place?.policy === file && (rule === undefined || place.rule === rule);
  });
  return count(decided.length, "image");
}
