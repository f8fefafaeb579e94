import { readdirSync, type Dirent } from "node:fs";
import { lstat, open as openFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../application/errors.ts";
import type { Files, ListOptions } from "../../application/ports.ts";
import { maximumNames } from "../../core/document/siblings.ts";
import type { Problem } from "../../core/problem.ts";
import { withoutByteOrderMark } from "../../core/image/span.ts";
import { isInRepository, readTrackedFiles, type TrackedFiles } from "./gitIndex.ts";
import { readDotignore, type Ignore } from "./ignore.ts";

/** What bounds a walk, and what it gives. */
export interface NodeFilesOptions {
  /** Absolute folder that paths are relative to. */
  readonly root: string;
  /** Whether a file that the walk met, by its path, is listed. */
  readonly accepts: (path: string) => boolean;
  readonly maximumFiles?: number;
  readonly maximumEntries?: number;
  readonly maximumDepth?: number;
  /** In bytes, for one file. */
  readonly maximumSize?: number;
}

/** Folders that hold what others wrote or what a tool keeps. What a build made is for `.gitignore` to say: `dist` and `coverage` hold sources elsewhere. */
const skipped = new Set(
  `.git .hg .svn node_modules bower_components vendor .venv venv __pycache__ .tox .terraform .gradle
  .cache .next .vscode-test .idea`.split(/\s+/),
);

/** 25 MB: more than any file that a person writes, and the reader's own limit is lower. */
export const defaultMaximumSize = 25 * 1024 * 1024;

/** How long folders are listed before others get their turn, in milliseconds. */
const sliceTime = 10;

/** The files below a folder of this machine. Symbolic links are followed only inside the root. */
export function createNodeFiles(options: NodeFilesOptions): Files {
  return {
    list: (listing) => walk(options, listing),
    read: (path, { signal }) => read(options, path, signal),
  };
}

interface Folder {
  readonly path: string;
  readonly depth: number;
  readonly ignores: readonly Ignore[];
}

/** Gives what it found in each of its turns. */
async function* walk(
  options: NodeFilesOptions,
  { signal, onProblem = () => undefined, within }: ListOptions,
): AsyncGenerator<readonly string[]> {
  const { root, maximumFiles = 20_000, maximumEntries = 300_000, maximumDepth = 24 } = options;
  let found: string[] = [];
  let files = 0;
  let entries = 0;
  const tooMany = (limit: number): AppError =>
    new AppError(
      "limit-reached",
      `${root} holds more than ${limit} files to look at; run it in the folder that matters.`,
    );
  let tracked: { readonly files: TrackedFiles | undefined } | undefined;
  let isOfGit: boolean | undefined;
  const isTracked = (path: string, isFolder: boolean): boolean => {
    tracked ??= { files: readTrackedFiles(root) };
    return tracked.files?.has(path, isFolder) === true;
  };
  const open = (folder: string): readonly Dirent[] => {
    try {
      return entriesOf(resolve(root, folder));
    } catch (error) {
      // One that was deleted meanwhile holds nothing.
      if (!isMissing(error)) onProblem(unopened(folder, error));
      return [];
    }
  };
  let isTooDeep = false;
  const enter = (path: string, { depth }: Folder, ignores: readonly Ignore[]): readonly Folder[] => {
    if (depth < maximumDepth) return [{ path, depth: depth + 1, ignores }];
    const message = `${path} is more than ${maximumDepth} folders deep, so that nothing in it, or as deep, was looked at.`;
    if (!isTooDeep) onProblem({ code: "limit-reached", message, file: path });
    isTooDeep = true;
    return [];
  };
  const visit = async (folder: Folder): Promise<readonly Folder[]> => {
    signal.throwIfAborted();
    const listed = open(folder.path);
    entries += listed.length;
    if (entries > maximumEntries) throw tooMany(maximumEntries);
    const isIgnoring = listed.some(({ name }) => name === ".gitignore") && (isOfGit ??= isInRepository(root));
    const own = isIgnoring ? await readDotignore(resolve(root, folder.path), folder.path) : undefined;
    const ignores = own === undefined ? folder.ignores : [...folder.ignores, own];
    const below: Folder[] = [];
    for (const entry of listed) {
      const path = folder.path === "" ? entry.name : `${folder.path}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isFolder && (skipped.has(entry.name) || within?.some((one) => isOnWay(path, one)) === false)) continue;
      // What git keeps all the same is a part of the project.
      if (ignores.some((ignore) => ignore(path, isFolder)) && !isTracked(path, isFolder)) continue;
      if (isFolder) {
        below.push(...enter(path, folder, ignores));
      } else if (
        options.accepts(path) &&
        (entry.isFile() || (entry.isSymbolicLink() && (await isFileInside(root, path))))
      ) {
        found.push(path);
        if (++files > maximumFiles) throw tooMany(maximumFiles);
      }
    }
    return below;
  };
  const pending: Folder[] = [{ path: "", depth: 0, ignores: [] }];
  let until = Date.now() + sliceTime;
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    pending.push(...(await visit(folder)));
    if (Date.now() < until) continue;
    if (found.length > 0) yield found;
    found = [];
    await setImmediate();
    until = Date.now() + sliceTime;
  }
  yield found;
}

/** Whether a folder lies in another one, or that one in it. */
function isOnWay(path: string, folder: string): boolean {
  return folder === "" || `${path}/`.startsWith(`${folder}/`) || folder.startsWith(`${path}/`);
}

/**
 * The entries of a folder; throws where it cannot be opened. Asked without waiting, which takes a fifth of the time; the
 * walk gives the event loop its turn.
 */
function entriesOf(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

function unopened(folder: string, cause: unknown): Problem {
  const path = folder === "" ? "." : folder;
  return { code: "file-unreadable", message: unreadable(`The folder ${path}`, cause).message, file: path };
}

/** The names of a folder's files and folders, in order, one on each line; undefined where it cannot be opened. */
export function namesIn(folder: string): string | undefined {
  let entries: readonly Dirent[];
  try {
    entries = entriesOf(folder);
  } catch {
    return undefined;
  }
  const names = entries.flatMap((entry) => {
    if (entry.isDirectory()) return `${entry.name}/`;
    return entry.isFile() || entry.isSymbolicLink() ? entry.name : [];
  });
  return names.toSorted().slice(0, maximumNames).join("\n");
}

/** Whether a link leads to a file below the root; anything else could lead a report, or a fix, out of the workspace. */
async function isFileInside(root: string, path: string): Promise<boolean> {
  try {
    const [target, base] = await Promise.all([realpath(resolve(root, path)), realpath(root)]);
    return isInside(base, target) && (await stat(target)).isFile();
  } catch {
    return false;
  }
}

/** Whether an absolute path is below a folder, or the folder itself. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

async function read(options: NodeFilesOptions, path: string, signal: AbortSignal): Promise<string | undefined> {
  const { root, maximumSize = defaultMaximumSize } = options;
  const absolute = resolve(root, path);
  signal.throwIfAborted();
  if (path.endsWith("/")) return namesIn(absolute);
  let info;
  try {
    info = await lstat(absolute);
    if (info.isSymbolicLink()) {
      if (!(await isFileInside(root, path)))
        throw new AppError("file-unreadable", `${path} is a link that leads out of the workspace; it is not followed.`);
      info = await stat(absolute);
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unreadable(path, error);
  }
  // Reading a pipe or a device would wait for ever.
  if (!info.isFile()) throw new AppError("file-unreadable", `${path} is not a file.`);
  if (info.size > maximumSize) {
    throw new AppError(
      "limit-reached",
      `${path} has ${info.size} bytes, more than the ${maximumSize} that are read of one file.`,
    );
  }
  return decode(path, await readBytes(absolute, path, maximumSize));
}

/** Reads at most `limit` bytes, whatever size the file was said to have: it can grow meanwhile. */
async function readBytes(absolute: string, path: string, limit: number): Promise<Buffer> {
  try {
    await using file = await openFile(absolute, "r");
    const parts: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(64 * 1024), 0, 64 * 1024, null);
      if (bytesRead === 0) return Buffer.concat(parts);
      size += bytesRead;
      if (size > limit)
        throw new AppError("limit-reached", `${path} has more than the ${limit} bytes that are read of one file.`);
      parts.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  }
}

/** Text of a file's bytes, without byte-order mark: UTF-8, or UTF-16 where its mark says so. */
export function decode(path: string, bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes.subarray(0, 8192).includes(0)) {
    throw new AppError("file-unreadable", `${path} is not a text file: it holds NUL bytes, so nothing in it was read.`);
  }
  return withoutByteOrderMark(bytes.toString("utf8"));
}

/** What is said of a file that could not be read. */
export function unreadable(path: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
  return new AppError(
    "file-unreadable",
    `${path} could not be read (${why}); check that it exists and that you may read it.`,
    { cause },
  );
}

/** Whether an error of the file system says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
