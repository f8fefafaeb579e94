import * as vscode from "vscode";
import type { Inspection } from "../core/report/inspection.ts";
import type { Extension } from "./context.ts";
import { openAt } from "./places.ts";

/** Writes what is known now into a report, in the form that the command line gives. */
export async function exportReport(extension: Extension): Promise<void> {
  const version = versionOf(extension);
  const formats = [
    { label: "SARIF", detail: "For code scanning and other tools", name: "image-report.sarif", write: sarif(version) },
    {
      label: "JSON",
      detail: "Every image, signature and finding, for scripts",
      name: "image-report.json",
      write: json,
    },
    { label: "Text", detail: "To read and to paste", name: "image-report.txt", write: text },
  ];
  const format = await vscode.window.showQuickPick(formats, { title: "Export a report" });
  if (format === undefined) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    title: `Export a ${format.label} report`,
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, format.name) }),
  });
  if (uri === undefined) return;
  const content = await format.write(inspectionOf(extension));
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(content));
  await openAt(uri);
}

function inspectionOf({ model }: Extension): Inspection {
  const documents = model.documents();
  return {
    documents,
    verdicts: model.verdicts(),
    findings: documents.flatMap(({ path }) => model.findings(path)),
    problems: model.rulebook.problems,
  };
}

function sarif(version: string) {
  return async (inspection: Inspection): Promise<string> => {
    const { toSarif } = await import("../core/report/toSarif.ts");
    return toSarif(inspection, { version });
  };
}

async function json(inspection: Inspection): Promise<string> {
  const { toJson } = await import("../core/report/toJson.ts");
  return toJson(inspection);
}

async function text(inspection: Inspection): Promise<string> {
  const { toText } = await import("../core/report/toText.ts");
  return toText(inspection, { colour: false, unicode: true, now: new Date() });
}

/** The extension's version, as its manifest says. */
export function versionOf({ context }: Pick<Extension, "context">): string {
  const manifest: unknown = context.extension.packageJSON;
  const isObject = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isObject && typeof manifest.version === "string" ? manifest.version : "0.0.0";
}
