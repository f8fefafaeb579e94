/**
 * Texts of other files of the workspace without byte-order mark, by workspace-relative path; undefined where a file is not there or not yet
 * read. Readers that are given none read their file alone.
 */
export type Siblings = (path: string) => string | undefined;

/** For a file that is read alone. */
export const noSiblings: Siblings = () => undefined;

/** The path that `relative` names as seen from the file at `path`; undefined where it leaves the workspace. */
export function siblingPath(path: string, relative: string): string | undefined {
  if (relative.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(relative) || /[\0$\\]|\{\{/.test(relative))
    return undefined;
  const parts = path.split("/").slice(0, -1);
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.length === 0 ? undefined : parts.join("/");
}
