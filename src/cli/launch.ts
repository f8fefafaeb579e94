import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { compileLittle } from "../adapters/quickCompilation.ts";
import { keepCompiledCode } from "./compiledCode.ts";
import { version } from "./version.ts";

// The entry of the command line. NODE_DISABLE_COMPILE_CACHE=1, as for Node itself, keeps no compiled code.
const own = process.argv[1];
const caches = cacheFolder();
if (own !== undefined && caches !== undefined && process.env["NODE_DISABLE_COMPILE_CACHE"] === undefined)
  keepCompiledCode(join(dirname(realpathSync(own)), "cli"), join(caches, "countersign", "compiled", edition()));
// What is run a few hundred times is compiled well enough.
compileLittle(["--invocation-count-for-maglev=1500"]);
void import("./main.ts");

/** Where this user's programs keep what they can make again; undefined for one without a home, which is not to be made. */
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const home = HOME ?? homedir();
  // The XDG Base Directory Specification has relative paths ignored.
  const followsXdg = process.platform !== "win32" && process.platform !== "darwin";
  if (followsXdg && XDG_CACHE_HOME?.startsWith("/") === true) return XDG_CACHE_HOME;
  if (!existsSync(home)) return undefined;
  if (process.platform === "win32") return LOCALAPPDATA ?? join(home, "AppData", "Local");
  return process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}

function edition(): string {
  return `${version}-${process.version}-${process.arch}`;
}
