import * as vscode from "vscode";
import { count } from "../core/report/words.ts";
import { internalCommand } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { createDrawing } from "./drawing.ts";
import { keysWorstFirst, markOfKey, statusKey, type StatusKey } from "./marks.ts";

/** One item: how many images are verified, how many need a look, or how far the work is. */
export function register(extension: Extension): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("status", vscode.StatusBarAlignment.Left, 40);
  item.name = "Countersign";
  item.command = internalCommand("countersign.images.focus");
  const draw = (): void => {
    const counts = countByKey(extension);
    const total = [...counts.values()].reduce((sum, number) => sum + number, 0);
    if (total === 0) return item.hide();
    const words = keysWorstFirst.flatMap((key) => {
      const number = counts.get(key) ?? 0;
      return number === 0 ? [] : [`${number} ${markOfKey(key, false).word.toLowerCase()}`];
    });
    const waiting = extension.signing.pending().length;
    const approval = waiting === 0 ? "" : `  $(key) ${waiting}`;
    item.text = `${statusText(counts, extension.verification.progress())}${approval}`;
    const lines = waiting === 0 ? words : [...words, `${count(waiting, "open signing request")}`];
    item.tooltip = new vscode.MarkdownString(`**Images**  \n${lines.join("  \n")}`);
    item.accessibilityInformation = { label: `Countersign: ${lines.join(", ")}`, role: "button" };
    item.show();
  };
  draw();
  const drawing = createDrawing(draw);
  return vscode.Disposable.from(
    item,
    drawing,
    extension.model.onDidChange(drawing.request),
    extension.verification.onDidProgress(drawing.request),
    extension.signing.onDidChange(drawing.request),
  );
}

function countByKey(extension: Extension): ReadonlyMap<StatusKey, number> {
  const counts = new Map<StatusKey, number>();
  for (const { status } of extension.model.images()) {
    const key = statusKey(status);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function statusText(
  counts: ReadonlyMap<StatusKey, number>,
  progress: { readonly done: number; readonly total: number } | undefined,
): string {
  if (progress !== undefined) return `$(loading~spin) ${progress.done}/${progress.total}`;
  const of = (...keys: readonly StatusKey[]): number => keys.reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
  const parts: string[] = [];
  if (of("verified") > 0) parts.push(`$(verified) ${of("verified")}`);
  if (of("invalid", "unsigned", "untrusted") > 0) parts.push(`$(warning) ${of("invalid", "unsigned", "untrusted")}`);
  if (of("unknown") > 0) parts.push(`$(question) ${of("unknown")}`);
  if (of("not-checked") > 0) parts.push(`$(circle-outline) ${of("not-checked")}`);
  return parts.length === 0 ? "$(verified) 0" : parts.join("  ");
}
