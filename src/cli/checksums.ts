import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { AppError } from "../application/errors.ts";
import { createBundleOutput, type OutputOptions } from "./bundleOutput.ts";

/** The list of a folder's files, as `sha256sum` writes and checks it. */
const checksumsName = "SHA256SUMS";

/** More files than these are hardly one release. */
const maximumFiles = 10_000;

/**
 * Writes the list of all files of a folder into it, to be signed: one request, one approval and one signature for a whole
 * release, which anybody verifies with cosign and `sha256sum --check`. A list that is there already stays, where it is the same.
 */
export async function writeChecksums(folder: string, options: OutputOptions, signal: AbortSignal): Promise<string> {
  const root = resolve(options.cwd, folder);
  const path = join(folder, checksumsName);
  const lines: string[] = [];
  for (const name of (await listFiles(root, signal)).toSorted())
    lines.push(`${await digestOf(join(root, name), signal)}  ${name}\n`);
  if (lines.length === 0) throw new AppError("usage", `${folder} holds no file to sign.`);
  const text = lines.join("");
  const before = await readFile(join(root, checksumsName), "utf8").catch(() => undefined);
  if (before === text) return path;
  const output = createBundleOutput(path, options);
  await output.prepare({ signal });
  await output.write(Buffer.from(text, "utf8"), { signal });
  return path;
}

/** Paths of the files below a folder, with forward slashes; without the list itself and its bundle. */
async function listFiles(root: string, signal: AbortSignal): Promise<readonly string[]> {
  const names: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = relative(root, path).split(sep).join("/");
      if (entry.isDirectory()) folders.push(path);
      else if (!entry.isFile())
        throw new AppError(
          "usage",
          `${name} is a link or no file, and would not be signed; remove it, or sign files one by one.`,
        );
      else if (/[\n\r\\]/.test(name))
        throw new AppError(
          "usage",
          `A file's name holds a line break or a backslash, which ${checksumsName} cannot: ${JSON.stringify(name)}.`,
        );
      else if (name !== checksumsName && name !== `${checksumsName}.sigstore.json`) names.push(name);
      if (names.length > maximumFiles)
        throw new AppError(
          "usage",
          `There are more than ${maximumFiles} files below the folder; sign an archive of them.`,
        );
    }
  }
  return names;
}

async function digestOf(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { signal })) hash.update(Buffer.from(chunk));
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new AppError("configuration", `Could not read ${path} (${why}).`, { cause });
  }
  return hash.digest("hex");
}
