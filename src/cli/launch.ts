import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The entry of the command line: has Node keep compiled code, in a folder that only this user writes, because half of a
 * short run is spent on compiling. Node 22.8 and later know how; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
function keepCompiledCode(): void {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const home = HOME ?? homedir();
  // The XDG Base Directory Specification has relative paths ignored.
  const xdg = XDG_CACHE_HOME?.startsWith("/") === true ? XDG_CACHE_HOME : join(home, ".cache");
  const places = new Map([
    ["win32", LOCALAPPDATA ?? join(home, "AppData", "Local")],
    ["darwin", join(home, "Library", "Caches")],
  ]);
  const folder = places.get(process.platform) ?? xdg;
  if (typeof enableCompileCache === "function") enableCompileCache(join(folder, "countersign", "compiled"));
}

keepCompiledCode();
void import("./main.ts");
