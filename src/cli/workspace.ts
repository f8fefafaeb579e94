import { realpathSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { createFilesNow } from "../adapters/files/filesNow.ts";
import { createNodeFiles, isInside } from "../adapters/files/nodeFiles.ts";
import { createReadingProcesses } from "../adapters/files/readingProcesses.ts";
import { AppError } from "../application/errors.ts";
import type { Files } from "../application/ports.ts";
import type { Selection } from "../application/readWorkspace.ts";
import { mayHoldReferences } from "../core/document/detect.ts";
import { isPolicyPath } from "../core/policy/policyFile.ts";

/** The workspace that a command works on, and the part of it that the arguments name. */
export interface LocatedWorkspace {
  /** Absolute. */
  readonly root: string;
  readonly files: Files;
  /** Absent where everything is meant. */
  readonly selection: Selection | undefined;
}

/**
 * The workspace is the current folder, unless a named path lies outside it: then it is the folder named, or the one
 * that holds all that is named. AppError `usage` where a path does not exist.
 */
export async function locateWorkspace(paths: readonly string[], cwd: string): Promise<LocatedWorkspace> {
  const named = await Promise.all(paths.map((path) => lookAt(path, cwd)));
  const root = named.every(({ absolute }) => isInside(cwd, absolute)) ? cwd : commonFolder(named);
  const program = readingProgram();
  const files = {
    ...createNodeFiles({ root, accepts: (path) => isPolicyPath(path) || mayHoldReferences(path) }),
    readNow: createFilesNow([{ prefix: "", folder: root }]),
    ...(program === undefined
      ? {}
      : {
          readers: createReadingProcesses({ program, atLeast: manyFiles, roots: () => [{ prefix: "", folder: root }] }),
        }),
  };
  if (named.length === 0) return { root, files, selection: undefined };
  const within = ({ absolute }: Named): string => relative(root, absolute).split(sep).join("/");
  const selection = {
    files: named.filter(({ isFolder }) => !isFolder).map(within),
    folders: named.filter(({ isFolder }) => isFolder).map(within),
  };
  return { root, files, selection };
}

/** Each process compiles the readers for itself, which takes longer than reading less than this. */
const manyFiles = 2_000;

/** The program of the processes that read files, which is built beside the command line; absent where it runs from its sources. */
function readingProgram(): string | undefined {
  const own = process.argv[1];
  if (own === undefined) return undefined;
  try {
    return realpathSync(join(dirname(realpathSync(own)), "readingProcess.cjs"));
  } catch {
    return undefined;
  }
}

interface Named {
  readonly absolute: string;
  readonly isFolder: boolean;
}

async function lookAt(path: string, cwd: string): Promise<Named> {
  const absolute = resolve(cwd, path);
  try {
    return { absolute, isFolder: (await stat(absolute)).isDirectory() };
  } catch (cause) {
    throw new AppError("usage", `'${path}' does not exist, or cannot be looked at; name a file or a folder.`, {
      cause,
    });
  }
}

function commonFolder(named: readonly Named[]): string {
  const folders = named.map(({ absolute, isFolder }) => (isFolder ? absolute : dirname(absolute)));
  let common = folders[0] ?? sep;
  while (!folders.every((folder) => isInside(common, folder))) common = dirname(common);
  return common;
}
