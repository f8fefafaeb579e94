import { folderOf } from "../core/document/siblings.ts";

/** A file that changed, or that came or went. */
export interface FileChange {
  readonly path: string;
  readonly change: "content" | "name";
}

/** Which files look into which others, so that a change leads to those alone. */
export interface Dependents {
  /** Takes note of what a file looks into, in place of what it looked into before. */
  note(this: void, path: string, siblings: readonly string[]): void;
  /** Who looks into files that changed; where one came or went, also who looks at the names in its folder. */
  of(this: void, changes: readonly FileChange[]): readonly string[];
}

export function createDependents(): Dependents {
  const siblingsOf = new Map<string, readonly string[]>();
  const dependentsOf = new Map<string, Set<string>>();
  return {
    note(path, siblings) {
      for (const sibling of siblingsOf.get(path) ?? []) dependentsOf.get(sibling)?.delete(path);
      siblingsOf.set(path, siblings);
      for (const sibling of siblings) {
        const known = dependentsOf.get(sibling);
        if (known === undefined) dependentsOf.set(sibling, new Set([path]));
        else known.add(path);
      }
    },
    of(changes) {
      const places = new Set(
        changes.flatMap(({ path, change }) => (change === "name" ? [path, folderOf(path)] : [path])),
      );
      return [...new Set([...places].flatMap((place) => [...(dependentsOf.get(place) ?? [])]))];
    },
  };
}
