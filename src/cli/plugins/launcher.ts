import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../application/errors.ts";

/** By this line a launcher of ours is known; no other file is replaced or removed. */
const mark =
  "# Starts countersign as a plug-in. Written by 'countersign plugin install'; removed by 'countersign plugin remove'.";

/**
 * Writes a program that starts this one under another name. A file of its own and no link: notation takes no links.
 * Throws AppError `configuration` where another program has the name, `file-unreadable` where it cannot be written.
 */
export async function writeLauncher(file: string, command: readonly string[]): Promise<void> {
  await refuseOthers(file);
  const text = `#!/bin/sh\n${mark}\nexec ${command.map(quote).join(" ")} "$@"\n`;
  const fresh = `${file}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(fresh, text, { mode: 0o755 });
    await chmod(fresh, 0o755);
    // In one step: a program that runs now keeps the whole of the old one.
    await rename(fresh, file);
  } catch (cause) {
    throw new AppError("file-unreadable", `Could not write ${file}; check that you may write to its folder.`, {
      cause,
    });
  }
}

/** Removes a launcher; gives whether there was one. Throws AppError `configuration` where the file is another program. */
export async function removeLauncher(file: string): Promise<boolean> {
  const exists = await refuseOthers(file);
  await rm(file, { force: true });
  return exists;
}

async function refuseOthers(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined);
  if (found === undefined) return false;
  const isOurs = found.isFile() && found.size < 16_384 && (await readFile(file, "utf8")).split("\n")[1] === mark;
  if (isOurs) return true;
  throw new AppError(
    "configuration",
    `${file} is another program, and was left as it is. Move it away first, or name another folder.`,
  );
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
