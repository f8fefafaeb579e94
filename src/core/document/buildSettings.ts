import { bakeBuildsBeside, bakeFilesBeside } from "./bakeBuild.ts";
import { commandBuildsBeside } from "./commandBuild.ts";
import { composeBuildsBeside, composeFilesBeside } from "./composeBuild.ts";
import { devcontainerBuildsBeside, devcontainersBeside } from "./devcontainerBuild.ts";
import { amongListed, folderOf, type Siblings } from "./siblings.ts";
import { skaffoldBuildsBeside } from "./skaffoldBuild.ts";
import { settingsOf, type BuildSettings } from "./workspaceBuild.ts";

/** What the builds that other files beside and above the Dockerfile at `path` describe give it: those of compose, bake, dev containers and skaffold, and of commands. */
export function settingsBeside(path: string, siblings: Siblings): BuildSettings {
  const listed = amongListed(siblings);
  const settings = settingsOf(() => [
    ...composeBuildsBeside(path, listed),
    ...bakeBuildsBeside(path, listed),
    ...devcontainerBuildsBeside(path, listed),
    ...skaffoldBuildsBeside(path, listed),
    ...commandBuildsBeside(path, listed),
  ]);
  // Most names are images by their form: for those, only files that are there and speak of contexts are read as builds.
  let isLookedInto: boolean | undefined;
  return {
    ...settings,
    hasContext: (name, isSupplied = false) =>
      (isSupplied || /^[a-z0-9][a-z0-9._-]*$/i.test(name) || (isLookedInto ??= mayNameContexts(path, listed))) &&
      settings.hasContext(name),
  };
}

/** Files and folders that describe builds, among the names of a folder. */
const describesBuilds =
  /^(?:(?:docker-)?compose\.ya?ml|docker-bake\.(?:hcl|json)|bake\.hcl|docker\/?|devcontainer\.json|\.devcontainer(?:\.json|\/)?)$/m;

/** Whether a file around the Dockerfile at `path` speaks of additional contexts: names of folders tell what to look into. */
function mayNameContexts(path: string, listed: Siblings): boolean {
  const own = folderOf(path);
  const above = own.replace(/[^/]+\/$/, "");
  const folders = new Set([own, above || "./", above.replace(/[^/]+\/$/, "") || "./"]);
  if (![...folders].some((folder) => describesBuilds.test(listed(folder) ?? ""))) return false;
  const speaksOf = (word: string) => (file: string) => listed(file)?.includes(word) === true;
  return (
    composeFilesBeside(path).some(speaksOf("additional_contexts")) ||
    bakeFilesBeside(path).some(speaksOf("contexts")) ||
    devcontainersBeside(path).some(speaksOf("--build-context"))
  );
}
