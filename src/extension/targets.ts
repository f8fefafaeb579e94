import * as vscode from "vscode";
import { summaryDetail } from "../core/report/words.ts";
import type { CommandTarget } from "./commandIds.ts";
import type { Extension } from "./context.ts";
import { keysWorstFirst, markOf, statusKey } from "./marks.ts";
import { referenceOf, type ImageEntry } from "./tree/grouping.ts";

/** What a command was given, as far as it is what we give: links and tree items can be made by others too. */
export function readTarget(argument: unknown): CommandTarget {
  if (argument instanceof vscode.Uri) return { file: argument.toString() };
  if (typeof argument !== "object" || argument === null) return {};
  const fields = new Map<string, unknown>(Object.entries(argument));
  const text = (name: string): string | undefined => {
    const value = fields.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = fields.get(name);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const [reference, file, rule, request, service] = [
    text("reference"),
    text("file"),
    text("rule"),
    text("request"),
    text("service"),
  ];
  const [offset, line] = [number("offset"), number("line")];
  return {
    ...(reference === undefined ? {} : { reference }),
    ...(file === undefined ? {} : { file }),
    ...(offset === undefined ? {} : { offset }),
    ...(line === undefined ? {} : { line }),
    ...(rule === undefined ? {} : { rule }),
    ...(request === undefined ? {} : { request }),
    ...(service === undefined ? {} : { service }),
  };
}

/** The image that a command is about: the one it was given, the one at the cursor, or the one that a person picks. */
export async function chooseImage(
  extension: Extension,
  target: CommandTarget,
  title: string,
): Promise<ImageEntry | undefined> {
  // A person may be quicker than the reading.
  await extension.model.whenReady();
  const images = extension.model.images();
  const wanted = target.reference ?? referenceAtCursor(extension);
  const known = images.find(({ reference }) => reference === wanted);
  if (known !== undefined) return known;
  if (images.length === 0) {
    void vscode.window.showInformationMessage("No image references were found in this workspace.");
    return undefined;
  }
  const items = worstFirst(images).map((image) => ({ ...imageItem(image, extension.now()), image }));
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true, placeHolder: "Image" });
  return chosen?.image;
}

/** An image as an item to pick, with its mark and what is known of it. */
export function imageItem({ name, status }: ImageEntry, now: Date): vscode.QuickPickItem {
  const { icon, word } = markOf(status);
  const detail = status.kind === "judged" ? summaryDetail(status.verdict, now) : "";
  return { label: `$(${icon}) ${name}`, description: detail === "" ? word : `${word} · ${detail}` };
}

export function worstFirst(images: readonly ImageEntry[]): readonly ImageEntry[] {
  const rank = (image: ImageEntry): number => keysWorstFirst.indexOf(statusKey(image.status));
  return images.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function referenceAtCursor(extension: Extension): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const path = editor === undefined ? undefined : extension.files.pathOf(editor.document.uri);
  const document = path === undefined ? undefined : extension.model.document(path);
  if (editor === undefined || document === undefined) return undefined;
  const line = editor.selection.active.line;
  const offset = editor.document.offsetAt(editor.selection.active);
  const onLine = document.images.filter(({ span }) => editor.document.positionAt(span.start).line === line);
  const use = onLine.find(({ span }) => span.start <= offset && offset <= span.end) ?? onLine[0];
  return use === undefined ? undefined : referenceOf(use);
}
