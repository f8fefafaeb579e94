import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

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

function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // `reachable[i]`: the pattern so far matches the first i segments. Linear in the product of both lengths.
  let reachable = [true, ...path.map(() => false)];
  for (const [index, part] of pattern.entries()) {
    const last = index === pattern.length - 1;
    const next = reachable.map(() => false);
    for (let at = 0; at <= path.length; at++) {
      if (reachable[at] !== true) continue;
      if (part === "**") {
        // At the end, `**` stands for what is inside, not for the folder itself.
        for (let to = last ? at + 1 : at; to <= path.length; to++) next[to] = true;
      } else if (at < path.length && matchesSegment(part, path[at] ?? "")) {
        next[at + 1] = true;
      }
    }
    reachable = next;
  }
  return reachable[path.length] === true;
}

/** One path segment against `*`, `?`, `[...]` and escapes, without backtracking beyond the last `*`. */
function matchesSegment(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  let at = 0;
  let token = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === "*") {
      star = token++;
      resume = at;
    } else if (current !== undefined && current(text[at] ?? "")) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === "*") token++;
  return token === tokens.length;
}

type Token = "*" | ((character: string) => boolean);

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? "";
    const close = character === "[" ? pattern.indexOf("]", at + 2) : -1;
    if (character === "*") tokens.push("*");
    else if (character === "?") tokens.push(() => true);
    else if (close > 0) {
      tokens.push(characterClass(pattern.slice(at + 1, close)));
      at = close;
    } else {
      const literal = character === "\\" ? (pattern[++at] ?? "") : character;
      tokens.push((each) => each === literal);
    }
  }
  return tokens;
}

function characterClass(body: string): (character: string) => boolean {
  const negated = body.startsWith("!") || body.startsWith("^");
  const members = negated ? body.slice(1) : body;
  return (character) => {
    let found = false;
    for (let at = 0; at < members.length; at++) {
      const from = members[at] ?? "";
      const to = members[at + 1] === "-" && members[at + 2] !== undefined ? (members[at + 2] ?? "") : from;
      if (to !== from) at += 2;
      if (from <= character && character <= to) found = true;
    }
    return found !== negated;
  };
}
