import * as vscode from "vscode";
import { AppError } from "../../application/errors.ts";
import type { PendingFile } from "../../application/pendingFile.ts";
import type { BundleOutput } from "../../application/signFile.ts";

/** Larger files are signed on the command line: the editor would hold all of it. In bytes. */
const maximumFile = 512 * 1024 * 1024;
const suffix = ".sigstore.json";

/** A file with everything that is settled about its signing. */
export interface FileSubject {
  readonly uri: vscode.Uri;
  readonly name: string;
  readonly content: Uint8Array;
  readonly output: BundleOutput;
}

/** Where a file is: its name as its signature tells it, and the address of the folder that the name is relative to. */
export function placeOf(uri: vscode.Uri): { readonly name: string; readonly folder: string } {
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  if (folder !== undefined) return { name: vscode.workspace.asRelativePath(uri, false), folder: folder.toString() };
  const parent = vscode.Uri.joinPath(uri, "..");
  return { name: uri.path.slice(parent.path.length).replace(/^\/+/u, ""), folder: parent.toString() };
}

/** The file that a stored record is about. */
export function uriOf({ folder = "", file }: PendingFile): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.parse(folder, true), file);
}

/** Where the bundle of a file stands. */
export function bundleOf(file: vscode.Uri): vscode.Uri {
  return file.with({ path: `${file.path}${suffix}` });
}

/** Reads a file that is to be signed. Throws AppError where it is none, is gone, or is too large for the editor. */
export async function readSubject(uri: vscode.Uri): Promise<FileSubject> {
  const { name } = placeOf(uri);
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.File) === 0)
      throw new AppError(
        "usage",
        `${name} is no file. Folders are signed on the command line: countersign sign ./${name}`,
      );
    if (size > maximumFile)
      throw new AppError(
        "limit-reached",
        `${name} is too large for the editor. Sign it there: countersign sign ./${name}`,
      );
    return { uri, name, content: await vscode.workspace.fs.readFile(uri), output: outputBeside(uri, name) };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("file-unreadable", `Could not read ${name}. Check that it is there and may be read.`, { cause });
  }
}

/** The bundle beside the file, written whole or not at all; one that is there already stays as it is. */
function outputBeside(file: vscode.Uri, name: string): BundleOutput {
  const path = `${name}${suffix}`;
  const target = bundleOf(file);
  const isThere = async (): Promise<boolean> => {
    try {
      await vscode.workspace.fs.stat(target);
      return true;
    } catch {
      return false;
    }
  };
  return {
    path,
    async prepare() {
      if (await isThere())
        throw new AppError(
          "file-unwritable",
          `${path} exists already and was left as it is. Move it away to sign ${name} again.`,
        );
      if (vscode.workspace.fs.isWritableFileSystem(file.scheme) === false)
        throw new AppError("file-unwritable", `${path} could not be written: the folder is read-only.`);
    },
    async write(bytes) {
      const temporary = target.with({ path: `${target.path}.new` });
      try {
        await vscode.workspace.fs.writeFile(temporary, bytes);
        await vscode.workspace.fs.rename(temporary, target, { overwrite: false });
      } catch (cause) {
        await Promise.resolve(vscode.workspace.fs.delete(temporary)).catch(() => undefined);
        throw new AppError("file-unwritable", `Could not write ${path}. Check the disk and the folder's permissions.`, {
          cause,
        });
      }
    },
  };
}
