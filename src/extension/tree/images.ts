import * as vscode from "vscode";
import type { Extension } from "../context.ts";
import { createDrawing } from "../drawing.ts";
import { hoverMarkdown } from "../hover.ts";
import { filterImages, groupImages, type Grouping } from "./grouping.ts";
import { childrenOf, toItem, type ImageNode } from "./imageNodes.ts";

const groupingKey = "imagesGrouping";

const groupings: readonly { readonly label: string; readonly grouping: Grouping }[] = [
  { label: "Verdict", grouping: "verdict" },
  { label: "File", grouping: "file" },
  { label: "Registry", grouping: "registry" },
];

/** The view "Images", and what its title bar asks of it. */
export interface ImagesView extends vscode.Disposable {
  chooseGrouping(): Promise<void>;
  chooseFilter(): Promise<void>;
}

export function createImagesView(extension: Extension): ImagesView {
  const changes = new vscode.EventEmitter<ImageNode | undefined>();
  const { workspaceState } = extension.context;
  let filter = "";
  const grouping = (): Grouping => {
    const stored: unknown = workspaceState.get(groupingKey);
    return groupings.find((choice) => choice.grouping === stored)?.grouping ?? "verdict";
  };
  const roots = (): readonly ImageNode[] => {
    const images = filterImages(extension.model.images(), filter, extension.now());
    return groupImages(images, grouping()).map((group) => ({ kind: "group", group }));
  };
  const treeDataProvider: vscode.TreeDataProvider<ImageNode> = {
    onDidChangeTreeData: changes.event,
    getChildren: (node) => [...(node === undefined ? roots() : childrenOf(extension, node))],
    getTreeItem: (node) => toItem(extension, node, grouping()),
    resolveTreeItem(item, node) {
      if (node.kind !== "image") return item;
      const use = node.image.uses[0];
      if (use === undefined) return item;
      const subject = { ...use, reference: node.image.reference, status: node.image.status };
      item.tooltip = hoverMarkdown({ ...subject, trusted: vscode.workspace.isTrusted, now: extension.now() });
      return item;
    },
  };
  const view = vscode.window.createTreeView("countersign.images", { showCollapseAll: true, treeDataProvider });
  const draw = (): void => {
    void vscode.commands.executeCommand("setContext", "countersign.ready", extension.model.ready);
    void vscode.commands.executeCommand("setContext", "countersign.hasReferences", extension.model.images().length > 0);
    const messages = [
      filter === "" ? "" : `Filtered by "${filter}".`,
      vscode.workspace.isTrusted || extension.model.images().length === 0
        ? ""
        : "This workspace is not trusted: its files are read, and no registry is asked.",
    ];
    view.message = messages.filter((message) => message !== "").join(" ");
    changes.fire(undefined);
  };
  draw();
  const drawing = createDrawing(draw);
  const subscription = extension.model.onDidChange(drawing.request);
  const disposables = vscode.Disposable.from(view, changes, subscription, drawing);
  return {
    async chooseGrouping() {
      const current = grouping();
      const items = groupings.map((choice) => ({
        ...choice,
        ...(choice.grouping === current ? { description: "now" } : {}),
      }));
      const chosen = await vscode.window.showQuickPick(items, { title: "Group images by" });
      if (chosen === undefined) return;
      await workspaceState.update(groupingKey, chosen.grouping);
      draw();
    },
    async chooseFilter() {
      const text = await vscode.window.showInputBox({
        title: "Filter images",
        prompt: "Words in the name, registry, file, state or signer. Empty shows every image.",
        value: filter,
      });
      if (text === undefined) return;
      filter = text.trim();
      draw();
    },
    dispose: () => disposables.dispose(),
  };
}
