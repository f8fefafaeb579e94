import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { matchesSegment, matchesSegments } from "../../core/pathGlob.ts";

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
      const anchored = bare.includes("/");
      return [{ negated, foldersOnly, anchored, segments: bare.replace(/^\//, "").split("/") }];
    });
  return (path, isFolder) => {
    if (!path.startsWith(prefix)) return false;
    const segments = path.slice(prefix.length).split("/");
    let ignored = false;
    for (const { negated, foldersOnly, anchored, segments: pattern } of patterns) {
      if (foldersOnly && !isFolder) continue;
      const matches = anchored
        ? matchesSegments(pattern, segments)
        : matchesSegment(pattern[0] ?? "", segments.at(-1) ?? "");
      if (matches) ignored = !negated;
    }
    return ignored;
  };
}
