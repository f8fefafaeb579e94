import { homedir } from "node:os";
import { join } from "node:path";
import type { StatePlace } from "../trialState.ts";

/** Where notation looks for the plug-in of a name: `{libexec}/plugins/{name}/notation-{name}`. The name was checked: it becomes part of a path. */
export function notationPluginFile(name: string, place: StatePlace): string {
  const suffix = place.platform === "win32" ? ".exe" : "";
  return join(libexecFolder(place), "plugins", name, `notation-${name}${suffix}`);
}

/** notation's own variables first, then the platform's folder for configuration of a user. */
function libexecFolder({ environment, platform }: StatePlace): string {
  const given = [environment["NOTATION_LIBEXEC"], environment["NOTATION_CONFIG"]].find(
    (value) => value !== undefined && value !== "",
  );
  if (given !== undefined) return given;
  const home = environment["HOME"] ?? homedir();
  if (platform === "win32") return join(environment["APPDATA"] ?? join(home, "AppData", "Roaming"), "notation");
  if (platform === "darwin") return join(home, "Library", "Application Support", "notation");
  const xdg = environment["XDG_CONFIG_HOME"];
  return join(xdg?.startsWith("/") === true ? xdg : join(home, ".config"), "notation");
}
