import * as vscode from "vscode";
import type { Extension } from "./context.ts";
import { filesIn } from "./workspaceFiles.ts";

/** How long no further folder must come or go before their files are looked for, in milliseconds. */
const pause = 250;
/** Most of what came at once that is looked at: an installation of packages creates thousands of files. */
const mostLooks = 200;

/**
 * Notices folders that came or went as a whole, as on renaming one: the editor tells of them alone then, and not of the
 * files in them. `changed` hears of each of these files.
 */
export function watchFolders({ files, log, model }: Extension, changed: (path: string) => void): vscode.Disposable {
  const came = new Map<string, vscode.Uri>();
  const went = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const gone = new Set(went);
    const candidates = [...came.values()].slice(0, mostLooks);
    went.clear();
    came.clear();
    const rules = model.rulebook.policy.rules.map(({ source }) => source.file);
    for (const path of new Set([...model.documents().map((document) => document.path), ...rules]))
      if (isBelow(path, gone)) changed(path);
    for (const uri of candidates)
      if (await isFolder(uri))
        for (const found of await filesIn(uri)) {
          const path = files.pathOf(found);
          if (path !== undefined) changed(path);
        }
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      look().catch((error: unknown) => log.error("Could not look into folders that changed", error));
    }, pause);
  };

  const watcher = vscode.workspace.createFileSystemWatcher("**", false, true, false);
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate((uri) => {
      came.set(uri.toString(), uri);
      later();
    }),
    watcher.onDidDelete((uri) => {
      const path = files.pathOf(uri);
      // A file of ours is told by itself.
      if (path === undefined || model.document(path) !== undefined) return;
      went.add(path);
      later();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
  );
}

/** Whether one of the folders holds a path, at whatever depth. */
function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1))
    if (folders.has(path.slice(0, slash))) return true;
  return false;
}

async function isFolder(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type === vscode.FileType.Directory;
  } catch {
    return false;
  }
}
