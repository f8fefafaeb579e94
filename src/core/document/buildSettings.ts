import { keepingLast } from "../lastResults.ts";
import { bakeBuildsBeside } from "./bakeBuild.ts";
import { commandBuildsBeside, scriptBuildsAround } from "./commandBuild.ts";
import { composeBuildsBeside } from "./composeBuild.ts";
import { devcontainerBuildsBeside } from "./devcontainerBuild.ts";
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
  const around = settingsOf(() => scriptBuildsAround(path, listed));
  // Most names are images by their form: for those, only files that are there and speak of contexts are read as builds.
  let isLookedInto: boolean | undefined;
  return {
    ...settings,
    hasContext(name, isSupplied = false) {
      const isBare = /^[a-z0-9][a-z0-9._-]*$/i.test(name);
      if (!isSupplied && !isBare && !(isLookedInto ??= mayNameContexts(path, siblings))) return false;
      return settings.hasContext(name) || (isBare && around.hasContext(name));
    },
  };
}

/** Files and folders that describe builds, among the names of a folder. */
const describesBuilds =
  /^(?:(?:docker-)?compose\.ya?ml|docker-bake\.(?:hcl|json)|bake\.hcl|docker\/|devcontainer\.json|\.devcontainer(?:\.json|\/))$/gm;
/** Those within such a folder. */
const within = ["docker-bake.hcl", "docker-bake.json", "bake.hcl", "devcontainer.json"];
const speaksOfContexts = /contexts|--build-context/;

/** Such files among the names of a folder. The folders above are those of many Dockerfiles. */
const filesOfBuilds = keepingLast(8, (names: string): readonly string[] =>
  (names.match(describesBuilds) ?? []).flatMap((name) => (name.endsWith("/") ? within.map((one) => name + one) : name)),
);

/** Whether a file around the Dockerfile at `path` speaks of additional contexts: names of folders tell what to look into. */
function mayNameContexts(path: string, siblings: Siblings): boolean {
  const own = folderOf(path);
  const above = folderAbove(own);
  return [...new Set([own, above, folderAbove(above)])].some((folder) => {
    const names = siblings(folder);
    const root = folder === "./" ? "" : folder;
    return (
      names !== undefined && filesOfBuilds(names).some((file) => speaksOfContexts.test(siblings(root + file) ?? ""))
    );
  });
}

/** The folder that a folder is in; that of the workspace is in itself. */
function folderAbove(folder: string): string {
  return folder.replace(/[^/]+\/$/, "") || "./";
}
