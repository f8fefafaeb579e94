import { setImmediate } from "node:timers/promises";
import * as vscode from "vscode";
import type { FileReading } from "../application/ports.ts";
import type { Document } from "../core/document/document.ts";
import { folderOf } from "../core/document/siblings.ts";
import type { Extension } from "./context.ts";
import { describeCause } from "./log.ts";
import { namedUses } from "./tree/grouping.ts";
import { readablePattern } from "./workspaceFiles.ts";

/** How long typing must pause before a file is read again, in milliseconds. */
const typingPause = 250;
/** How long files must be quiet before policies are read again, in milliseconds. */
const policyPause = 400;

/** How long files are read before the editor gets its turn, in milliseconds. */
const sliceTime = 10;

/** What reading came to: documents, and paths that hold nothing any more. */
interface Outcome {
  readonly read: Document[];
  readonly dropped: string[];
}

/** Keeps the model's documents and policies at what the files say. Reading needs no trust: it asks nobody. */
export function register(extension: Extension): vscode.Disposable {
  const { files, log, model } = extension;
  const lifetime = new AbortController();
  const { signal } = lifetime;
  const timers = new Map<string, NodeJS.Timeout>();

  const giveTurn = async (): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
  };
  const later = (key: string, pause: number, action: () => Promise<void>): void => {
    clearTimeout(timers.get(key));
    const run = (): void => {
      timers.delete(key);
      action().catch((error: unknown) => {
        if (!signal.aborted) log.error(`Could not read ${key}`, error);
      });
    };
    timers.set(key, setTimeout(run, pause));
  };

  /** For each file that others look into, those others: they are read again when it changes. */
  const dependents = new Map<string, Set<string>>();
  const resolved = new Set<string>();
  const changedUris = new Map<string, vscode.Uri>();

  const look = (path: string, siblings: readonly string[]): void => {
    for (const sibling of siblings) dependents.set(sibling, (dependents.get(sibling) ?? new Set()).add(path));
  };

  /** Reads a file of this text into the outcome. */
  const readText = async (path: string, text: string, isStale: () => boolean, outcome: Outcome): Promise<void> => {
    const [{ resolveDocument }, { mayHoldReferences }, { resolveDocuments }] = await reader();
    if (!mayHoldReferences(path) || isStale()) return;
    const { document: alone, missing } = resolveDocument(text, path, new Map());
    resolved.add(path);
    look(path, missing);
    const documents = new Map([[path, alone]]);
    if (missing.length > 0) await resolveDocuments(files, documents, new Map([[path, missing]]), { signal });
    const document = documents.get(path) ?? alone;
    // What was typed meanwhile is read by itself.
    if (isStale()) return;
    if (document.dialect === "unrecognised" && document.images.length === 0) outcome.dropped.push(path);
    else outcome.read.push(document);
  };
  const settle = ({ read, dropped }: Outcome): void => {
    if (read.length > 0) model.putDocuments(read);
    model.dropDocuments(dropped);
  };

  const readOpen = async (editorDocument: vscode.TextDocument): Promise<void> => {
    const path = files.pathOf(editorDocument.uri);
    if (path === undefined || editorDocument.isClosed) return;
    const text = editorDocument.getText();
    if (resolved.has(path) && model.document(path)?.text === text) return;
    const { version } = editorDocument;
    const outcome: Outcome = { read: [], dropped: [] };
    await readText(path, text, () => editorDocument.version !== version || editorDocument.isClosed, outcome);
    settle(outcome);
  };

  /** Reads files that changed on disk, and what looks into them; a checkout of thousands is shown as one change. */
  const readChanged = async (): Promise<void> => {
    const uris = [...changedUris.values()];
    changedUris.clear();
    const outcome: Outcome = { read: [], dropped: [] };
    let until = Date.now() + sliceTime;
    for (const uri of uris) {
      const path = files.pathOf(uri);
      if (path === undefined) continue;
      for (const dependent of new Set([...(dependents.get(path) ?? []), ...(dependents.get(folderOf(path)) ?? [])])) {
        const document = model.document(dependent);
        const isStale = (): boolean => model.document(dependent) !== document;
        if (document !== undefined) await readText(dependent, document.text, isStale, outcome);
      }
      if (!isOpen(uri)) {
        const text = await files.read(path, { signal });
        if (text === undefined) outcome.dropped.push(path);
        else if (model.document(path)?.text !== text) await readText(path, text, () => isOpen(uri), outcome);
      }
      if (Date.now() < until) continue;
      await giveTurn();
      until = Date.now() + sliceTime;
    }
    settle(outcome);
  };

  const readRules = async (): Promise<void> => {
    const { readWorkspace } = await import("../application/readWorkspace.ts");
    const { policy, configuration, problems } = await readWorkspace(
      { files },
      { signal, selection: { files: [], folders: [] } },
    );
    model.putRulebook({ policy, configuration, problems });
  };

  const readAll = async (): Promise<void> => {
    for (const editorDocument of vscode.workspace.textDocuments) await readOpen(editorDocument);
    const { readWorkspace } = await import("../application/readWorkspace.ts");
    const onReadings = (readings: readonly FileReading[]): void => {
      for (const { path, document, siblings = [] } of readings) {
        look(path, siblings);
        // While others are still being read: of thousands together it would take too long.
        if (document !== undefined) namedUses(document);
      }
    };
    const { documents, policy, configuration, problems } = await readWorkspace({ files }, { signal, onReadings });
    const found = new Set(documents.map(({ path }) => path));
    const gone = model.documents().filter(({ path }) => !found.has(path) && !isOpenPath(extension, path));
    model.dropDocuments(gone.map(({ path }) => path));
    // Policies first: then no finding has to be withdrawn. Each step has much to say of thousands of files.
    model.putRulebook({ policy, configuration, problems });
    await giveTurn();
    model.putDocuments(documents.filter(({ path }) => !isOpenPath(extension, path)));
    for (const problem of problems)
      log.warn(`${problem.file === undefined ? "" : `${problem.file}: `}${problem.message}`);
    await giveTurn();
    model.markReady();
  };

  const watcher = vscode.workspace.createFileSystemWatcher(readablePattern);
  const changed = (uri: vscode.Uri): void => {
    changedUris.set(uri.toString(), uri);
    later("changed files", typingPause, readChanged);
    if (/\.(?:ya?ml|json|pub|pem|crt|cer)$/iu.test(uri.path)) later("policies", policyPause, readRules);
  };
  const disposables = vscode.Disposable.from(
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
    vscode.workspace.onDidOpenTextDocument((opened) => later(opened.uri.toString(), 0, () => readOpen(opened))),
    vscode.workspace.onDidChangeTextDocument(({ document }) =>
      later(document.uri.toString(), typingPause, () => readOpen(document)),
    ),
    // What was typed and not saved is gone: the file's own text counts again.
    vscode.workspace.onDidCloseTextDocument(({ uri }) => changed(uri)),
    vscode.workspace.onDidChangeWorkspaceFolders(() => later("the workspace", policyPause, readAll)),
    new vscode.Disposable(() => {
      lifetime.abort();
      for (const timer of timers.values()) clearTimeout(timer);
    }),
  );
  readAll().catch((error: unknown) => {
    if (signal.aborted) return;
    log.error("Could not read the workspace", error);
    model.markReady();
    void vscode.window.showErrorMessage(`Countersign could not read the workspace: ${describeCause(error)}`);
  });
  return disposables;
}

function reader() {
  // The readers hold a YAML parser: they load when the first file is read, not when the extension starts.
  return Promise.all([
    import("../core/document/resolveWorkspace.ts"),
    import("../core/document/detect.ts"),
    import("../application/resolveDocuments.ts"),
  ]);
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some((open) => !open.isClosed && open.uri.toString() === uri.toString());
}

function isOpenPath(extension: Extension, path: string): boolean {
  const uri = extension.files.uriOf(path);
  return uri !== undefined && isOpen(uri);
}
