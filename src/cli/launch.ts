import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { compileLittle } from "../adapters/quickCompilation.ts";
import { keepCompiledCode } from "./compiledCode.ts";
import { version } from "./version.ts";

// The entry of the command line. NODE_DISABLE_COMPILE_CACHE=1, as for Node itself, keeps no compiled code.
const own = process.argv[1];
if (own !== undefined && process.env["NODE_DISABLE_COMPILE_CACHE"] === undefined)
  keepCompiledCode(join(dirname(realpathSync(own)), "cli"), join(cacheFolder(), "countersign", "compiled", edition()));
// What is run a few hundred times is compiled well enough.
compileLittle(["--invocation-count-for-maglev=1500"]);
void import("./main.ts");

/** Where this user's programs keep what they can make again. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA, HOME } = process.env;
  const home = HOME ?? homedir();
  if (process.platform === "win32") return LOCALAPPDATA ?? join(home, "AppData", "Local");
  if (process.platform === "darwin") return join(home, "Library", "Caches");
  // The XDG Base Directory Specification has relative paths ignored.
  return XDG_CACHE_HOME?.startsWith("/") === true ? XDG_CACHE_HOME : join(home, ".cache");
}

function edition(): string {
  return `${version}-${process.version}-${process.arch}`;
}
