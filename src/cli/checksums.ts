import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { AppError } from "../application/errors.ts";
import { createBundleOutput, type OutputOptions } from "./bundleOutput.ts";

/** Name of the list of a folder's files, as `sha256sum` writes and checks it. */
const checksumsName = "SHA256SUMS";

/** More files than these are hardly one release. */
const maximumFiles = 10_000;

/** The list of a folder's files, and where it belongs. */
export interface Checksums {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Lists all files of a folder with their digests, to be signed: one request, one approval and one signature for a whole
 * release, which anybody verifies with cosign and `sha256sum --check`. AppError `usage` for what cannot be listed.
 */
export async function listChecksums(folder: string, cwd: string, signal: AbortSignal): Promise<Checksums> {
  const root = resolve(cwd, folder);
  const lines: string[] = [];
  for (const name of (await listFiles(root, signal)).toSorted())
    lines.push(`${await digestOf(join(root, name), signal)}  ${name}\n`);
  if (lines.length === 0) throw new AppError("usage", `${folder} holds no file to sign.`);
  return { path: join(folder, checksumsName), content: Buffer.from(lines.join(""), "utf8") };
}

/** Writes a list where it belongs; one that is there already stays, where it is the same or nobody said to replace it. */
export async function writeChecksums(list: Checksums, options: OutputOptions, signal: AbortSignal): Promise<void> {
  const before = await readFile(resolve(options.cwd, list.path)).catch(() => undefined);
  if (before?.equals(list.content) === true) return;
  const output = createBundleOutput(list.path, options);
  await output.prepare({ signal });
  await output.write(list.content, { signal });
}

/** What of a folder is not as its list says, in words; nothing where all of it is. */
export function objectionsToFolder(list: Checksums, signed: Uint8Array): readonly string[] {
  const read = (bytes: Uint8Array): Map<string, string> =>
    new Map(
      Buffer.from(bytes)
        .toString("utf8")
        .split("\n")
        .flatMap((line) => (line === "" ? [] : [[line.slice(66), line.slice(0, 64)] as const])),
    );
  const stated = read(signed);
  const found = read(list.content);
  return [
    ...[...stated].flatMap(([name, digest]) => {
      const now = found.get(name);
      return now === undefined ? [`${name} is missing`] : now === digest ? [] : [`${name} was changed`];
    }),
    ...[...found.keys()].flatMap((name) => (stated.has(name) ? [] : [`${name} is not in the list`])),
  ];
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
