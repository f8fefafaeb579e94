import { closeSync, fstatSync, lstatSync, openSync, readSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../../application/errors.ts";
import { decode, defaultMaximumSize, isInside, isMissing, namesIn, unreadable } from "./nodeFiles.ts";

/** A folder of the workspace, and how the paths of what is in it begin: `""` for the first, `name/` for others. */
export interface Root {
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
}

/**
 * Reads files without waiting, for a process of its own: the text, or undefined where there is no such file. The same
 * limits hold as for `createNodeFiles`; throws AppError `file-unreadable` or `limit-reached`.
 */
export function createFilesNow(
  roots: readonly Root[],
  maximumSize: number = defaultMaximumSize,
): (path: string) => string | undefined {
  const first = roots.find(({ prefix }) => prefix === "");
  const rootOf = (path: string): Root | undefined =>
    roots.find(({ prefix }) => prefix !== "" && path.startsWith(prefix)) ?? first;
  return (path) => {
    const root = rootOf(path);
    if (root === undefined || path.split("/").includes("..")) return undefined;
    return readNow(root.folder, path, path.slice(root.prefix.length), maximumSize);
  };
}

function readNow(folder: string, path: string, within: string, maximumSize: number): string | undefined {
  const absolute = resolve(folder, within);
  if (path.endsWith("/")) return namesIn(absolute);
  try {
    const info = lstatSync(absolute, { throwIfNoEntry: false });
    if (info === undefined) return undefined;
    if (info.isSymbolicLink() && !isInside(realpathSync(folder), realpathSync(absolute)))
      throw new AppError("file-unreadable", `${path} is a link that leads out of the workspace; it is not followed.`);
    // Opening a pipe would wait for ever.
    if (!info.isFile() && !info.isSymbolicLink()) throw new AppError("file-unreadable", `${path} is not a file.`);
    return decode(path, readBytes(absolute, path, maximumSize));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
}

function readBytes(absolute: string, path: string, maximumSize: number): Buffer {
  const file = openSync(absolute, "r");
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new AppError("file-unreadable", `${path} is not a file.`);
    if (info.size > maximumSize)
      throw new AppError(
        "limit-reached",
        `${path} has ${info.size} bytes, more than the ${maximumSize} that are read of one file.`,
      );
    const bytes = Buffer.allocUnsafe(info.size);
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, bytes.length - at, at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(file);
  }
}
