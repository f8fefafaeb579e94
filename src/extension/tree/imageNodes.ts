import * as vscode from "vscode";
import {
  count,
  describePlatform,
  describeSigner,
  formatWord,
  isCoveredByIndex,
  summaryDetail,
} from "../../core/report/words.ts";
import type { Document } from "../../core/document/document.ts";
import type { Span } from "../../core/image/span.ts";
import type { PushedImage } from "../../core/rules/pushedImages.ts";
import type { PlatformVerdict, SignatureVerdict, TraceStep, VerdictState } from "../../core/verdict/verdict.ts";
import type { CommandTarget } from "../commandIds.ts";
import type { Extension } from "../context.ts";
import { markOf, markOfKey, type Mark } from "../marks.ts";
import { rangeOf } from "../places.ts";
import { pushesTo } from "../signing/pushes.ts";
import { strangerOf } from "../trustSigner.ts";
import { splitName, type Grouping, type ImageEntry, type ImageGroup, type Use } from "./grouping.ts";

/** An item of the view. Image items are command targets by themselves: they carry `reference`. */
export type ImageNode =
  | { readonly kind: "group"; readonly group: ImageGroup }
  | ({ readonly kind: "image"; readonly group: string; readonly image: ImageEntry } & CommandTarget)
  | { readonly kind: "use"; readonly parent: string; readonly use: Use }
  | { readonly kind: "push"; readonly parent: string; readonly document: Document; readonly push: PushedImage }
  | {
      readonly kind: "signature";
      readonly parent: string;
      readonly signature: SignatureVerdict;
      readonly index: number;
    }
  | {
      readonly kind: "platform";
      readonly parent: string;
      readonly index: VerdictState;
      readonly platform: PlatformVerdict;
    }
  | { readonly kind: "steps"; readonly parent: string; readonly steps: readonly TraceStep[] }
  | { readonly kind: "step"; readonly parent: string; readonly step: TraceStep; readonly index: number };

/** What stands below a node. */
export function childrenOf(extension: Extension, node: ImageNode): readonly ImageNode[] {
  switch (node.kind) {
    case "group":
      return node.group.images.map((image) => {
        const use = image.uses[0];
        const place = use === undefined ? {} : { file: use.document.path, offset: use.use.span.start };
        return { kind: "image", group: node.group.key, image, reference: image.reference, ...place };
      });
    case "image": {
      const { image } = node;
      const parent = `${node.group} ${image.reference}`;
      const uses = [
        ...image.uses.map((use): ImageNode => ({ kind: "use", parent, use })),
        ...pushesTo(extension, image.reference).map((place): ImageNode => ({ kind: "push", parent, ...place })),
      ];
      if (image.status.kind !== "judged") return uses;
      const { signatures, trace, state, platforms = [] } = image.status.verdict;
      return [
        ...uses,
        ...signatures.map((signature, index): ImageNode => ({ kind: "signature", parent, signature, index })),
        ...platforms.map((platform): ImageNode => ({ kind: "platform", parent, index: state, platform })),
        ...(trace.length === 0 ? [] : [{ kind: "steps", parent, steps: trace } as const]),
      ];
    }
    case "steps":
      return node.steps.map((step, index) => ({ kind: "step", parent: node.parent, step, index }));
    case "use":
    case "push":
    case "signature":
    case "platform":
    case "step":
      return [];
  }
}

/** A node as the tree shows it. */
export function toItem(extension: Extension, node: ImageNode, grouping: Grouping): vscode.TreeItem {
  switch (node.kind) {
    case "group":
      return groupItem(extension, node.group, grouping);
    case "image":
      return imageItem(extension, node.group, node.image);
    case "use":
      return useItem(extension, node.parent, node.use);
    case "push":
      return placeItem(extension, node.document, node.push.spans[0], {
        id: `${node.parent} push ${node.document.path} ${node.push.spans[0].start}`,
        icon: "cloud-upload",
        description: "pushes it",
        label: "pushed in",
      });
    case "signature":
      return signatureItem(node.parent, node.signature, node.index);
    case "platform":
      return platformItem(extension, node.parent, node.index, node.platform);
    case "steps": {
      const item = new vscode.TreeItem("Steps", vscode.TreeItemCollapsibleState.Collapsed);
      item.id = `${node.parent} steps`;
      item.description = `${node.steps.length}`;
      item.iconPath = new vscode.ThemeIcon("list-ordered");
      item.accessibilityInformation = { label: count(node.steps.length, "step") };
      return item;
    }
    case "step": {
      const item = new vscode.TreeItem(node.step.text);
      item.id = `${node.parent} step ${node.index}`;
      item.tooltip = node.step.text;
      item.iconPath = stepIcon(node.step);
      item.accessibilityInformation = { label: `${node.step.outcome}: ${node.step.text}` };
      return item;
    }
  }
}

function groupItem(extension: Extension, group: ImageGroup, grouping: Grouping): vscode.TreeItem {
  const quiet = grouping === "verdict" && isQuiet(group, extension.model.images().length);
  const state = quiet ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
  const item = new vscode.TreeItem(group.label, state);
  item.id = `group ${grouping} ${group.key}`;
  item.description = `${group.count}`;
  const mark = markOfKey(group.status, group.enforced);
  item.iconPath = grouping === "file" ? vscode.ThemeIcon.File : iconOf(mark);
  const uri = grouping === "file" ? extension.files.uriOf(group.key) : undefined;
  if (uri !== undefined) item.resourceUri = uri;
  item.accessibilityInformation = { label: `${group.label}, ${count(group.count, "image")}` };
  return item;
}

/** Groups that need nobody now stay closed where they would push the others out of sight. */
function isQuiet({ status, count: own }: ImageGroup, images: number): boolean {
  switch (status) {
    case "verified":
      return images > 30;
    case "unknown":
    case "not-checked":
      return own > 30;
    case "invalid":
    case "unsigned":
    case "untrusted":
    case "checking":
      return false;
  }
}

function imageItem(extension: Extension, group: string, image: ImageEntry): vscode.TreeItem {
  const mark = markOf(image.status);
  const judged = image.status.kind === "judged" ? image.status.verdict : undefined;
  const detail = judged === undefined ? "" : summaryDetail(judged, extension.now());
  const { path, registry } = splitName(image.name);
  const item = new vscode.TreeItem(path, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `${group} ${image.reference}`;
  item.description = [detail, group === registry ? "" : registry].filter((part) => part !== "").join(" · ");
  item.iconPath = iconOf(mark);
  const signable = judged !== undefined && judged.state !== "verified" && judged.digest !== undefined;
  item.contextValue = [
    "image",
    ...(signable ? ["signable"] : []),
    ...(judged?.digest === undefined ? [] : ["digest"]),
    ...(judged === undefined || strangerOf(judged) === undefined ? [] : ["stranger"]),
  ].join(" ");
  item.accessibilityInformation = { label: [image.name, mark.word, detail].filter((part) => part !== "").join(", ") };
  return item;
}

function useItem(extension: Extension, parent: string, { document, use }: Use): vscode.TreeItem {
  return placeItem(extension, document, use.span, {
    id: `${parent} use ${document.path} ${use.span.start}`,
    icon: "go-to-file",
    description: use.text,
    label: "used in",
  });
}

function placeItem(
  extension: Extension,
  document: Document,
  span: Span,
  shown: { readonly id: string; readonly icon: string; readonly description: string; readonly label: string },
): vscode.TreeItem {
  const range = rangeOf(document, span);
  const item = new vscode.TreeItem(`${document.path}:${range.start.line + 1}`);
  item.id = shown.id;
  item.description = shown.description;
  item.iconPath = new vscode.ThemeIcon(shown.icon);
  item.accessibilityInformation = { label: `${shown.label} ${document.path}, line ${range.start.line + 1}` };
  const uri = extension.files.uriOf(document.path);
  if (uri !== undefined) {
    const show: vscode.TextDocumentShowOptions = { selection: range, preview: true };
    item.command = { command: "vscode.open", title: "Open", arguments: [uri, show] };
  }
  return item;
}

function signatureItem(parent: string, signature: SignatureVerdict, index: number): vscode.TreeItem {
  const who = signature.signer === undefined ? "signer not known" : describeSigner(signature.signer);
  const standing = !signature.valid ? "not valid" : signature.trusted ? "trusted" : "not trusted";
  const item = new vscode.TreeItem(who);
  item.id = `${parent} signature ${index}`;
  const kind = signature.purpose === "attestation" ? "attestation, " : "";
  item.description = `${kind}${formatWord(signature.format)}, ${standing}`;
  item.tooltip = signature.reasons.map(({ message }) => message).join("\n");
  const key = signature.trusted ? "verified" : signature.valid ? "untrusted" : "invalid";
  item.iconPath = iconOf(markOfKey(key, false));
  item.accessibilityInformation = { label: `signature by ${who}, ${item.description}` };
  return item;
}

function platformItem(
  extension: Extension,
  parent: string,
  index: VerdictState,
  { platform, verdict }: PlatformVerdict,
): vscode.TreeItem {
  const item = new vscode.TreeItem(platform);
  item.id = `${parent} platform ${verdict.digest ?? platform}`;
  item.description = describePlatform(verdict, index, extension.now());
  item.tooltip = [verdict.digest ?? "", verdict.reason.message].filter((line) => line !== "").join("\n");
  item.iconPath = isCoveredByIndex(verdict, index)
    ? new vscode.ThemeIcon("layers")
    : iconOf(markOfKey(verdict.state, verdict.enforced));
  item.accessibilityInformation = { label: `platform ${platform}, ${item.description}` };
  return item;
}

function stepIcon({ outcome }: TraceStep): vscode.ThemeIcon {
  switch (outcome) {
    case "passed":
      return new vscode.ThemeIcon("pass");
    case "failed":
      return new vscode.ThemeIcon("circle-slash");
    case "note":
      return new vscode.ThemeIcon("dash");
  }
}

function iconOf({ icon, color }: Mark): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(icon) : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}
