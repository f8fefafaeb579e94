import { link, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { randomUUID } from "node:crypto";
import { AppError } from "../application/errors.ts";
import type { BundleOutput } from "../application/signFile.ts";

/** Writes a file beside others, whole or not at all; one that is there stays as it is, unless `overwrite` says otherwise. */
export function createBundleOutput(path: string, { cwd, overwrite }: OutputOptions): BundleOutput {
  const target = resolve(cwd, path);
  return {
    path,
    async prepare() {
      if (!overwrite && (await exists(target))) throw inTheWay(path);
      // The folder may be read-only: better to know before a key is used.
      const probe = temporaryBeside(target);
      try {
        await using file = await open(probe, "wx", 0o600);
        await file.sync();
      } catch (cause) {
        throw unwritable(path, cause);
      } finally {
        await rm(probe, { force: true }).catch(() => undefined);
      }
    },
    async write(bytes) {
      const temporary = temporaryBeside(target);
      try {
        await writeWhole(temporary, bytes);
        // A link fails where something is there already; renaming would replace it.
        if (overwrite) await rename(temporary, target);
        else await link(temporary, target);
      } catch (cause) {
        throw codeOf(cause) === "EEXIST" ? inTheWay(path) : unwritable(path, cause);
      } finally {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** Where and how files are written. */
export interface OutputOptions {
  readonly cwd: string;
  readonly overwrite: boolean;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "wx", 0o644);
  await file.writeFile(bytes);
  await file.sync();
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomUUID()}.new`);
}

function inTheWay(path: string): AppError {
  return new AppError(
    "file-unwritable",
    `${path} exists already and was left as it is. Name another place with --output, or replace it with --overwrite.`,
  );
}

function unwritable(path: string, cause: unknown): AppError {
  return new AppError(
    "file-unwritable",
    `Could not write ${path} (${codeOf(cause)}); check the disk and the folder's permissions, or name another place with --output.`,
    { cause },
  );
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
}
