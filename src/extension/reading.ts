import { setImmediate, setTimeout } from "node:timers/promises";
import * as vscode from "vscode";
import { AppError } from "../application/errors.ts";
import type { FileReading } from "../application/ports.ts";
import { isPolicyPath } from "../core/policy/policyFile.ts";
import type { Extension } from "./context.ts";
import type { FileChange } from "./dependents.ts";
import { createDocumentReader, isHalfTyped, type Outcome, type Reading } from "./documentReader.ts";
import { watchFolders } from "./folders.ts";
import { describeCause } from "./log.ts";
import { namedUses } from "./tree/grouping.ts";
import { readablePattern } from "./workspaceFiles.ts";

/** How long typing must pause before a file is read again, in milliseconds. */
const typingPause = 250;
/** How long a text that somebody seems to be in the middle of is waited for; less than `freshDocument` waits. */
const halfTypedPause = 1200;
/** How long files must be quiet before policies are read again, in milliseconds. */
const policyPause = 400;

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
    timers.set(key, globalThis.setTimeout(run, pause));
  };

  const reader = createDocumentReader({
    files,
    unsaved: (path) => unsavedText(files.uriOf(path)),
    document: (path) => model.document(path),
  });
  const settle = ({ read, dropped }: Outcome): void => {
    if (read.length > 0) model.putDocuments(read);
    model.dropDocuments(dropped);
  };

  const readOpen = async (open: vscode.TextDocument, changed: boolean, own: AbortSignal): Promise<void> => {
    const path = files.pathOf(open.uri);
    if (path === undefined || open.isClosed) return;
    const text = open.getText();
    const { version } = open;
    const isStale = (): boolean => open.version !== version || open.isClosed;
    const itself = reader.isRead(path, text) ? [] : [{ path, text, isStale }];
    const others = changed ? reader.dependents([{ path, change: "content" }]) : [];
    const outcome = await reader.read([...itself, ...others], own);
    // Else what stands above the other references would go, and come back, while somebody types a quote.
    const now = outcome.read.find((document) => document.path === path);
    if (changed && isHalfTyped(now, model.document(path))) await setTimeout(halfTypedPause, undefined, { signal: own });
    settle(outcome);
  };

  /** What is being read of a file that is open: it ends where somebody types on. */
  const typing = new Map<string, AbortController>();
  const readTyped = (open: vscode.TextDocument, isTyped: boolean): void => {
    const key = open.uri.toString();
    typing.get(key)?.abort();
    const current = new AbortController();
    typing.set(key, current);
    const own = AbortSignal.any([signal, current.signal]);
    later(key, isTyped ? typingPause : 0, async () => {
      try {
        await readOpen(open, isTyped, own);
      } catch (error) {
        if (!own.aborted) throw error;
      }
      if (typing.get(key) === current) typing.delete(key);
    });
  };

  /** What cannot be read any more holds nothing. */
  const readQuietly = async (path: string): Promise<string | undefined> => {
    try {
      return await files.read(path, { signal });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn(error.message);
      return undefined;
    }
  };

  /** Reads files that changed on disk, and what looks into them; a checkout of thousands is shown as one change. */
  const changedFiles = new Map<string, FileChange>();
  const readChanged = async (): Promise<void> => {
    const changes = [...changedFiles.values()];
    changedFiles.clear();
    const isOpen = (path: string): boolean => isOpenPath(extension, path);
    const readings: Reading[] = [];
    const gone: string[] = [];
    for (const { path } of changes) {
      if (isOpen(path)) continue;
      const text = await readQuietly(path);
      if (text === undefined) gone.push(path);
      else if (model.document(path)?.text !== text) readings.push({ path, text, isStale: () => isOpen(path) });
    }
    const { read, dropped } = await reader.read([...readings, ...reader.dependents(changes)], signal);
    settle({ read, dropped: [...dropped, ...gone] });
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
    for (const editorDocument of vscode.workspace.textDocuments) await readOpen(editorDocument, false, signal);
    const { readWorkspace } = await import("../application/readWorkspace.ts");
    const onReadings = (readings: readonly FileReading[]): void => {
      for (const { path, document, siblings = [] } of readings) {
        reader.note(path, siblings);
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
  const changedAt = (path: string, change: FileChange["change"]): void => {
    changedFiles.set(path, { path, change: changedFiles.get(path)?.change === "name" ? "name" : change });
    later("changed files", typingPause, readChanged);
    if (isPolicyPath(path)) later("policies", policyPause, readRules);
  };
  const changed = (uri: vscode.Uri, change: FileChange["change"]): void => {
    const path = files.pathOf(uri);
    if (path !== undefined) changedAt(path, change);
  };
  const disposables = vscode.Disposable.from(
    watcher,
    watchFolders(extension, (path) => changedAt(path, "name")),
    watcher.onDidChange((uri) => changed(uri, "content")),
    watcher.onDidCreate((uri) => changed(uri, "name")),
    watcher.onDidDelete((uri) => changed(uri, "name")),
    vscode.workspace.onDidOpenTextDocument((opened) => readTyped(opened, false)),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) readTyped(document, true);
    }),
    // What was typed and not saved is gone: the file's own text counts again.
    vscode.workspace.onDidCloseTextDocument(({ uri }) => changed(uri, "content")),
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

function unsavedText(uri: vscode.Uri | undefined): string | undefined {
  if (uri === undefined) return undefined;
  const key = uri.toString();
  const open = vscode.workspace.textDocuments.find((one) => one.isDirty && one.uri.toString() === key);
  return open?.getText();
}

function isOpen(uri: vscode.Uri): boolean {
  return vscode.workspace.textDocuments.some((open) => !open.isClosed && open.uri.toString() === uri.toString());
}

function isOpenPath(extension: Extension, path: string): boolean {
  const uri = extension.files.uriOf(path);
  return uri !== undefined && isOpen(uri);
}
