import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from "node:fs";
import { AppError } from "../../application/errors.ts";
import type { TextNow } from "../../application/ports.ts";
import { keepingMany } from "../../core/lastResults.ts";
import { decode, defaultMaximumSize, isInside, isMissing, namesIn, unreadable } from "./nodeFiles.ts";

/** A folder of the workspace, and how the paths of what is in it begin: `""` for the first, `name/` for others. */
export interface Root {
  readonly prefix: string;
  /** Absolute. */
  readonly folder: string;
}

/** Most files fit into this, which is used again for each, in bytes. */
const usualSize = 256 * 1024;

/** How many paths are remembered as those of no file: the files of many folders look for the same in the folders above. */
const maximumMissing = 50_000;

/** How many folders' names are remembered. */
const maximumFolders = 200;

/**
 * Reads files without waiting, for a process of its own that lives for one reading: the text, or undefined where there
 * is no such file. The same limits hold as for `createNodeFiles`; throws AppError `file-unreadable` or `limit-reached`.
 */
export function createFilesNow(roots: readonly Root[], maximumSize: number = defaultMaximumSize): TextNow {
  const place = Buffer.allocUnsafeSlow(usualSize);
  const missing = new Set<string>();
  const names = keepingMany(maximumFolders, namesIn);
  const first = roots.find(({ prefix }) => prefix === "");
  const rootOf = (path: string): Root | undefined =>
    roots.find(({ prefix }) => prefix !== "" && path.startsWith(prefix)) ?? first;
  return (path, isListed = false) => {
    const root = rootOf(path);
    if (root === undefined || /(?:^|\/)\.\.(?:\/|$)/.test(path)) return undefined;
    const absolute = `${root.folder}/${path.slice(root.prefix.length)}`;
    if (path.endsWith("/")) return names(absolute);
    if (missing.has(path)) return undefined;
    try {
      const file = (isListed ? openPlain(absolute) : undefined) ?? openCarefully(root.folder, absolute, path);
      if (file !== undefined) return readAndClose(file, path, maximumSize, place);
      if (missing.size < maximumMissing) missing.add(path);
      return undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  };
}

/** Opens what is no link, which listing found; undefined where that cannot be done at once. */
function openPlain(absolute: string): number | undefined {
  // Windows has no such flag.
  if (typeof constants.O_NOFOLLOW !== "number") return undefined;
  try {
    // Opening a pipe would wait for ever.
    return openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/** What may be a link, which must not lead out, or may not be there. */
function openCarefully(folder: string, absolute: string, path: string): number | undefined {
  const info = lstatSync(absolute, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  if (info.isSymbolicLink() && !isInside(realpathSync(folder), realpathSync(absolute)))
    throw new AppError("file-unreadable", `${path} is a link that leads out of the workspace; it is not followed.`);
  // Opening a pipe would wait for ever.
  if (!info.isFile() && !info.isSymbolicLink()) throw new AppError("file-unreadable", `${path} is not a file.`);
  return openSync(absolute, "r");
}

/** The text of an open file, which is closed then. `place` is used for what fits into it. */
function readAndClose(file: number, path: string, maximumSize: number, place: Buffer): string {
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new AppError("file-unreadable", `${path} is not a file.`);
    if (info.size > maximumSize)
      throw new AppError(
        "limit-reached",
        `${path} has ${info.size} bytes, more than the ${maximumSize} that are read of one file.`,
      );
    const bytes = info.size <= place.length ? place.subarray(0, info.size) : Buffer.allocUnsafe(info.size);
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, bytes.length - at, at);
      if (read === 0) break;
      at += read;
    }
    return decode(path, bytes.subarray(0, at));
  } finally {
    closeSync(file);
  }
}
