import * as vscode from "vscode";
import type { Document } from "../core/document/document.ts";
import { createLineIndex, type LineIndex, type Position, type Span } from "../core/image/span.ts";
import { readablePattern } from "./workspaceFiles.ts";

/** Documents that providers are asked about; the model knows which of them hold references. */
export const selector: vscode.DocumentSelector = [
  { language: "dockerfile" },
  { language: "dockercompose" },
  { language: "github-actions-workflow" },
  { language: "yaml" },
  { pattern: readablePattern },
];

const indexes = new WeakMap<Document, LineIndex>();

/** A span of a document as the editor counts places. */
export function rangeOf(document: Document, span: Span): vscode.Range {
  let index = indexes.get(document);
  if (index === undefined) {
    index = createLineIndex(document.text);
    indexes.set(document, index);
  }
  return editorRange(index.positionAt(span.start), index.positionAt(span.end));
}

/** A range of 1-based lines and columns as the editor counts them. */
export function editorRange(start: Position, end: Position): vscode.Range {
  return new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
}

/** Opens a text document at a range, or at its top. */
export async function openAt(uri: vscode.Uri, range?: vscode.Range): Promise<void> {
  await vscode.window.showTextDocument(uri, { preview: true, ...(range === undefined ? {} : { selection: range }) });
}
