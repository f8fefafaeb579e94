import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { segmentMatcher, segmentsMatcher } from "../../core/pathGlob.ts";

/** Whether a path below the root is ignored. */
export type Ignore = (path: string, isFolder: boolean) => boolean;

const maximumSize = 256 * 1024;
const maximumPatterns = 2000;

/** The folder's own `.gitignore` (gitignore(5), without re-including what a parent folder ignores); undefined where it has none. */
export async function readDotignore(folder: string, path: string): Promise<Ignore | undefined> {
  try {
    const file = join(folder, ".gitignore");
    if ((await stat(file)).size > maximumSize) return undefined;
    return parseIgnore(await readFile(file, "utf8"), path);
  } catch {
    return undefined;
  }
}

/** Reads the patterns of a `.gitignore` that stands in the folder `base` (empty for the root). The last pattern that matches decides. */
export function parseIgnore(text: string, base: string): Ignore {
  const prefix = base === "" ? "" : `${base}/`;
  const patterns = text
    .split(/\r?\n/)
    .slice(0, maximumPatterns)
    .flatMap((line) => {
      const trimmed = line.replace(/(?<!\\) +$/, "");
      if (trimmed === "" || trimmed.startsWith("#")) return [];
      const negated = trimmed.startsWith("!");
      const body = negated ? trimmed.slice(1) : trimmed;
      const foldersOnly = body.endsWith("/");
      const bare = foldersOnly ? body.slice(0, -1) : body;
      // A slash at the beginning or in the middle ties the pattern to this folder.
      const matches = bare.includes("/") ? segmentsMatcher(bare.replace(/^\//, "").split("/")) : lastMatcher(bare);
      return [{ negated, foldersOnly, matches }];
    });
  return (path, isFolder) => {
    if (!path.startsWith(prefix)) return false;
    const segments = path.slice(prefix.length).split("/");
    let ignored = false;
    for (const { negated, foldersOnly, matches } of patterns) {
      // One that would change nothing need not be looked at.
      if (ignored !== negated || (foldersOnly && !isFolder)) continue;
      if (matches(segments)) ignored = !negated;
    }
    return ignored;
  };
}

function lastMatcher(name: string): (segments: readonly string[]) => boolean {
  const matches = segmentMatcher(name);
  return (segments) => matches(segments.at(-1) ?? "");
}
