/**
 * Texts of other files of the workspace without byte-order mark, by workspace-relative path; undefined where a file is not there or not yet
 * read. A path that ends with a slash is a folder's (`./` that of the workspace), and its text the names of its files
 * and, with a slash at the end, of its folders, in order, one on each line. Readers that are given none read their file alone.
 */
export type Siblings = (path: string) => string | undefined;

/** Most names of a folder that are looked at. */
export const maximumNames = 1000;

/** For a file that is read alone. */
export const noSiblings: Siblings = () => undefined;

/** The path that `relative` names as seen from the file at `path`; undefined where it leaves the workspace. */
export function siblingPath(path: string, relative: string): string | undefined {
  // Most are a name.
  if (/^[\w-][\w.-]*$/.test(relative)) return path.slice(0, path.lastIndexOf("/") + 1) + relative;
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

/** The folder that a file of the workspace is in, as `Siblings` names it. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "./" : path.slice(0, slash + 1);
}

/** The names of the files in the folder of the file at `path`; undefined where they are not known. */
export function namesBeside(path: string, siblings: Siblings): readonly string[] | undefined {
  return namesIn(folderOf(path), siblings)?.filter((name) => !name.endsWith("/"));
}

/** The names in a folder, those of folders with a slash behind them; undefined where they are not known. */
export function namesIn(folder: string, siblings: Siblings): readonly string[] | undefined {
  return siblings(folder)?.split("\n").slice(0, maximumNames);
}

/**
 * `siblings` which are not asked for files that the names of their folders, as far as those are known, tell not to be
 * there: one list of names costs less than asking for all that might be.
 */
export function amongListed(siblings: Siblings): Siblings {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  const namesIn = (folder: string): ReadonlySet<string> | undefined => {
    if (known.has(folder)) return known.get(folder);
    const place = folder.slice(0, -1);
    const around = known.get(folderOf(place));
    const name = place.slice(place.lastIndexOf("/") + 1);
    const isThere = around === undefined || around.has(`${name}/`) || around.has(name);
    const names = isThere ? siblings(folder)?.split("\n") : [];
    // A longer list is not whole.
    const found = names === undefined || names.length >= maximumNames ? undefined : new Set(names);
    known.set(folder, found);
    return found;
  };
  return (path) =>
    path.endsWith("/") || namesIn(folderOf(path))?.has(path.slice(path.lastIndexOf("/") + 1)) !== false
      ? siblings(path)
      : undefined;
}
