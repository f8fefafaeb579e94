import { createHash } from "node:crypto";
import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import { readJson } from "../../core/json.ts";
import { readPendingRecord, type PendingRecord } from "../../application/pendingRecord.ts";
import { describeCause, type Logbook } from "../log.ts";

/** What is kept of signings that are not done. What is put here outlives the window, and an editor that is killed. */
export interface PendingStore {
  /** Those that are known; what earlier windows kept is among them once it has been read. */
  all(): readonly PendingRecord[];
  /** Throws AppError `file-unwritable` where it cannot be kept. */
  put(record: PendingRecord): Promise<void>;
  drop(id: string): Promise<void>;
}

/** Records above this size, in bytes, and more of them are none of ours. */
const maximumSize = 256 * 1024;
const maximumRecords = 200;
const mementoKey = "pendingSignings";

/**
 * Keeps each record in a file of its own in the workspace's storage, written whole before `put` settles: what the editor
 * keeps for extensions is written seconds later, and would be lost with an editor that is killed right after a service was
 * asked. Without a workspace there is only the editor's.
 */
export function createPendingStore(
  { storageUri, workspaceState }: Pick<vscode.ExtensionContext, "storageUri" | "workspaceState">,
  log: Logbook,
  onRead: () => void,
): PendingStore {
  const folder = storageUri === undefined ? undefined : vscode.Uri.joinPath(storageUri, "signings");
  const records = new Map<string, PendingRecord>();
  const { fs } = vscode.workspace;
  const fileOf = (parent: vscode.Uri, id: string): vscode.Uri =>
    vscode.Uri.joinPath(parent, `${createHash("sha256").update(id).digest("hex")}.json`);

  const write = async (parent: vscode.Uri, record: PendingRecord): Promise<void> => {
    const file = fileOf(parent, record.ticket.id);
    const temporary = file.with({ path: `${file.path}.new` });
    try {
      await fs.createDirectory(parent);
      await fs.writeFile(temporary, new TextEncoder().encode(JSON.stringify(record)));
      await fs.rename(temporary, file, { overwrite: true });
    } catch (cause) {
      throw new AppError(
        "file-unwritable",
        `Could not keep the record of request ${record.ticket.id} in ${parent.fsPath}. Check the disk and the folder's permissions.`,
        { cause },
      );
    }
  };
  const readFiles = async (parent: vscode.Uri): Promise<void> => {
    const entries = await Promise.resolve(fs.readDirectory(parent)).catch(() => []);
    for (const [name] of entries.filter(([entry]) => entry.endsWith(".json")).slice(0, maximumRecords)) {
      const file = vscode.Uri.joinPath(parent, name);
      if ((await fs.stat(file)).size > maximumSize) continue;
      const record = readPendingRecord(readJson(await fs.readFile(file)));
      // What this window has put meanwhile is newer.
      if (record !== undefined && !records.has(record.ticket.id)) records.set(record.ticket.id, record);
    }
  };
  const readAll = async (): Promise<void> => {
    const value: unknown = workspaceState.get(mementoKey);
    const older = Array.isArray(value) ? value.flatMap((each) => readPendingRecord(each) ?? []) : [];
    for (const record of older) records.set(record.ticket.id, record);
    if (folder !== undefined) await readFiles(folder);
    if (records.size > 0) onRead();
    if (folder === undefined || older.length === 0) return;
    for (const record of older) await write(folder, record);
    await workspaceState.update(mementoKey, undefined);
  };
  const keepInMemento = async (): Promise<void> => {
    await workspaceState.update(mementoKey, [...records.values()]);
  };
  readAll().catch((error: unknown) =>
    log.error(`Could not read the signings that wait: ${describeCause(error)}`, error),
  );

  return {
    all: () => [...records.values()],
    async put(record) {
      records.set(record.ticket.id, record);
      await (folder === undefined ? keepInMemento() : write(folder, record));
    },
    async drop(id) {
      records.delete(id);
      if (folder === undefined) return await keepInMemento();
      await Promise.resolve(fs.delete(fileOf(folder, id))).catch(() => undefined);
    },
  };
}
