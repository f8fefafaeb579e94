import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What git keeps of a folder, whatever `.gitignore` says of it by now. */
export interface TrackedFiles {
  /** Whether a path, or something below it where it is a folder's, is kept. */
  has(path: string, isFolder: boolean): boolean;
}

/** In bytes: of half a million files. */
const maximumSize = 64 * 1024 * 1024;
/** In bytes, of all paths written out: version 4 says of each only how it differs from the one before. */
const maximumPaths = 64 * 1024 * 1024;
const fixedLength = 62;
const extended = 0x4000;

/** Whether a folder lies in a repository; elsewhere (in what was unpacked from an archive) git ignores nothing. */
export function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (dirname(at) === at) return false;
  }
}

/** The files that git keeps of the repository whose folder this is; undefined where that cannot be told. */
export function readTrackedFiles(root: string): TrackedFiles | undefined {
  try {
    const file = join(root, ".git", "index");
    const info = statSync(file);
    const paths = info.isFile() && info.size <= maximumSize ? parseIndex(readFileSync(file)) : undefined;
    return paths === undefined ? undefined : trackedAmong(paths);
  } catch {
    return undefined;
  }
}

function trackedAmong(paths: readonly string[]): TrackedFiles {
  const files = new Set(paths);
  const folders = new Set<string>();
  for (const path of paths)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  return { has: (path, isFolder) => (isFolder ? folders : files).has(path) };
}

/** The paths in an index (git's `index-format`, versions 2 to 4); undefined where the bytes are none. */
export function parseIndex(bytes: Buffer): readonly string[] | undefined {
  if (bytes.length < 12 || bytes.toString("latin1", 0, 4) !== "DIRC") return undefined;
  const version = bytes.readUInt32BE(4);
  const count = bytes.readUInt32BE(8);
  if (version < 2 || version > 4 || count > bytes.length / fixedLength) return undefined;
  const paths: string[] = [];
  let before = Buffer.alloc(0);
  let start = 12;
  let left = maximumPaths;
  for (let index = 0; index < count; index++) {
    if (start + fixedLength > bytes.length) return undefined;
    const hasMore = (bytes.readUInt16BE(start + 60) & extended) !== 0;
    let at = start + fixedLength + (hasMore ? 2 : 0);
    let kept = 0;
    if (version === 4) {
      // How much of the path before is not the beginning of this one (an offset's encoding in packs).
      let dropped = 0;
      for (let byte = 0x80, isFirst = true; (byte & 0x80) !== 0; isFirst = false) {
        byte = bytes[at++] ?? 0;
        dropped = isFirst ? byte & 0x7f : (dropped + 1) * 128 + (byte & 0x7f);
      }
      if (dropped > before.length) return undefined;
      kept = before.length - dropped;
    }
    const end = bytes.indexOf(0, at);
    left -= kept + end - at;
    if (end < 0 || left < 0) return undefined;
    before = Buffer.concat([before.subarray(0, kept), bytes.subarray(at, end)]);
    paths.push(before.toString("utf8"));
    start = version === 4 ? end + 1 : start + Math.floor((end - start + 8) / 8) * 8;
  }
  return paths;
}
