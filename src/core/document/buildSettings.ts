import { bakeBuildsBeside } from "./bakeBuild.ts";
import { composeBuildsBeside } from "./composeBuild.ts";
import { devcontainerBuildsBeside } from "./devcontainerBuild.ts";
import type { Siblings } from "./siblings.ts";
import { skaffoldBuildsBeside } from "./skaffoldBuild.ts";
import { settingsOf, type BuildSettings } from "./workspaceBuild.ts";

/** What the builds that other files beside and above the Dockerfile at `path` describe give it: those of compose, bake, dev containers and skaffold. */
export function settingsBeside(path: string, siblings: Siblings): BuildSettings {
  const settings = settingsOf(() => [
    ...composeBuildsBeside(path, siblings),
    ...bakeBuildsBeside(path, siblings),
    ...devcontainerBuildsBeside(path, siblings),
    ...skaffoldBuildsBeside(path, siblings),
  ]);
  // Most names are images by their form; looking into other files for each of them would cost more than it tells.
  return {
    ...settings,
    hasContext: (name, isSupplied = false) =>
      (isSupplied || /^[a-z0-9][a-z0-9._-]*$/i.test(name)) && settings.hasContext(name),
  };
}
