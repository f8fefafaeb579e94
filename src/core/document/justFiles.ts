import { readEnvironmentFile, type EnvironmentValue } from "./dotenv.ts";
import type { JustEnvironment, JustFiles } from "./justExpression.ts";
import { siblingPath, type Siblings } from "./siblings.ts";

/** The settings that say where a justfile's environment stands (just, "Settings"). */
export interface DotenvSettings {
  isLoaded: boolean;
  filename?: string;
  path?: string;
}

const maximumParents = 8;

/** The files beside a justfile; looked into only where something asks. */
export function createJustFiles(path: string, siblings: Siblings, dotenv: DotenvSettings): JustFiles {
  let loaded:
    | { readonly file: string; readonly values: ReadonlyMap<string, EnvironmentValue> }
    | undefined
    | "not yet" = "not yet";
  const load = (): typeof loaded => {
    if (!dotenv.isLoaded) return undefined;
    // From the justfile's folder up, unless a path says which.
    for (let depth = 0; depth < maximumParents; depth++) {
      const name =
        depth === 0 && dotenv.path !== undefined ? dotenv.path : `${"../".repeat(depth)}${dotenv.filename ?? ".env"}`;
      const file = siblingPath(path, name);
      if (file === undefined) return undefined;
      const text = siblings(file);
      if (text !== undefined) return { file, values: readEnvironmentFile(text) };
      if (dotenv.path !== undefined) return undefined;
    }
    return undefined;
  };
  return {
    environment(name): JustEnvironment | undefined {
      if (loaded === "not yet") loaded = load();
      const value = loaded === undefined || loaded === "not yet" ? undefined : loaded.values.get(name);
      return value === undefined || loaded === undefined || loaded === "not yet"
        ? undefined
        : { file: loaded.file, value };
    },
    textOf(name) {
      const file = siblingPath(path, name);
      const text = file === undefined || file === path ? undefined : siblings(file);
      return file === undefined || text === undefined ? undefined : { file, text };
    },
  };
}

const importForm = /^import\??[ \t]+(?:'([^'\n]+)'|"([^"\n]+)")/gm;

/** The files that a justfile imports, as it names them. */
export function importedNames(text: string): readonly string[] {
  return [...text.matchAll(importForm)].slice(0, 20).flatMap(([, one, other]) => one ?? other ?? []);
}

const names = ["justfile", "Justfile", ".justfile"];

/** The justfile that imports the file at `path`, from its folder or the one above. */
export function importerOf(
  path: string,
  siblings: Siblings,
): { readonly file: string; readonly text: string } | undefined {
  if (/(?:^|\/)\.?justfile$/i.test(path)) return undefined;
  for (const folder of ["", "../"])
    for (const name of names) {
      const file = siblingPath(path, folder + name);
      const text = file === undefined || file === path ? undefined : siblings(file);
      if (
        file !== undefined &&
        text !== undefined &&
        importedNames(text).some((one) => siblingPath(file, one) === path)
      )
        return { file, text };
    }
  return undefined;
}
